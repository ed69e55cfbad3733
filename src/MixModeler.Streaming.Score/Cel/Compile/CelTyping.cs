namespace MixModeler.Streaming.Score.Cel.Compile;

/// <summary>Which types an operator takes, and what comes of them; null where it never takes both.</summary>
internal static class CelTyping
{
    public static bool IsCondition(CelType type) => type.Kind is CelKind.Bool or CelKind.Dyn;

    public static bool AreComparable(CelType left, CelType right) => left.Accepts(right);

    public static bool AreOrdered(CelType left, CelType right) =>
        IsOrdered(left.Kind) && IsOrdered(right.Kind)
        && (left.Accepts(right) || (CelNumbers.IsNumber(left.Kind) && CelNumbers.IsNumber(right.Kind)));

    public static CelType? Arithmetic(char symbol, CelType left, CelType right)
    {
        if (left.Kind == CelKind.Dyn || right.Kind == CelKind.Dyn)
        {
            return WithDyn(symbol, left.Kind == CelKind.Dyn ? right : left);
        }

        if (CelNumbers.IsNumber(left.Kind))
        {
            return left.Kind == right.Kind && (symbol != '%' || left.Kind != CelKind.Double) ? left : null;
        }

        return (left.Kind, symbol, right.Kind) switch
        {
            (CelKind.String, '+', CelKind.String) => CelType.String,
            (CelKind.Bytes, '+', CelKind.Bytes) => CelType.Bytes,
            (CelKind.List, '+', CelKind.List) => CelType.Join(left, right),
            (CelKind.Timestamp, '+' or '-', CelKind.Duration) => CelType.Timestamp,
            (CelKind.Duration, '+', CelKind.Timestamp) => CelType.Timestamp,
            (CelKind.Duration, '+' or '-', CelKind.Duration) => CelType.Duration,
            (CelKind.Timestamp, '-', CelKind.Timestamp) => CelType.Duration,
            _ => null,
        };
    }

    private static bool IsOrdered(CelKind kind) => kind is CelKind.Dyn or CelKind.Bool or CelKind.Int or CelKind.UInt or CelKind.Double
        or CelKind.String or CelKind.Bytes or CelKind.Timestamp or CelKind.Duration;

    private static CelType? WithDyn(char symbol, CelType known) => known.Kind switch
    {
        CelKind.Dyn => CelType.Dyn,
        CelKind.Int or CelKind.UInt => known,
        CelKind.Double when symbol != '%' => known,
        CelKind.String or CelKind.Bytes when symbol == '+' => known,
        CelKind.List when symbol == '+' => CelType.AnyList,
        CelKind.Timestamp or CelKind.Duration when symbol is '+' or '-' => CelType.Dyn,
        _ => null,
    };
}
