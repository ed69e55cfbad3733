namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Numbers the distinct rows of numbers that it is shown, 0, 1, 2 …: an open hash table over one flat array.</summary>
internal sealed class GroupIndex(int width)
{
    private const int SlotsAtStart = 1024;
    private const ulong Mix = 0x9E3779B97F4A7C15;

    // A group's number plus one, so that 0 is free. A power of two; at most half full.
    private int[] slots = new int[SlotsAtStart];
    private int[] keys = new int[SlotsAtStart / 2 * width];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Key(int group) => keys.AsSpan(group * width, width);

    public int FindOrAdd(ReadOnlySpan<int> key)
    {
        int slot = Home(key);
        for (; slots[slot] != 0; slot = (slot + 1) & (slots.Length - 1))
        {
            if (Key(slots[slot] - 1).SequenceEqual(key))
            {
                return slots[slot] - 1;
            }
        }

        if (Count * 2 >= slots.Length)
        {
            Grow();
            slot = FreeSlot(key);
        }

        key.CopyTo(keys.AsSpan(Count * width));
        slots[slot] = ++Count;
        return Count - 1;
    }

    private int Home(ReadOnlySpan<int> key)
    {
        ulong hash = 0;
        foreach (int part in key)
        {
            hash = (hash ^ (uint)part) * Mix;
            hash ^= hash >> 32;
        }

        return (int)(hash & (ulong)(slots.Length - 1));
    }

    private int FreeSlot(ReadOnlySpan<int> key)
    {
        int slot = Home(key);
        while (slots[slot] != 0)
        {
            slot = (slot + 1) & (slots.Length - 1);
        }

        return slot;
    }

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        Array.Resize(ref keys, slots.Length / 2 * width);
        for (int group = 0; group < Count; group++)
        {
            slots[FreeSlot(Key(group))] = group + 1;
        }
    }
}
