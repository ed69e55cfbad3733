namespace MixModeler.Streaming.Score.Cel.Evaluate;

/// <summary>Arithmetic of timestamps and durations.</summary>
internal static class CelTimes
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public static CelValue Apply(char symbol, in CelValue left, in CelValue right, int offset) => (left.Kind, symbol, right.Kind) switch
    {
        (CelKind.Duration, '+', CelKind.Duration) => Duration((Int128)left.AsNanoseconds + right.AsNanoseconds, offset),
        (CelKind.Duration, '-', CelKind.Duration) => Duration((Int128)left.AsNanoseconds - right.AsNanoseconds, offset),
        (CelKind.Timestamp, '+', CelKind.Duration) => Timestamp(Nanoseconds(left) + right.AsNanoseconds, offset),
        (CelKind.Duration, '+', CelKind.Timestamp) => Timestamp(Nanoseconds(right) + left.AsNanoseconds, offset),
        (CelKind.Timestamp, '-', CelKind.Duration) => Timestamp(Nanoseconds(left) - right.AsNanoseconds, offset),
        (CelKind.Timestamp, '-', CelKind.Timestamp) => Duration(Nanoseconds(left) - Nanoseconds(right), offset),
        _ => CelOperators.NoOverload(symbol, left, right, offset),
    };

    private static Int128 Nanoseconds(in CelValue timestamp) => (Int128)timestamp.UnixSeconds * NanosecondsPerSecond + timestamp.Nanoseconds;

    private static CelValue Duration(Int128 nanoseconds, int offset) =>
        nanoseconds < long.MinValue || nanoseconds > long.MaxValue
            ? CelOperators.Overflow(CelKind.Duration, offset)
            : CelValue.OfDuration((long)nanoseconds);

    private static CelValue Timestamp(Int128 nanoseconds, int offset)
    {
        (Int128 seconds, Int128 rest) = Int128.DivRem(nanoseconds, NanosecondsPerSecond);
        if (rest < 0)
        {
            seconds--;
            rest += NanosecondsPerSecond;
        }

        return CelValue.IsTimestamp((long)seconds) ? CelValue.OfTimestamp((long)seconds, (int)rest) : CelOperators.Overflow(CelKind.Timestamp, offset);
    }
}
