using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Observe;

/// <summary>
/// What one task did since its state began. Committed with the state, so the totals count every record exactly once,
/// however often it was replayed.
/// </summary>
public sealed class TaskTotals
{
    private static readonly int Reasons = Enum.GetValues<Rejection>().Length;
    private readonly long[] rejected = new long[Reasons];

    public long Accepted { get; set; }

    public long DuplicateEvents { get; set; }

    public long Positives { get; set; }

    public long Negatives { get; set; }

    /// <summary>Decisions that made no example because the visitor had too many open ones.</summary>
    public long DecisionsSkipped { get; set; }

    public long Scored { get; set; }

    public long Rejected => rejected.Sum();

    public long RejectedFor(Rejection reason) => rejected[(int)reason];

    public void CountRejected(Rejection reason) => rejected[(int)reason]++;

    /// <summary>Adds another task's totals.</summary>
    public void Add(TaskTotals other)
    {
        Accepted += other.Accepted;
        DuplicateEvents += other.DuplicateEvents;
        Positives += other.Positives;
        Negatives += other.Negatives;
        DecisionsSkipped += other.DecisionsSkipped;
        Scored += other.Scored;
        for (int i = 0; i < Reasons; i++)
        {
            rejected[i] += other.rejected[i];
        }
    }

    public void Pack(PackedWriter writer)
    {
        writer.VarInt(Accepted);
        writer.VarInt(DuplicateEvents);
        writer.VarInt(Positives);
        writer.VarInt(Negatives);
        writer.VarInt(DecisionsSkipped);
        writer.VarInt(Scored);
        writer.VarUInt((ulong)Reasons);
        foreach (long count in rejected)
        {
            writer.VarInt(count);
        }
    }

    public void Unpack(ref PackedReader reader)
    {
        Accepted = reader.VarInt();
        DuplicateEvents = reader.VarInt();
        Positives = reader.VarInt();
        Negatives = reader.VarInt();
        DecisionsSkipped = reader.VarInt();
        Scored = reader.VarInt();
        Array.Clear(rejected);
        int reasons = reader.Count(1);
        for (int i = 0; i < reasons; i++)
        {
            // An older engine may have known fewer reasons, a newer one more.
            long count = reader.VarInt();
            if (i < Reasons)
            {
                rejected[i] = count;
            }
        }
    }

    public void Reset()
    {
        (Accepted, DuplicateEvents, Positives, Negatives, DecisionsSkipped, Scored) = (0, 0, 0, 0, 0, 0);
        Array.Clear(rejected);
    }

    public TaskTotals Copy()
    {
        TaskTotals copy = new();
        copy.Add(this);
        return copy;
    }
}
