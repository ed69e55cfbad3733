// Hot path, once or twice per touch. Budget: 0 B once grown. Measured by AttributionBench.
using System.Runtime.CompilerServices;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// 64-bit keys as dense numbers 0, 1, 2 … in the order of their first appearance: open addressing, linear probing, never more than
/// half full. The order is the content: two tables that were given the same keys in the same order are the same.
/// </summary>
internal sealed class KeyTable
{
    private ulong[] keys = new ulong[16];
    private int[] slots = NewSlots(32);
    private int shift = 64 - 5;

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Keys => keys.AsSpan(0, Count);

    public ulong this[int id] => keys[id];

    /// <summary>The number of the key, a new one (Count - 1) where it was never seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Intern(ulong key)
    {
        int at = Place(key);
        while (slots[at] is int id and >= 0)
        {
            if (keys[id] == key)
            {
                return id;
            }

            at = (at + 1) & (slots.Length - 1);
        }

        return Add(key, at);
    }

    public int Find(ulong key)
    {
        int at = Place(key);
        while (slots[at] is int id and >= 0)
        {
            if (keys[id] == key)
            {
                return id;
            }

            at = (at + 1) & (slots.Length - 1);
        }

        return -1;
    }

    private static int[] NewSlots(int length)
    {
        int[] slots = new int[length];
        Array.Fill(slots, -1);
        return slots;
    }

    // Fibonacci hashing: the upper bits of the product depend on all bits of the key.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(ulong key) => (int)((key * 0x9e3779b97f4a7c15) >> shift);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Add(ulong key, int at)
    {
        int id = Count++;
        if (id == keys.Length)
        {
            Array.Resize(ref keys, keys.Length * 2);
        }

        keys[id] = key;
        slots[at] = id;
        if (Count * 2 > slots.Length)
        {
            Grow();
        }

        return id;
    }

    private void Grow()
    {
        slots = NewSlots(slots.Length * 2);
        shift--;
        for (int id = 0; id < Count; id++)
        {
            int at = Place(keys[id]);
            while (slots[at] >= 0)
            {
                at = (at + 1) & (slots.Length - 1);
            }

            slots[at] = id;
        }
    }
}
