using System.Runtime.CompilerServices;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Decide;

/// <summary>What became of a row.</summary>
internal enum RowOutcome
{
    Added,
    Updated,

    /// <summary>Not newer than what is there: left alone.</summary>
    Stale,

    /// <summary>A new visitor where no more are allowed.</summary>
    Full,
}

// Decision path: TryRead runs once per decision. Budget: 0 B. Measured by `bench edge`.

/// <summary>
/// The newest row of every visitor. One writer, any number of readers, no locks: a reader copies a row and takes it only if
/// the row's version was even and the same before and after.
/// </summary>
/// <remarks>
/// <code>
/// index   ulong[2^n], at most half full, linear probing from hash.Low:  tag (hash.High's upper half) | row number + 1;  0 = free
/// row     long[6 + words] in a chunk of 4,096 that never moves:
///         version (odd while written) | hash.High | hash.Low | partition | offset | receivedMs | words
/// </code>
/// Growing builds a larger index and publishes it; readers that hold the old one still find every row that it had. Rows are
/// never removed.
/// </remarks>
internal sealed class ProfileTable
{
    private const int ChunkRows = 4_096;
    private const int ChunkShift = 12;
    private const int IndexMin = 2_048;

    private const int High = 1;
    private const int Low = 2;
    private const int Partition = 3;
    private const int Offset = 4;
    private const int ReceivedMs = 5;
    private const int Words = 6;

    private readonly int stride;
    private readonly int rowsMax;
    private readonly long[][] chunks;
    private ulong[] index = new ulong[IndexMin];
    private int count;

    public ProfileTable(int words, int rowsMax)
    {
        this.rowsMax = rowsMax;
        stride = Words + words;
        chunks = new long[(rowsMax + ChunkRows - 1) / ChunkRows][];
    }

    public int Count => Volatile.Read(ref count);

    /// <summary>Copies a visitor's row; false where nothing is known of the visitor.</summary>
    public bool TryRead(Hash128 visitor, Span<long> row, out long receivedMs)
    {
        int number = Find(Volatile.Read(ref index), visitor);
        if (number < 0)
        {
            receivedMs = 0;
            return false;
        }

        ReadOnlySpan<long> stored = Row(number);
        ref long version = ref Unsafe.AsRef(in stored[0]);
        SpinWait wait = default;
        while (true)
        {
            long before = Volatile.Read(ref version);
            if ((before & 1) == 0)
            {
                receivedMs = stored[ReceivedMs];
                stored[Words..].CopyTo(row);
                Volatile.ReadBarrier();
                if (Volatile.Read(ref version) == before)
                {
                    return true;
                }
            }

            // The writer is in the middle of this very row; it needs some 20 ns, unless it lost its processor.
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Puts a row in if its origin is newer than that of the row that is there. For the one writer.</summary>
    public RowOutcome Apply(in RowHeader header, ReadOnlySpan<long> row)
    {
        int number = Find(index, header.Visitor);
        if (number < 0)
        {
            return Add(in header, row);
        }

        Span<long> stored = Row(number);
        if (stored[Partition] == header.Partition && header.Offset <= stored[Offset])
        {
            return RowOutcome.Stale;
        }

        long version = stored[0];
        Volatile.Write(ref stored[0], version + 1);
        Volatile.WriteBarrier();
        Fill(stored, in header, row);
        Volatile.Write(ref stored[0], version + 2);
        return RowOutcome.Updated;
    }

    private RowOutcome Add(in RowHeader header, ReadOnlySpan<long> row)
    {
        if (count == rowsMax)
        {
            return RowOutcome.Full;
        }

        if (2 * (count + 1) > index.Length)
        {
            Grow();
        }

        chunks[count >> ChunkShift] ??= new long[ChunkRows * stride];
        Span<long> stored = Row(count);
        stored[High] = (long)header.Visitor.High;
        stored[Low] = (long)header.Visitor.Low;
        Fill(stored, in header, row);
        // Published last: whoever finds the entry finds the whole row.
        Insert(index, header.Visitor, count);
        Volatile.Write(ref count, count + 1);
        return RowOutcome.Added;
    }

    private static void Fill(Span<long> stored, in RowHeader header, ReadOnlySpan<long> row)
    {
        stored[Partition] = header.Partition;
        stored[Offset] = header.Offset;
        stored[ReceivedMs] = header.ReceivedMs;
        row.CopyTo(stored[Words..]);
    }

    // O(rows); readers go on with the old index meanwhile.
    private void Grow()
    {
        ulong[] larger = new ulong[index.Length * 2];
        for (int number = 0; number < count; number++)
        {
            Span<long> stored = Row(number);
            Insert(larger, new Hash128((ulong)stored[High], (ulong)stored[Low]), number);
        }

        Volatile.Write(ref index, larger);
    }

    private static void Insert(ulong[] into, Hash128 visitor, int number)
    {
        int mask = into.Length - 1;
        int at = (int)visitor.Low & mask;
        while (into[at] != 0)
        {
            at = (at + 1) & mask;
        }

        Volatile.Write(ref into[at], (visitor.High & 0xFFFF_FFFF_0000_0000) | (uint)(number + 1));
    }

    private int Find(ulong[] within, Hash128 visitor)
    {
        int mask = within.Length - 1;
        uint tag = (uint)(visitor.High >> 32);
        for (int at = (int)visitor.Low & mask; ; at = (at + 1) & mask)
        {
            ulong entry = Volatile.Read(ref within[at]);
            if (entry == 0)
            {
                return -1;
            }

            if ((uint)(entry >> 32) == tag)
            {
                int number = (int)(uint)entry - 1;
                Span<long> stored = Row(number);
                if (stored[Low] == (long)visitor.Low && stored[High] == (long)visitor.High)
                {
                    return number;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<long> Row(int number) =>
        chunks[number >> ChunkShift].AsSpan((number & (ChunkRows - 1)) * stride, stride);
}
