using System.Text.Json.Serialization;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>A visitor's state with what it is true as of: what `state get` prints.</summary>
public sealed record VisitorReport
{
    public string Visitor { get; set; } = "";

    public string Topology { get; set; } = "";

    public string TopologyVersion { get; set; } = "";

    public int Partition { get; set; }

    /// <summary>The state is that after every record of the partition below this offset.</summary>
    public long NextOffset { get; set; }

    public long Epoch { get; set; }

    /// <summary>Time of the visitor's newest event.</summary>
    public DateTimeOffset NewestEvent { get; set; }

    public FeatureReport[] Features { get; set; } = [];

    public int EventIds { get; set; }

    public DateTimeOffset EventIdsSince { get; set; }

    public DateTimeOffset[] Pending { get; set; } = [];

    public DateTimeOffset? Due { get; set; }

    /// <summary>The profile as other readers find it; JSON.</summary>
    [JsonIgnore]
    public string? Profile { get; set; }

    /// <exception cref="InvalidDataException">The record was not written under this topology, or is damaged.</exception>
    public static VisitorReport Of(
        TopologyPlan plan, string visitor, int partition, long nextOffset, long epoch, byte[]? taskRecord, ReadOnlySpan<byte> record, string? profile)
    {
        ArgumentNullException.ThrowIfNull(plan);
        VisitorView view = VisitorView.Read(record, taskRecord, plan);
        return new VisitorReport
        {
            Visitor = visitor,
            Topology = plan.Name,
            TopologyVersion = TaskView.Read(taskRecord).Version,
            Partition = partition,
            NextOffset = nextOffset,
            Epoch = epoch,
            NewestEvent = At(view.Row[0]),
            Features = [.. plan.Schema.Features.Select((feature, i) => FeatureReport.Of(plan.Schema, [.. view.Row], i, view.Row[0]))],
            EventIds = view.EventIds,
            EventIdsSince = At(view.EventIdsSinceMs),
            Pending = [.. view.Pending.Select(p => At(p.AtMs))],
            Due = view.DueMs == 0 ? null : At(view.DueMs),
            Profile = profile,
        };
    }

    internal static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, 0, 253_402_300_799_999));
}

/// <summary>One feature of a row.</summary>
/// <param name="Name">As in the topology.</param>
/// <param name="Kind">count, minutesSince or decayedSum.</param>
/// <param name="Value">As of the visitor's newest event; null = never.</param>
/// <param name="Word">As it is stored: a count, a time in ms, or the bits of a double.</param>
public sealed record FeatureReport(string Name, string Kind, double? Value, long Word)
{
    internal static FeatureReport Of(FeatureSchema schema, ReadOnlySpan<long> row, int feature, long nowMs)
    {
        double value = schema.ReadValue(row, feature, nowMs);
        string kind = schema.Features[feature].Kind.ToString();
        return new FeatureReport(
            schema.Features[feature].Name, char.ToLowerInvariant(kind[0]) + kind[1..], double.IsNaN(value) ? null : value, row[1 + feature]);
    }
}
