namespace MixModeler.Streaming.Wire;

/// <summary>
/// Where an output comes from: the source partition and offset of the event that caused it, and which of that event's
/// outputs it is. Outputs of one partition carry ascending origins, so whoever receives them recognises a replay.
/// </summary>
public readonly record struct Origin(int Partition, long Offset, int Ordinal) : IComparable<Origin>
{
    /// <summary>Order within one source partition.</summary>
    public int CompareTo(Origin other)
    {
        int byOffset = Offset.CompareTo(other.Offset);
        return byOffset != 0 ? byOffset : Ordinal.CompareTo(other.Ordinal);
    }

    public static bool operator <(Origin left, Origin right) => left.CompareTo(right) < 0;

    public static bool operator >(Origin left, Origin right) => left.CompareTo(right) > 0;

    public static bool operator <=(Origin left, Origin right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Origin left, Origin right) => left.CompareTo(right) >= 0;
}
