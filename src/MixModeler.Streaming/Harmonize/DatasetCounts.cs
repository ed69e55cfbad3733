using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>The counts behind <see cref="DatasetProgress"/>, while the task works.</summary>
internal sealed class DatasetCounts(int fields)
{
    private static readonly int Reasons = Enum.GetValues<DatasetReason>().Length;

    public long NewestDay { get; set; } = -1;

    public long NewestMs { get; set; }

    public long ReceivedMs { get; set; }

    public long Records { get; set; }

    public long Accepted { get; set; }

    public long Replaced { get; set; }

    public long Outdated { get; set; }

    public long Deleted { get; set; }

    public long DuplicateRows { get; set; }

    public long DuplicateEvents { get; set; }

    public long WithoutMetric { get; set; }

    public long Judged { get; set; }

    public long[] Refused { get; } = new long[Reasons];

    public long[] Present { get; private set; } = new long[fields];

    public void Pack(PackedWriter writer)
    {
        foreach (long count in Numbers())
        {
            writer.VarInt(count);
        }

        writer.VarUInt((ulong)Refused.Length);
        foreach (long count in Refused)
        {
            writer.VarInt(count);
        }

        writer.VarUInt((ulong)Present.Length);
        foreach (long count in Present)
        {
            writer.VarInt(count);
        }
    }

    public void Unpack(ref PackedReader reader)
    {
        (NewestDay, NewestMs, ReceivedMs, Records) = (reader.VarInt(), reader.VarInt(), reader.VarInt(), reader.VarInt());
        (Accepted, Replaced, Outdated, Deleted) = (reader.VarInt(), reader.VarInt(), reader.VarInt(), reader.VarInt());
        (DuplicateRows, DuplicateEvents, WithoutMetric, Judged) = (reader.VarInt(), reader.VarInt(), reader.VarInt(), reader.VarInt());
        Array.Clear(Refused);
        int reasons = reader.Count(1);
        for (int i = 0; i < reasons; i++)
        {
            // An older engine may have known fewer reasons, a newer one more.
            long count = reader.VarInt();
            if (i < Reasons)
            {
                Refused[i] = count;
            }
        }

        Present = new long[Math.Max(Present.Length, reader.Count(1))];
        for (int i = 0; i < Present.Length && reader.Remaining > 0; i++)
        {
            Present[i] = reader.VarInt();
        }
    }

    public void Reset()
    {
        (NewestDay, NewestMs, ReceivedMs, Records) = (-1, 0, 0, 0);
        (Accepted, Replaced, Outdated, Deleted) = (0, 0, 0, 0);
        (DuplicateRows, DuplicateEvents, WithoutMetric, Judged) = (0, 0, 0, 0);
        Array.Clear(Refused);
        Array.Clear(Present);
    }

    private long[] Numbers() =>
    [
        NewestDay, NewestMs, ReceivedMs, Records, Accepted, Replaced, Outdated, Deleted, DuplicateRows, DuplicateEvents, WithoutMetric, Judged,
    ];
}
