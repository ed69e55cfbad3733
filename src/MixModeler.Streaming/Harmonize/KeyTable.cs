using System.Diagnostics.CodeAnalysis;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

// Hot path, once or twice per record. Budget: 0 B once it has grown. Measured by HarmonizeBench.

/// <summary>
/// What a task holds of its store in memory: open addressing on the 128-bit hash of the key. Bounded by <see cref="EvictTo"/>,
/// which drops what nobody asked for lately (second chance) and never what has changes that are not committed.
/// </summary>
internal sealed class KeyTable<T>
    where T : class, IKeptMemory
{
    private Entry[] entries = new Entry[1_024];
    private int hand;

    private struct Entry
    {
        public Hash128 Key;
        public T? Kept;
        public bool IsTouched;
    }

    public int Count { get; private set; }

    public bool TryFind(Hash128 key, [NotNullWhen(true)] out T? kept)
    {
        Entry[] all = entries;
        int mask = all.Length - 1;
        for (int at = (int)key.Low & mask; ; at = (at + 1) & mask)
        {
            ref Entry entry = ref all[at];
            if (entry.Kept is null)
            {
                kept = null;
                return false;
            }

            if (entry.Key == key)
            {
                entry.IsTouched = true;
                kept = entry.Kept;
                return true;
            }
        }
    }

    /// <summary>Adds what is not there yet.</summary>
    public void Add(Hash128 key, T kept)
    {
        if ((Count + 1) * 2 > entries.Length)
        {
            Entry[] old = entries;
            entries = new Entry[old.Length * 2];
            hand = 0;
            foreach (ref Entry entry in old.AsSpan())
            {
                if (entry.Kept is not null)
                {
                    Put(in entry);
                }
            }
        }

        Put(new Entry { Key = key, Kept = kept, IsTouched = true });
        Count++;
    }

    public void EvictTo(int most)
    {
        // Two rounds clear every second chance; whatever is left then is dirty and stays.
        for (int steps = entries.Length * 2; Count > most && steps > 0; steps--)
        {
            ref Entry entry = ref entries[hand];
            if (entry.Kept is null || entry.Kept.IsDirty || entry.IsTouched)
            {
                entry.IsTouched = false;
                hand = (hand + 1) & (entries.Length - 1);
                continue;
            }

            // A later entry of the run may move here, so the hand stays.
            Remove(hand);
        }
    }

    public void Clear()
    {
        Array.Clear(entries);
        (Count, hand) = (0, 0);
    }

    private void Put(in Entry entry)
    {
        int mask = entries.Length - 1;
        int at = (int)entry.Key.Low & mask;
        while (entries[at].Kept is not null)
        {
            at = (at + 1) & mask;
        }

        entries[at] = entry;
    }

    // Closes the gap by moving later entries of the run back, so that no tombstones gather.
    private void Remove(int gap)
    {
        int mask = entries.Length - 1;
        for (int next = (gap + 1) & mask; entries[next].Kept is not null; next = (next + 1) & mask)
        {
            int home = (int)entries[next].Key.Low & mask;
            if (((next - home) & mask) >= ((next - gap) & mask))
            {
                entries[gap] = entries[next];
                gap = next;
            }
        }

        entries[gap] = default;
        Count--;
    }
}
