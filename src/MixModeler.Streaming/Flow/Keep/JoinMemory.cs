using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// Records of one key that can still find a partner, on both sides, each packed as it came.
/// <code>per side: count | per record: varint time | bytes</code>
/// </summary>
/// <param name="waitMs">How long after its time a record can find a partner: the join's span and lateness.</param>
internal sealed class JoinMemory(long waitMs) : OperatorMemory
{
    public const int RecordsMax = 256;

    private readonly List<Waiting>[] sides = [[], []];    // Ascending by time, of equal times in order of arrival.

    public override bool IsEmpty => sides[0].Count == 0 && sides[1].Count == 0;

    public override long DueMs => IsEmpty ? 0 : OldestMs() + waitMs + 1;

    private readonly record struct Waiting(long TimeMs, byte[] Record);

    /// <summary>Forgets what no record can join any more.</summary>
    public void ForgetBefore(long newestMs)
    {
        foreach (List<Waiting> side in sides)
        {
            int gone = 0;
            while (gone < side.Count && side[gone].TimeMs + waitMs < newestMs)
            {
                gone++;
            }

            side.RemoveRange(0, gone);
        }
    }

    public int Count(int side) => sides[side].Count;

    public long TimeMs(int side, int i) => sides[side][i].TimeMs;

    public ReadOnlySpan<byte> Record(int side, int i) => sides[side][i].Record;

    public bool TryAdd(int side, long timeMs, ReadOnlySpan<byte> record)
    {
        List<Waiting> waiting = sides[side];
        if (waiting.Count == RecordsMax)
        {
            return false;
        }

        int at = waiting.Count;
        while (at > 0 && waiting[at - 1].TimeMs > timeMs)
        {
            at--;
        }

        waiting.Insert(at, new Waiting(timeMs, record.ToArray()));
        return true;
    }

    public override void Pack(PackedWriter writer)
    {
        foreach (List<Waiting> side in sides)
        {
            writer.VarUInt((ulong)side.Count);
            foreach (Waiting waiting in side)
            {
                writer.VarInt(waiting.TimeMs);
                writer.Bytes(waiting.Record);
            }
        }
    }

    public override void Unpack(ref PackedReader reader)
    {
        foreach (List<Waiting> side in sides)
        {
            side.Clear();
            for (int left = reader.Count(2); left > 0; left--)
            {
                side.Add(new Waiting(reader.VarInt(), reader.Bytes().ToArray()));
            }
        }
    }

    public override void Clear()
    {
        sides[0].Clear();
        sides[1].Clear();
    }

    private long OldestMs() => Math.Min(
        sides[0].Count > 0 ? sides[0][0].TimeMs : long.MaxValue,
        sides[1].Count > 0 ? sides[1][0].TimeMs : long.MaxValue);
}
