using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Featurize;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming;

/// <summary>One version of a topology, compiled for one partition: everything an event passes but the state itself.</summary>
internal sealed class Lane
{
    public Lane(TopologyPlan plan, int partition, IRecordSink sink, IProfileStage stage, Action<TimeSpan> pause, FlowTaps? taps = null)
    {
        Plan = plan;
        // A flow over other sources alone leaves the events alone.
        LanePlan? nodes = plan.Flow?.Lanes[0] is { Nodes.Length: > 1 } lane ? lane : null;
        Records = nodes?.Records;
        IsKeyed = nodes is { Name.Length: > 0, Records: null };
        Events = IsKeyed || Records is not null || !plan.ReadsEvents ? null : new EventReader(plan);
        Reader = Events is not null ? Events
            : Records is not null ? new RecordReader(Records)
            : IsKeyed ? new RepartitionReader() : new PassingReader();
        Source = IsKeyed ? null : Records?.Name ?? OperatorTable.SourceOf(plan);
        Dedupe = OperatorTable.DedupeOf(plan);
        Layout = StateLayout.Of(plan, nodes is null ? [] : [.. FlowSteps.StatesOf(nodes)]);
        Featurizer = new Featurizer(plan);
        Scorer = new Scorer(plan.Schema);
        Labels = plan.Model is null ? null : new LabelJoin(plan.Model, plan.Source.Lateness);
        Outputs = new TaskOutputs(plan, partition, sink, taps);
        DeduplicateMs = (long)plan.Source.DeduplicateWithin.TotalMilliseconds;
        LatenessMs = (long)plan.Source.Lateness.TotalMilliseconds;
        if (nodes is not null)
        {
            Flow = new FlowRunner(nodes, Outputs, stage, pause, taps);
            Fields = new FieldReader(ReadsOf(nodes));
            Replaced = [.. ReplacedOf(nodes)];
            Enriching = [.. nodes.Nodes.Select((node, place) => (place, node.Settings)).Where(node => node.Settings is EnrichSettings)
                .Select(node => (node.place, (EnrichSettings)node.Settings))];
        }
    }

    public TopologyPlan Plan { get; }

    public IEventSource Reader { get; }

    /// <summary>The reader, where it reads events; null behind a key-by.</summary>
    public EventReader? Events { get; }

    /// <summary>Behind a key-by: records are recognised by their origin.</summary>
    public bool IsKeyed { get; }

    /// <summary>What comes in, where it is neither events nor a key-by's.</summary>
    public RecordSourcePlan? Records { get; }

    /// <summary>The node that is the source of what comes in; null behind a key-by.</summary>
    public string? Source { get; }

    /// <summary>What deduplicates is called so.</summary>
    public string Dedupe { get; }

    public StateLayout Layout { get; }

    public Featurizer Featurizer { get; }

    public Scorer Scorer { get; }

    /// <summary>Null where nothing is learned.</summary>
    public LabelJoin? Labels { get; }

    public TaskOutputs Outputs { get; }

    /// <summary>The topology's nodes; null where it has none.</summary>
    public FlowRunner? Flow { get; }

    public FieldReader? Fields { get; }

    /// <summary>For each field that a map may have replaced before the profile: the symbol and the amount that it is.</summary>
    public (int Symbol, int Amount)[] Replaced { get; } = [];

    /// <summary>Nodes that read profiles.</summary>
    public (int Place, EnrichSettings Settings)[] Enriching { get; } = [];

    public long DeduplicateMs { get; }

    public long LatenessMs { get; }

    /// <summary>Visitors must be looked at when event time reaches them.</summary>
    public bool HasSchedule => Labels is not null || Flow is { HasClocks: true };

    /// <summary>Sets when a visitor must be looked at again. True if that changed.</summary>
    public bool Reschedule(VisitorMemory visitor)
    {
        long dueMs = Labels?.DueMs(visitor.Pending) ?? 0;
        long flowMs = Flow is null ? 0 : FlowRunner.DueMs(visitor.Operators);
        dueMs = dueMs == 0 || (flowMs != 0 && flowMs < dueMs) ? flowMs : dueMs;
        bool changed = visitor.ScheduledDueMs != dueMs;
        visitor.ScheduledDueMs = dueMs;
        visitor.ScheduleDirty |= changed;
        return changed;
    }

    private IEnumerable<FieldRead> ReadsOf(LanePlan nodes) => IsKeyed
        ? nodes.Reads.Select(read => read with { Path = "event." + read.Path })
        : Records is not null ? nodes.Reads
        : [new FieldRead("_id", 0, CelType.String), new FieldRead(EventSymbols.EventType, 2, CelType.String), .. nodes.Reads];

    private IEnumerable<(int, int)> ReplacedOf(LanePlan nodes)
    {
        if (Events is null || nodes.Profile < 0)
        {
            return [];
        }

        string[] amounts = EventSymbols.AmountPathsOf(Plan);
        return ((ProfileSettings)nodes.Nodes[nodes.Profile].Settings).Replaced
            .Select(field => (Array.IndexOf(Events.SymbolPaths, field.Path), Array.IndexOf(amounts, field.Path)));
    }
}
