using System.Text;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Would a topology accept this record now, as far as the record alone tells? Whether it comes too late only its partition
/// knows. Owned by one thread.
/// </summary>
public sealed class RecordCheck(TopologyPlan plan)
{
    private readonly EventReader reader = new(plan);
    private readonly RecordBatch batch = new();

    /// <param name="value">The record's value.</param>
    /// <param name="timestampMs">The timestamp that the record has, or would get.</param>
    /// <param name="visitor">Whom it concerns; null where it is refused.</param>
    public Rejection Check(ReadOnlySpan<byte> value, long timestampMs, out string? visitor)
    {
        batch.Clear();
        batch.Add(0, timestampMs, [], value);
        EventBatch events = reader.Read(batch);
        visitor = events[0].Rejection == Rejection.None ? Encoding.UTF8.GetString(events.Visitor(0)) : null;
        return events[0].Rejection;
    }
}
