using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// The event ids of one visitor that are young enough to be recognised again. Exact: an id at or above the limit is always
/// known, one below it never. Ids below the limit are dropped lazily and are never packed, so what is stored depends only
/// on the events, not on when the record was last loaded.
/// </summary>
internal sealed class EventIdSet
{
    // Below this many a scan of one cache line or two beats an index.
    private const int ScannedMax = 16;

    private Hash128[] ids = new Hash128[4];
    private long[] times = new long[4];
    private int[] index = [];
    private int count;
    private int compactAt = 64;

    public int Count => count;

    public long LimitMs { get; private set; }

    public void Clear()
    {
        count = 0;
        index = [];
        LimitMs = 0;
        compactAt = 64;
    }

    /// <summary>Adds an id unless it is known. False means duplicate.</summary>
    /// <param name="id">Hash of the event's `_id`.</param>
    /// <param name="timeMs">The event's time.</param>
    /// <param name="limitMs">Ids of events older than this are forgotten.</param>
    public bool TryAdd(Hash128 id, long timeMs, long limitMs)
    {
        LimitMs = Math.Max(LimitMs, limitMs);
        int known = Find(id);
        if (known >= 0 && times[known] >= LimitMs)
        {
            return false;
        }

        // An id that comes again after it was forgotten goes to the end, as it does where it has been dropped already.
        if (known >= 0 || count == compactAt)
        {
            Compact();
        }

        Append(id, timeMs);
        return true;
    }

    public void Pack(PackedWriter writer)
    {
        Compact();
        writer.VarInt(LimitMs);
        writer.VarUInt((ulong)count);
        for (int i = 0; i < count; i++)
        {
            writer.Hash(ids[i]);
            writer.VarInt(times[i] - LimitMs);
        }
    }

    public void Unpack(ref PackedReader reader)
    {
        Clear();
        LimitMs = reader.VarInt();
        int packed = reader.Count(17);
        for (int i = 0; i < packed; i++)
        {
            Append(reader.Hash(), reader.VarInt() + LimitMs);
        }

        compactAt = Math.Max(64, count * 2);
    }

    /// <summary>Replaces what another set holds.</summary>
    public void CopyTo(EventIdSet target)
    {
        target.Clear();
        target.LimitMs = LimitMs;
        for (int i = 0; i < count; i++)
        {
            target.Append(ids[i], times[i]);
        }

        target.compactAt = Math.Max(64, target.count * 2);
    }

    private void Append(Hash128 id, long timeMs)
    {
        if (count == ids.Length)
        {
            Array.Resize(ref ids, count * 2);
            Array.Resize(ref times, count * 2);
        }

        ids[count] = id;
        times[count++] = timeMs;
        if (count > ScannedMax)
        {
            // The index is built anew when scanning stops being enough: a set that shrank has left a stale one behind.
            if (count == ScannedMax + 1 || count * 2 > index.Length)
            {
                BuildIndex();
            }
            else
            {
                Link(count - 1);
            }
        }
    }

    private int Find(Hash128 id)
    {
        if (count <= ScannedMax)
        {
            return ids.AsSpan(0, count).IndexOf(id);
        }

        int mask = index.Length - 1;
        for (int slot = (int)id.Low & mask; index[slot] != 0; slot = (slot + 1) & mask)
        {
            if (ids[index[slot] - 1] == id)
            {
                return index[slot] - 1;
            }
        }

        return -1;
    }

    private void Compact()
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (times[i] >= LimitMs)
            {
                ids[kept] = ids[i];
                times[kept++] = times[i];
            }
        }

        bool moved = kept != count;
        count = kept;
        compactAt = Math.Max(64, count * 2);
        if (moved && count > ScannedMax)
        {
            BuildIndex();
        }
    }

    private void BuildIndex()
    {
        int size = 64;
        while (size < count * 4)
        {
            size *= 2;
        }

        if (index.Length == size)
        {
            Array.Clear(index);
        }
        else
        {
            index = new int[size];
        }

        for (int i = 0; i < count; i++)
        {
            Link(i);
        }
    }

    private void Link(int i)
    {
        int mask = index.Length - 1;
        int slot = (int)ids[i].Low & mask;
        while (index[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        index[slot] = i + 1;
    }
}
