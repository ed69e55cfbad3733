using System.Globalization;
using System.Numerics;
using System.Text;

namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// A number with twelve decimals, held as a whole number of 10⁻¹² in 128 bits: sums are exact and come out the same in any
/// order. A record's number is read from its decimal text, so 0.1 is 0.1; digits behind the twelfth are rounded half to even,
/// once, when it is read. Numbers of a record are below 10¹⁵, so that 10¹¹ of them fit a sum.
/// </summary>
public readonly record struct ExactAmount(Int128 Units)
{
    public const int Decimals = 12;

    private static readonly Int128 One = 1_000_000_000_000;
    private static readonly Int128 RecordMax = One * 1_000_000_000_000_000;
    private static readonly ulong[] ShortPowers = [.. Enumerable.Range(0, Decimals + 1).Select(power => (ulong)Power(power))];

    public static ExactAmount Zero => default;

    public static ExactAmount Of(long whole) => new(whole * One);

    /// <summary>Reads a decimal number as JSON writes it, exponent and all; false where it is none or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ExactAmount amount) => Parse(text, out amount) == AmountFault.None;

    /// <summary>Reads a decimal number as JSON writes it, exponent and all, also with a plus in front or leading zeros.</summary>
    public static AmountFault Parse(ReadOnlySpan<byte> text, out ExactAmount amount)
    {
        amount = default;
        int i = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        i += negative || (text.Length > 0 && text[0] == '+') ? 1 : 0;
        if (!TryParseShort(text[i..], out Int128 units))
        {
            int start = i;
            Digits digits = new();
            if (!digits.Read(text, ref i) || i != text.Length)
            {
                return IsNotFinite(text[start..]) ? AmountFault.OutOfRange : AmountFault.NotANumber;
            }

            if (!digits.TryScale(out units))
            {
                return AmountFault.OutOfRange;
            }
        }

        if (units >= RecordMax)
        {
            return AmountFault.OutOfRange;
        }

        amount = new(negative ? -units : units);
        return AmountFault.None;
    }

    /// <summary>Multiplies by an exact decimal, rounding half to even at the twelfth digit; false where the result is out of range.</summary>
    public bool TryMultiply(decimal by, out ExactAmount product)
    {
        // Read first: a caller may take the product into the very amount.
        Int128 units = Units;
        product = default;
        Int128 magnitude = Int128.Abs(units);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(by, bits);
        Int128 factor = new((ulong)(uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        Int128 divisor = Power(by.Scale);
        // Both fit 127 bits in all but odd cases, and then nothing is allocated.
        Int128 whole;
        if (BitsOf(magnitude) + BitsOf(factor) <= 126)
        {
            whole = DivideHalfEven(magnitude * factor, divisor);
        }
        else
        {
            BigInteger wide = DivideHalfEven((BigInteger)magnitude * factor, divisor);
            whole = wide >= RecordMax ? RecordMax : (Int128)wide;
        }

        if (whole >= RecordMax)
        {
            return false;
        }

        product = new((units < 0) ^ (by < 0) ? -whole : whole);
        return true;
    }

    /// <summary>Nothing stands behind its point.</summary>
    public bool IsWhole => Units % One == 0;

    public double ToDouble() => (double)Units / 1e12;

    public int CompareTo(ExactAmount other) => Units.CompareTo(other.Units);

    public static ExactAmount operator +(ExactAmount a, ExactAmount b) => new(checked(a.Units + b.Units));

    public static ExactAmount operator -(ExactAmount a, ExactAmount b) => new(checked(a.Units - b.Units));

    public static ExactAmount operator -(ExactAmount a) => new(-a.Units);

    /// <summary>The shortest decimal text of exactly this value, e.g. `110`, `0.1`, `-3.25`.</summary>
    public override string ToString()
    {
        Int128 magnitude = Int128.Abs(Units);
        (Int128 whole, Int128 part) = Int128.DivRem(magnitude, One);
        string sign = Units < 0 ? "-" : "";
        return part == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}.{part.ToString("D12", CultureInfo.InvariantCulture).TrimEnd('0')}");
    }

    // What records hold nearly always: at most 18 digits, no exponent, at most twelve decimals.
    private static bool TryParseShort(ReadOnlySpan<byte> text, out Int128 units)
    {
        units = default;
        if (text.Length is 0 or > 19)
        {
            return false;
        }

        ulong digits = 0;
        int count = 0;
        int point = -1;
        for (int i = 0; i < text.Length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = digits * 10 + digit;
                count++;
            }
            else if (text[i] == '.' && point < 0 && i > 0 && i < text.Length - 1)
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        int decimals = point < 0 ? 0 : text.Length - 1 - point;
        if (count > 18 || decimals > Decimals)
        {
            return false;
        }

        ulong high = Math.BigMul(digits, ShortPowers[Decimals - decimals], out ulong low);
        units = new Int128(high, low);
        return true;
    }

    private static bool IsNotFinite(ReadOnlySpan<byte> text) =>
        Ascii.EqualsIgnoreCase(text, "nan"u8) || Ascii.EqualsIgnoreCase(text, "infinity"u8) || Ascii.EqualsIgnoreCase(text, "inf"u8);

    private static int BitsOf(Int128 magnitude) => 128 - (int)Int128.LeadingZeroCount(magnitude);

    private static Int128 DivideHalfEven(Int128 magnitude, Int128 divisor)
    {
        if (magnitude <= ulong.MaxValue && divisor <= ulong.MaxValue)
        {
            // Division of 128 bits is many times slower.
            (ulong quotient, ulong left) = Math.DivRem((ulong)magnitude, (ulong)divisor);
            int middle = left.CompareTo((ulong)divisor - left);
            return quotient + (middle > 0 || (middle == 0 && quotient % 2 != 0) ? 1UL : 0);
        }

        (Int128 whole, Int128 rest) = Int128.DivRem(magnitude, divisor);
        int half = rest.CompareTo(divisor - rest);
        return whole + (half > 0 || (half == 0 && !Int128.IsEvenInteger(whole)) ? 1 : 0);
    }

    private static BigInteger DivideHalfEven(BigInteger magnitude, BigInteger divisor)
    {
        BigInteger whole = BigInteger.DivRem(magnitude, divisor, out BigInteger rest);
        int half = rest.CompareTo(divisor - rest);
        return whole + (half > 0 || (half == 0 && !whole.IsEven) ? 1 : 0);
    }

    private static Int128 Power(int scale)
    {
        Int128 power = 1;
        for (int i = 0; i < scale; i++)
        {
            power *= 10;
        }

        return power;
    }

    /// <summary>Significant digits and where the point stands.</summary>
    private ref struct Digits
    {
        private const int Kept = 28;

        private Int128 value;
        private int count;
        private bool anyBelow;
        private long exponent;

        public bool Read(ReadOnlySpan<byte> text, ref int i)
        {
            int start = i;
            while (i < text.Length && char.IsAsciiDigit((char)text[i]))
            {
                Take(text[i++], isFraction: false);
            }

            bool any = i > start;
            if (i < text.Length && text[i] == '.')
            {
                int point = ++i;
                while (i < text.Length && char.IsAsciiDigit((char)text[i]))
                {
                    Take(text[i++], isFraction: true);
                }

                any = i > point && any;
            }

            return any && (i == text.Length || text[i] is not ((byte)'e' or (byte)'E') || ReadExponent(text, ref i));
        }

        public readonly bool TryScale(out Int128 units)
        {
            long shift = exponent + Decimals;
            units = value;
            if (value == 0)
            {
                return true;
            }

            for (; shift > 0; shift--)
            {
                units *= 10;
                if (units >= RecordMax)
                {
                    return false;
                }
            }

            // Digits beyond the kept ones lie behind the twelfth decimal of any amount that is in range.
            return shift == 0 ? units < RecordMax : RoundShift(ref units, -shift);
        }

        private readonly bool RoundShift(ref Int128 units, long shift)
        {
            if (shift > Kept + 1)
            {
                units = 0;
                return true;
            }

            Int128 divisor = Power((int)shift);
            (Int128 whole, Int128 rest) = Int128.DivRem(units, divisor);
            int half = rest.CompareTo(divisor - rest);
            bool up = half > 0 || (half == 0 && (anyBelow || !Int128.IsEvenInteger(whole)));
            units = whole + (up ? 1 : 0);
            return units < RecordMax;
        }

        private void Take(byte digit, bool isFraction)
        {
            if (count >= Kept)
            {
                anyBelow |= digit != '0';
                exponent += isFraction ? 0 : 1;
                return;
            }

            value = value * 10 + (digit - '0');
            count += value == 0 ? 0 : 1;
            exponent -= isFraction ? 1 : 0;
        }

        private bool ReadExponent(ReadOnlySpan<byte> text, ref int i)
        {
            i++;
            int sign = 1;
            if (i < text.Length && text[i] is (byte)'-' or (byte)'+')
            {
                sign = text[i] == '-' ? -1 : 1;
                i++;
            }

            int start = i;
            long value = 0;
            while (i < text.Length && char.IsAsciiDigit((char)text[i]))
            {
                // Beyond any number of digits that a record can hold, so that nothing compensates for it.
                value = Math.Min(value * 10 + (text[i++] - '0'), 1_000_000_000_000);
            }

            exponent += sign * value;
            return i > start;
        }
    }
}

/// <summary>Why a text is no amount.</summary>
public enum AmountFault
{
    None,
    NotANumber,

    /// <summary>A number too large, or one of the words for what is not finite.</summary>
    OutOfRange,
}
