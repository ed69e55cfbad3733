namespace MixModeler.Streaming.Score.Cel;

/// <summary>Equality, which every two values have, and order, which only some have.</summary>
internal static class CelEquality
{
    /// <summary>Deep. Different kinds are unequal, but for numbers, which are equal by value. False once the steps are spent.</summary>
    public static bool AreEqual(in CelValue left, in CelValue right, ref long steps)
    {
        if (--steps < 0)
        {
            return false;
        }

        if (left.Kind != right.Kind)
        {
            return CelNumbers.IsNumber(left.Kind) && CelNumbers.IsNumber(right.Kind) && CelNumbers.Compare(left, right) == 0;
        }

        switch (left.Kind)
        {
            case CelKind.String or CelKind.Bytes:
                steps -= Math.Min(left.AsUtf8.Length, right.AsUtf8.Length) >> 5;
                return left.AsUtf8.SequenceEqual(right.AsUtf8);
            case CelKind.Double:
                return left.AsDouble == right.AsDouble;
            case CelKind.Timestamp:
                return left.UnixSeconds == right.UnixSeconds && left.Nanoseconds == right.Nanoseconds;
            case CelKind.List:
                return AreEqual(left.AsList, right.AsList, ref steps);
            case CelKind.Map:
                return AreEqual(left.AsMap, right.AsMap, ref steps);
            case CelKind.Type:
                return left.AsType.Kind == right.AsType.Kind;
            default:
                return left.AsInt == right.AsInt;
        }
    }

    /// <summary>False where the two kinds have no order; <see cref="CelNumbers.Unordered"/> with not-a-number.</summary>
    public static bool TryCompare(in CelValue left, in CelValue right, out int comparison)
    {
        if (CelNumbers.IsNumber(left.Kind) && CelNumbers.IsNumber(right.Kind))
        {
            comparison = CelNumbers.Compare(left, right);
            return true;
        }

        comparison = 0;
        if (left.Kind != right.Kind)
        {
            return false;
        }

        switch (left.Kind)
        {
            case CelKind.Bool or CelKind.Duration:
                comparison = left.AsInt.CompareTo(right.AsInt);
                return true;
            // The bytes of UTF-8 are ordered as the code points are.
            case CelKind.String or CelKind.Bytes:
                comparison = left.AsUtf8.SequenceCompareTo(right.AsUtf8);
                return true;
            case CelKind.Timestamp:
                int seconds = left.UnixSeconds.CompareTo(right.UnixSeconds);
                comparison = seconds != 0 ? seconds : left.Nanoseconds.CompareTo(right.Nanoseconds);
                return true;
            default:
                return false;
        }
    }

    private static bool AreEqual(ReadOnlySpan<CelValue> left, ReadOnlySpan<CelValue> right, ref long steps)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (!AreEqual(left[i], right[i], ref steps))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(CelMap left, CelMap right, ref long steps)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            steps -= left.Keys[i].Kind == CelKind.String ? left.Keys[i].AsUtf8.Length >> 5 : 0;
            if (!right.TryGet(left.Keys[i], out CelValue other) || !AreEqual(left.Values[i], other, ref steps))
            {
                return false;
            }
        }

        return true;
    }
}
