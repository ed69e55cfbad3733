using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Featurize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Explain;

/// <summary>What an event of the visitor did.</summary>
/// <param name="Offset">In its partition.</param>
/// <param name="At">Event time.</param>
/// <param name="EventType">As written.</param>
/// <param name="Outcome">"applied", "duplicate", "too-late"; "after-score" where it was applied after the score explained.</param>
/// <param name="Features">Features that it changed, or would have.</param>
public sealed record TracedEvent(long Offset, DateTimeOffset At, string EventType, string Outcome, string[] Features)
{
    public const string Applied = "applied";
}

/// <summary>
/// Follows one visitor through the retained log of a partition, as the partition's task does: lateness by the newest event of
/// the partition, duplicates by `_id`, features by the topology. Feed it the records in order; owned by one thread.
/// </summary>
public sealed class VisitorTrace
{
    /// <summary>Newest events kept one by one; a robot may have millions.</summary>
    public const int EventsMax = 1_000;

    private readonly TopologyPlan plan;
    private readonly Hash128 visitor;
    private readonly long untilOffset;
    private readonly EventReader reader;
    private readonly Featurizer featurizer;
    private readonly EventIdSet ids = new();
    private readonly Queue<TracedEvent> events = new();
    private readonly (int Path, int Symbol)[] matches;
    private readonly long[] row;
    private readonly long[] found;
    private long newestMs;

    /// <param name="plan">The version to follow it under.</param>
    /// <param name="visitor">The visitor's id.</param>
    /// <param name="untilOffset">The score explained comes from this event.</param>
    public VisitorTrace(TopologyPlan plan, string visitor, long untilOffset)
    {
        this.plan = plan;
        this.visitor = Hash128.Of(Encoding.UTF8.GetBytes(visitor));
        this.untilOffset = untilOffset;
        reader = new EventReader(plan);
        featurizer = new Featurizer(plan);
        matches = [.. plan.Matches.Select(m => (
            Array.IndexOf(reader.SymbolPaths, m.Path), EventSymbols.Of(plan, m.Path).Find(Encoding.UTF8.GetBytes(m.Value))))];
        row = new long[plan.Schema.RowWords];
        found = new long[matches.Length];
    }

    /// <summary>The first offset that was read; -1 before.</summary>
    public long FirstOffset { get; private set; } = -1;

    public long Records { get; private set; }

    public IReadOnlyCollection<TracedEvent> Events => events;

    public long EventsTotal { get; private set; }

    /// <summary>The row that the log read so far leads to, up to the event explained.</summary>
    public ReadOnlySpan<long> Row => row;

    /// <summary>How many applied events matched a feature, up to the event explained.</summary>
    public long Matched(int feature) => found[feature];

    public void Take(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        EventBatch read = reader.Read(batch);
        for (int i = 0; i < read.Count; i++)
        {
            FirstOffset = FirstOffset < 0 ? read[i].Offset : FirstOffset;
            Records++;
            if (read[i].Rejection == Rejection.None)
            {
                Take(in read[i], read.Symbols(i), read.Amounts(i), batch.Value(i));
            }
        }
    }

    private void Take(in EventRow at, ReadOnlySpan<int> symbols, ReadOnlySpan<double> amounts, ReadOnlySpan<byte> value)
    {
        bool late = at.TimeMs < newestMs - (long)plan.Source.Lateness.TotalMilliseconds;
        newestMs = late ? newestMs : Math.Max(newestMs, at.TimeMs);
        if (at.Visitor != visitor)
        {
            return;
        }

        long within = (long)plan.Source.DeduplicateWithin.TotalMilliseconds;
        string outcome = late ? RejectionText.Of(Rejection.TooLate)
            : within > 0 && !ids.TryAdd(at.EventId, at.TimeMs, newestMs - within) ? "duplicate"
            : at.Offset > untilOffset ? "after-score"
            : TracedEvent.Applied;
        List<string> changed = [];
        for (int f = 0; f < matches.Length; f++)
        {
            if (symbols[matches[f].Path] == matches[f].Symbol)
            {
                changed.Add(plan.Schema.Features[f].Name);
                found[f] += outcome == TracedEvent.Applied ? 1 : 0;
            }
        }

        if (outcome == TracedEvent.Applied)
        {
            featurizer.Apply(row, at.TimeMs, symbols, amounts);
        }

        Keep(new TracedEvent(at.Offset, VisitorReport.At(at.TimeMs), EventTypeOf(value), outcome, [.. changed]));
    }

    private void Keep(TracedEvent traced)
    {
        EventsTotal++;
        events.Enqueue(traced);
        if (events.Count > EventsMax)
        {
            events.Dequeue();
        }
    }

    private static string EventTypeOf(ReadOnlySpan<byte> value)
    {
        Utf8JsonReader json = new(value);
        using JsonDocument document = JsonDocument.ParseValue(ref json);
        JsonElement entity = document.RootElement;
        if (entity.TryGetProperty("body", out JsonElement body) && body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty("xdmEntity", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object)
        {
            entity = inner;
        }

        return entity.TryGetProperty("eventType", out JsonElement type) || entity.TryGetProperty("xdm:eventType", out type) ? type.ToString() : "";
    }
}
