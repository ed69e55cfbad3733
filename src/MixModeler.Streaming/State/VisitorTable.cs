using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

// Hot path, once per event. Budget: 0 B once it has grown. Measured by FeaturizerBench.

/// <summary>
/// The visitors a task holds in memory: open addressing on the 128-bit hash, rows side by side in one array, the rest of a
/// visitor's state in an object beside it. Owned by one task. Bounded by <see cref="EvictTo"/>, which drops visitors not
/// asked for lately (second chance) and never one with uncommitted changes.
/// </summary>
/// <remarks>
/// <code>
/// buckets  long: upper half = upper half of the hash's Low (a tag), lower half = slot+1, 0 = empty; linear probing
/// words    per slot: hash High, hash Low, then the row
/// </code>
/// </remarks>
internal sealed class VisitorTable(int rowWords, Func<OperatorMemory[]>? createOperators = null)
{
    private const int HashWords = 2;
    private readonly int stride = HashWords + rowWords;
    private readonly Stack<int> free = [];
    private readonly Stack<VisitorMemory> spare = [];
    private long[] buckets = new long[1_024];
    private long[] words = new long[512 * (HashWords + rowWords)];
    private VisitorMemory?[] memories = new VisitorMemory?[512];
    private bool[] touched = new bool[512];
    private int slotsUsed;
    private int hand;

    public int Count => slotsUsed - free.Count;

    /// <summary>The slot of a visitor, or -1. Slots stay valid until the next eviction.</summary>
    public int Find(Hash128 visitor)
    {
        int mask = buckets.Length - 1;
        long tag = Tag(visitor);
        for (int bucket = (int)visitor.Low & mask; buckets[bucket] != 0; bucket = (bucket + 1) & mask)
        {
            long entry = buckets[bucket];
            if ((entry & ~0xFFFF_FFFFL) == tag)
            {
                int slot = (int)entry - 1;
                int at = slot * stride;
                if (words[at] == (long)visitor.High && words[at + 1] == (long)visitor.Low)
                {
                    touched[slot] = true;
                    return slot;
                }
            }
        }

        return -1;
    }

    /// <summary>Adds a visitor that is not there yet, with a row of zeros.</summary>
    public int Add(Hash128 visitor)
    {
        if ((Count + 1) * 2 > buckets.Length)
        {
            Rehash(buckets.Length * 2);
        }

        int slot = TakeSlot();
        int at = slot * stride;
        words[at] = (long)visitor.High;
        words[at + 1] = (long)visitor.Low;
        words.AsSpan(at + HashWords, rowWords).Clear();
        touched[slot] = true;
        Link(visitor, slot);
        return slot;
    }

    public Span<long> Row(int slot) => words.AsSpan(slot * stride + HashWords, rowWords);

    /// <summary>What a visitor has beside its row; created when first asked for.</summary>
    public VisitorMemory Memory(int slot) =>
        memories[slot] ??= spare.TryPop(out VisitorMemory? reused) ? reused : new VisitorMemory(rowWords, createOperators?.Invoke() ?? []);

    public void EvictTo(int visitorsMax)
    {
        // Two rounds clear every second chance; whatever is left then is dirty and stays.
        for (int steps = slotsUsed * 2; Count > visitorsMax && steps > 0; steps--)
        {
            int slot = hand;
            hand = hand + 1 == slotsUsed ? 0 : hand + 1;
            VisitorMemory? memory = memories[slot];
            if (memory is null || memory.Dirty)
            {
                continue;
            }

            if (touched[slot])
            {
                touched[slot] = false;
                continue;
            }

            Unlink(new Hash128((ulong)words[slot * stride], (ulong)words[slot * stride + 1]), slot);
            memory.Reset();
            spare.Push(memory);
            memories[slot] = null;
            free.Push(slot);
        }
    }

    public void Clear()
    {
        Array.Clear(buckets);
        Array.Clear(memories);
        free.Clear();
        slotsUsed = 0;
        hand = 0;
    }

    private static long Tag(Hash128 visitor) => (long)(visitor.Low & ~0xFFFF_FFFFUL);

    private int TakeSlot()
    {
        if (free.TryPop(out int reused))
        {
            return reused;
        }

        if (slotsUsed == memories.Length)
        {
            int slots = memories.Length * 2;
            Array.Resize(ref memories, slots);
            Array.Resize(ref touched, slots);
            Array.Resize(ref words, slots * stride);
        }

        return slotsUsed++;
    }

    private void Link(Hash128 visitor, int slot)
    {
        int mask = buckets.Length - 1;
        int bucket = (int)visitor.Low & mask;
        while (buckets[bucket] != 0)
        {
            bucket = (bucket + 1) & mask;
        }

        buckets[bucket] = Tag(visitor) | (uint)(slot + 1);
    }

    // Closes the gap by moving later entries of the run back, so that no tombstones gather.
    private void Unlink(Hash128 visitor, int slot)
    {
        int mask = buckets.Length - 1;
        int gap = (int)visitor.Low & mask;
        while ((int)buckets[gap] != slot + 1)
        {
            gap = (gap + 1) & mask;
        }

        for (int next = (gap + 1) & mask; buckets[next] != 0; next = (next + 1) & mask)
        {
            int home = (int)words[((int)buckets[next] - 1) * stride + 1] & mask;
            if (((next - home) & mask) >= ((next - gap) & mask))
            {
                buckets[gap] = buckets[next];
                gap = next;
            }
        }

        buckets[gap] = 0;
    }

    private void Rehash(int size)
    {
        long[] old = buckets;
        buckets = new long[size];
        foreach (long entry in old)
        {
            if (entry != 0)
            {
                int slot = (int)entry - 1;
                Link(new Hash128((ulong)words[slot * stride], (ulong)words[slot * stride + 1]), slot);
            }
        }
    }
}
