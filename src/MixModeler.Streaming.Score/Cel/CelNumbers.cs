namespace MixModeler.Streaming.Score.Cel;

/// <summary>Int, uint and double on one number line.</summary>
internal static class CelNumbers
{
    /// <summary>What a comparison with not-a-number gives: neither less, nor equal, nor greater.</summary>
    public const int Unordered = 2;

    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    public static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.UInt or CelKind.Double;

    /// <summary>-1, 0, 1 or <see cref="Unordered"/>; an integer meets a double as the double nearest to it.</summary>
    public static int Compare(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => left.AsInt.CompareTo(right.AsInt),
        (CelKind.UInt, CelKind.UInt) => left.AsUInt.CompareTo(right.AsUInt),
        (CelKind.Double, CelKind.Double) => Compare(left.AsDouble, right.AsDouble),
        (CelKind.Int, CelKind.UInt) => left.AsInt < 0 ? -1 : left.AsUInt.CompareTo(right.AsUInt),
        (CelKind.UInt, CelKind.Int) => right.AsInt < 0 ? 1 : left.AsUInt.CompareTo(right.AsUInt),
        (CelKind.Int, CelKind.Double) => Compare(left.AsInt, right.AsDouble),
        (CelKind.Double, CelKind.Int) => Reverse(Compare(right.AsInt, left.AsDouble)),
        (CelKind.UInt, CelKind.Double) => Compare(left.AsUInt, right.AsDouble),
        (CelKind.Double, CelKind.UInt) => Reverse(Compare(right.AsUInt, left.AsDouble)),
        _ => Unordered,
    };

    public static int Compare(double left, double right) => left < right ? -1 : left > right ? 1 : left == right ? 0 : Unordered;

    // 9223372036854775807 is not less than 9223372036854775808.0, as the language's own suite has it.
    private static int Compare(long left, double right)
    {
        if (double.IsNaN(right))
        {
            return Unordered;
        }

        if (right is > TwoTo63 or < -TwoTo63)
        {
            return right > 0 ? -1 : 1;
        }

        return Compare((double)left, right);
    }

    private static int Compare(ulong left, double right)
    {
        if (double.IsNaN(right))
        {
            return Unordered;
        }

        if (right is < 0 or > TwoTo64)
        {
            return right > 0 ? -1 : 1;
        }

        return Compare((double)left, right);
    }

    private static int Reverse(int comparison) => comparison == Unordered ? Unordered : -comparison;
}
