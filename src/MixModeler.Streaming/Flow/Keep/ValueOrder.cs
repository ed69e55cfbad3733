using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>The order of two values of one type; texts by their UTF-8, which is the order of code points.</summary>
internal static class ValueOrder
{
    public static bool Has(CelKind kind) =>
        kind is CelKind.Int or CelKind.UInt or CelKind.Double or CelKind.String or CelKind.Timestamp or CelKind.Duration;

    public static int Compare(in CelValue left, in CelValue right) => left.Kind switch
    {
        CelKind.Int => left.AsInt.CompareTo(right.AsInt),
        CelKind.UInt => left.AsUInt.CompareTo(right.AsUInt),
        CelKind.Double => left.AsDouble.CompareTo(right.AsDouble),
        CelKind.Duration => left.AsNanoseconds.CompareTo(right.AsNanoseconds),
        CelKind.Timestamp when left.UnixSeconds != right.UnixSeconds => left.UnixSeconds.CompareTo(right.UnixSeconds),
        CelKind.Timestamp => left.Nanoseconds.CompareTo(right.Nanoseconds),
        _ => left.AsUtf8.SequenceCompareTo(right.AsUtf8),
    };
}
