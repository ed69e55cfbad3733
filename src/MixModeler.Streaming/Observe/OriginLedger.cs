using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Observe;

/// <summary>
/// The newest origin of each source partition: what comes again after a crash of its sender is recognised, because origins of one
/// partition ascend.
/// </summary>
internal sealed class OriginLedger
{
    private readonly SortedDictionary<int, Origin> newest = [];

    /// <summary>False: it was here before.</summary>
    public bool TryAdvance(Origin origin)
    {
        if (newest.TryGetValue(origin.Partition, out Origin last) && origin <= last)
        {
            return false;
        }

        newest[origin.Partition] = origin;
        return true;
    }

    /// <summary>Takes over what another one knows; null knows nothing.</summary>
    public void CopyFrom(OriginLedger? other)
    {
        newest.Clear();
        foreach ((int partition, Origin origin) in other?.newest ?? [])
        {
            newest[partition] = origin;
        }
    }

    /// <summary>`count | (varuint partition, offset, ordinal)…`, by partition.</summary>
    public void Pack(PackedWriter writer)
    {
        writer.VarUInt((ulong)newest.Count);
        foreach (Origin origin in newest.Values)
        {
            writer.VarUInt((ulong)origin.Partition);
            writer.VarUInt((ulong)origin.Offset);
            writer.VarUInt((ulong)origin.Ordinal);
        }
    }

    public void Unpack(ref PackedReader reader)
    {
        newest.Clear();
        for (int left = reader.Count(3); left > 0; left--)
        {
            Origin origin = new((int)reader.VarUInt(), (long)reader.VarUInt(), (int)reader.VarUInt());
            newest[origin.Partition] = origin;
        }
    }
}
