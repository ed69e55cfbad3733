using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>A lane while its nodes are being compiled.</summary>
internal sealed class LaneDraft
{
    private readonly string topic;
    private readonly ImmutableArray<FieldRead> reads;
    private readonly List<List<List<FlowTarget>>> targets = [];
    private readonly Dictionary<int, RecordSchema> schemas = [];
    private RecordSourcePlan? records;
    private int slots;
    private int keeping;

    private LaneDraft(string name, string topic, RecordSchema schema, ImmutableArray<FieldRead> reads, ulong origin)
    {
        Name = name;
        this.topic = topic;
        this.reads = reads;
        Schema = schema;
        Origin = origin;
        slots = schema.SlotCount;
        schemas.Add(0, schema);
    }

    public string Name { get; }

    /// <summary>What messages call it.</summary>
    public string Called => Name.Length == 0 ? "the visitor" : $"that of '{Name}'";

    public RecordSchema Schema { get; }

    /// <summary>Identity of the records that come in.</summary>
    public ulong Origin { get; }

    public List<FlowNode> Nodes { get; } = [];

    public HashSet<string> Windows { get; } = new(StringComparer.Ordinal);

    public static LaneDraft OfEvents(TopologyPlan plan, RecordSchema schema, ImmutableArray<FieldRead> reads) => new(
        "", plan.Topics.Events, schema, reads,
        OperatorIdentity.Of(["source", .. plan.Source.IdentityPaths, .. reads.Select(read => $"{read.Path}:{read.Type}")]));

    public static LaneDraft OfRecords(TopologyPlan plan, RecordSourcePlan source, RecordSchema schema, ImmutableArray<FieldRead> reads) => new(
        source.Name, plan.Topics.Prefix + source.Topic, schema, reads,
        OperatorIdentity.Of(["records", source.Key, source.Time ?? "", .. reads.Select(read => $"{read.Path}:{read.Type}")]))
    {
        records = source,
    };

    /// <summary>What a key-by sends comes back with the same fields, under their names.</summary>
    public static LaneDraft Behind(GraphNode node, KeyBySettings keyBy, RecordSchema schema, ulong identity)
    {
        LaneDraft lane = new(
            node.Name, keyBy.Topic, schema, [.. schema.Fields.Select((field, slot) => new FieldRead(field.Name, slot, field.Type))], identity);
        lane.Add(new GraphNode(node.Name, "source", node.Section, node.Place), new CompiledNode(new SourceSettings(lane.reads), schema), [0], identity);
        return lane;
    }

    public RecordSchema SchemaAt(int slot) => schemas[slot];

    public int Add(GraphNode node, CompiledNode compiled, ImmutableArray<int> inputs, ulong identity)
    {
        int output = inputs[0];
        if (compiled.HasOwnSlots && compiled.Settings is not KeyBySettings)
        {
            output = slots;
            slots += compiled.Schema.SlotCount;
            schemas.Add(output, compiled.Schema);
        }

        Nodes.Add(new FlowNode
        {
            Name = node.Name,
            Operator = node.Operator,
            Settings = compiled.Settings,
            OnError = node.OnError,
            Inputs = inputs,
            Output = output,
            Schema = compiled.Schema,
            Ports = compiled.Ports,
            StateIndex = compiled.Keeps ? keeping++ : -1,
            Identity = identity,
        });
        // One more port for what fails.
        targets.Add([.. Enumerable.Range(0, compiled.Ports.Length + 1).Select(_ => new List<FlowTarget>())]);
        return Nodes.Count - 1;
    }

    public void Connect(int from, string port, FlowTarget target)
    {
        int at = port == OperatorPorts.Errors ? Nodes[from].Ports.Length : Nodes[from].Ports.IndexOf(port);
        targets[from][at].Add(target);
    }

    public LanePlan Finish(TopologyPlan plan) => new()
    {
        Name = Name,
        Topic = topic,
        Schema = Schema,
        Reads = reads,
        Records = records,
        Nodes = [.. Nodes.Select((node, n) => node with { Targets = [.. targets[n].Select(port => port.ToImmutableArray())] })],
        SlotCount = slots,
        Lateness = plan.Source.Lateness,
    };
}
