namespace MixModeler.Streaming.Score.Cel.Evaluate;

/// <summary>+ - * / % and the sign, by the kinds of what they meet.</summary>
internal static class CelOperators
{
    public static string Text(Order order) => order switch
    {
        Order.Less => "<",
        Order.LessOrEqual => "<=",
        Order.Greater => ">",
        _ => ">=",
    };

    public static CelValue Apply(char symbol, in CelValue left, in CelValue right, int offset, ref CelFrame frame)
    {
        if (left.Kind != right.Kind)
        {
            return CelTimes.Apply(symbol, left, right, offset);
        }

        return left.Kind switch
        {
            CelKind.Int => Int(symbol, left.AsInt, right.AsInt, offset),
            CelKind.UInt => UInt(symbol, left.AsUInt, right.AsUInt, offset),
            CelKind.Double when symbol != '%' => CelValue.Of(Double(symbol, left.AsDouble, right.AsDouble)),
            CelKind.String or CelKind.Bytes when symbol == '+' => Concatenate(left, right, offset, ref frame),
            CelKind.List when symbol == '+' => ConcatenateLists(left.AsList, right.AsList, offset, ref frame),
            CelKind.Duration or CelKind.Timestamp => CelTimes.Apply(symbol, left, right, offset),
            _ => NoOverload(symbol, left, right, offset),
        };
    }

    public static CelValue Negate(in CelValue value, int offset) => value.Kind switch
    {
        CelKind.Error => value,
        CelKind.Int when value.AsInt == long.MinValue => Overflow(CelKind.Int, offset),
        CelKind.Int => CelValue.Of(-value.AsInt),
        CelKind.Double => CelValue.Of(-value.AsDouble),
        _ => CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"-{value.KindName}"),
    };

    public static CelValue NoOverload(char symbol, in CelValue left, in CelValue right, int offset) =>
        CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{left.KindName} {symbol} {right.KindName}");

    public static CelValue Overflow(CelKind kind, int offset) =>
        CelValue.Of(CelErrorCode.Overflow, offset, kind switch
        {
            CelKind.Int => "the result is no int of 64 bits",
            CelKind.UInt => "the result is no uint of 64 bits",
            CelKind.Duration => "a duration is within 292 years",
            _ => "a timestamp is within the years 1 to 9999",
        });

    private static CelValue Int(char symbol, long left, long right, int offset)
    {
        long result;
        switch (symbol)
        {
            case '+':
                result = unchecked(left + right);
                return ((left ^ result) & (right ^ result)) < 0 ? Overflow(CelKind.Int, offset) : CelValue.Of(result);
            case '-':
                result = unchecked(left - right);
                return ((left ^ right) & (left ^ result)) < 0 ? Overflow(CelKind.Int, offset) : CelValue.Of(result);
            case '*':
                long high = Math.BigMul(left, right, out result);
                return high != result >> 63 ? Overflow(CelKind.Int, offset) : CelValue.Of(result);
            default:
                if (right == 0)
                {
                    return ByZero(symbol, offset);
                }

                if (left == long.MinValue && right == -1)
                {
                    return Overflow(CelKind.Int, offset);
                }

                return CelValue.Of(symbol == '/' ? left / right : left % right);
        }
    }

    private static CelValue UInt(char symbol, ulong left, ulong right, int offset)
    {
        switch (symbol)
        {
            case '+':
                ulong sum = unchecked(left + right);
                return sum < left ? Overflow(CelKind.UInt, offset) : CelValue.Of(sum);
            case '-':
                return right > left ? Overflow(CelKind.UInt, offset) : CelValue.Of(left - right);
            case '*':
                return Math.BigMul(left, right, out ulong product) != 0 ? Overflow(CelKind.UInt, offset) : CelValue.Of(product);
            default:
                return right == 0 ? ByZero(symbol, offset) : CelValue.Of(symbol == '/' ? left / right : left % right);
        }
    }

    private static double Double(char symbol, double left, double right) => symbol switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ => left / right,
    };

    private static CelValue ByZero(char symbol, int offset) =>
        CelValue.Of(CelErrorCode.DivisionByZero, offset, symbol == '/' ? "division" : "modulus");

    private static CelValue Concatenate(in CelValue left, in CelValue right, int offset, ref CelFrame frame)
    {
        ReadOnlySpan<byte> first = left.AsUtf8;
        ReadOnlySpan<byte> second = right.AsUtf8;
        if (first.IsEmpty || second.IsEmpty)
        {
            return first.IsEmpty ? right : left;
        }

        long length = (long)first.Length + second.Length;
        if (!frame.SpendBytes(length))
        {
            return CelFrame.LimitError(offset);
        }

        byte[] both = new byte[length];
        first.CopyTo(both);
        second.CopyTo(both.AsSpan(first.Length));
        return left.Kind == CelKind.String ? CelValue.OfUtf8(both, 0, both.Length) : CelValue.OfBytes(both);
    }

    private static CelValue ConcatenateLists(ReadOnlySpan<CelValue> first, ReadOnlySpan<CelValue> second, int offset, ref CelFrame frame)
    {
        long count = (long)first.Length + second.Length;
        return frame.SpendBytes(count * 24) ? CelValue.Of([.. first, .. second]) : CelFrame.LimitError(offset);
    }
}

internal sealed class ArithmeticNode(int offset, char symbol, CelNode left, CelNode right) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        CelValue first = left.Evaluate(ref frame);
        if (first.IsError)
        {
            return first;
        }

        CelValue second = right.Evaluate(ref frame);
        return second.IsError ? second : CelOperators.Apply(symbol, first, second, Offset, ref frame);
    }
}

internal sealed class NegateNode(int offset, CelNode operand) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame) => CelOperators.Negate(operand.Evaluate(ref frame), Offset);
}
