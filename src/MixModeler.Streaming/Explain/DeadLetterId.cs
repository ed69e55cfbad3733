using System.Globalization;

namespace MixModeler.Streaming.Explain;

/// <summary>Which dead letter: its place on the dead-letter topic, written `PARTITION:OFFSET`.</summary>
public readonly record struct DeadLetterId(int Partition, long Offset) : IComparable<DeadLetterId>
{
    public static bool TryParse(string text, out DeadLetterId id)
    {
        ArgumentNullException.ThrowIfNull(text);
        id = default;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0
            || !int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
            || !long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            return false;
        }

        id = new DeadLetterId(partition, offset);
        return true;
    }

    public int CompareTo(DeadLetterId other)
    {
        int byPartition = Partition.CompareTo(other.Partition);
        return byPartition != 0 ? byPartition : Offset.CompareTo(other.Offset);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Partition}:{Offset}");

    public static bool operator <(DeadLetterId left, DeadLetterId right) => left.CompareTo(right) < 0;

    public static bool operator >(DeadLetterId left, DeadLetterId right) => left.CompareTo(right) > 0;

    public static bool operator <=(DeadLetterId left, DeadLetterId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DeadLetterId left, DeadLetterId right) => left.CompareTo(right) >= 0;
}
