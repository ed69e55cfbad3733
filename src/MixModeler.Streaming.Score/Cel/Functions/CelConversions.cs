using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MixModeler.Streaming.Score.Cel.Evaluate;

namespace MixModeler.Streaming.Score.Cel.Functions;

/// <summary>int(), uint(), double(), string(), bytes(), bool(), timestamp(), duration(), type().</summary>
internal static class CelConversions
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    private const NumberStyles DoubleForm = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    // Digits from which a double is written with an exponent: 999999 is plain, 1e+06 is not.
    private const int PlainDigitsMax = 6;

    public static CelValue ToInt(in CelValue value, ref CelFrame frame, int offset)
    {
        switch (value.Kind)
        {
            case CelKind.Int:
                return value;
            case CelKind.UInt:
                return value.AsUInt > long.MaxValue ? CelOperators.Overflow(CelKind.Int, offset) : CelValue.Of((long)value.AsUInt);
            // Both ends are out: a double there may stand for a number beyond.
            case CelKind.Double:
                return value.AsDouble is > -TwoTo63 and < TwoTo63 ? CelValue.Of((long)value.AsDouble) : CelOperators.Overflow(CelKind.Int, offset);
            case CelKind.Timestamp:
                return CelValue.Of(value.UnixSeconds);
            case CelKind.String:
                ReadOnlySpan<byte> digits = value.AsUtf8;
                return Utf8Parser.TryParse(digits, out long parsed, out int used) && used == digits.Length && used > 0
                    ? CelValue.Of(parsed)
                    : Unreadable(value, "an int", offset);
            default:
                return NoOverload("int", value, offset);
        }
    }

    public static CelValue ToUInt(in CelValue value, ref CelFrame frame, int offset)
    {
        switch (value.Kind)
        {
            case CelKind.UInt:
                return value;
            case CelKind.Int:
                return value.AsInt < 0 ? CelOperators.Overflow(CelKind.UInt, offset) : CelValue.Of((ulong)value.AsInt);
            case CelKind.Double:
                return value.AsDouble is >= 0 and < TwoTo64 ? CelValue.Of((ulong)value.AsDouble) : CelOperators.Overflow(CelKind.UInt, offset);
            case CelKind.String:
                ReadOnlySpan<byte> digits = value.AsUtf8;
                return !digits.IsEmpty && char.IsAsciiDigit((char)digits[0])
                    && Utf8Parser.TryParse(digits, out ulong parsed, out int used) && used == digits.Length
                    ? CelValue.Of(parsed)
                    : Unreadable(value, "a uint", offset);
            default:
                return NoOverload("uint", value, offset);
        }
    }

    public static CelValue ToDouble(in CelValue value, ref CelFrame frame, int offset) => value.Kind switch
    {
        CelKind.Double => value,
        CelKind.Int => CelValue.Of((double)value.AsInt),
        CelKind.UInt => CelValue.Of((double)value.AsUInt),
        CelKind.String => TryDouble(value.AsUtf8, out double parsed) ? CelValue.Of(parsed) : Unreadable(value, "a double", offset),
        _ => NoOverload("double", value, offset),
    };

    public static CelValue ToBool(in CelValue value, ref CelFrame frame, int offset)
    {
        if (value.Kind == CelKind.Bool)
        {
            return value;
        }

        if (value.Kind != CelKind.String)
        {
            return NoOverload("bool", value, offset);
        }

        ReadOnlySpan<byte> text = value.AsUtf8;
        if (text.SequenceEqual("true"u8) || text.SequenceEqual("True"u8) || text.SequenceEqual("TRUE"u8) || text.SequenceEqual("t"u8)
            || text.SequenceEqual("1"u8))
        {
            return CelValue.True;
        }

        return text.SequenceEqual("false"u8) || text.SequenceEqual("False"u8) || text.SequenceEqual("FALSE"u8) || text.SequenceEqual("f"u8)
            || text.SequenceEqual("0"u8)
            ? CelValue.False
            : Unreadable(value, "a bool", offset);
    }

    public static CelValue ToText(in CelValue value, ref CelFrame frame, int offset) => value.Kind switch
    {
        CelKind.String => value,
        _ when !frame.SpendBytes(CopyBytes(value)) => CelFrame.LimitError(offset),
        CelKind.Bool => CelValue.Of(value.AsBool ? "true" : "false"),
        CelKind.Int => CelValue.Of(value.AsInt.ToString(CultureInfo.InvariantCulture)),
        CelKind.UInt => CelValue.Of(value.AsUInt.ToString(CultureInfo.InvariantCulture)),
        CelKind.Double => CelValue.Of(Format(value.AsDouble)),
        CelKind.Timestamp => CelValue.Of(CelTime.FormatTimestamp(value)),
        CelKind.Duration => CelValue.Of(CelTime.FormatDuration(value)),
        CelKind.Bytes => TextOfBytes(value, offset),
        _ => NoOverload("string", value, offset),
    };

    public static CelValue ToBytes(in CelValue value, ref CelFrame frame, int offset) => value.Kind switch
    {
        CelKind.Bytes => value,
        CelKind.String when !frame.SpendBytes(CopyBytes(value)) => CelFrame.LimitError(offset),
        CelKind.String => CelValue.OfBytes(value.AsUtf8.ToArray()),
        _ => NoOverload("bytes", value, offset),
    };

    public static CelValue ToTimestamp(in CelValue value, ref CelFrame frame, int offset) => value.Kind switch
    {
        CelKind.Timestamp => value,
        CelKind.Int => CelValue.IsTimestamp(value.AsInt) ? CelValue.OfTimestamp(value.AsInt, 0) : CelOperators.Overflow(CelKind.Timestamp, offset),
        CelKind.String => CelTime.TryParseTimestamp(value.AsUtf8, out CelValue timestamp)
            ? timestamp
            : Unreadable(value, "a timestamp such as 2026-01-31T08:00:00Z of the years 1 to 9999", offset),
        _ => NoOverload("timestamp", value, offset),
    };

    public static CelValue ToDuration(in CelValue value, ref CelFrame frame, int offset) => value.Kind switch
    {
        CelKind.Duration => value,
        CelKind.String => CelTime.TryParseDuration(value.AsUtf8, out CelValue duration)
            ? duration
            : Unreadable(value, "a duration such as 1h30m or 1.5s within 292 years", offset),
        _ => NoOverload("duration", value, offset),
    };

    public static CelValue TypeOf(in CelValue value, ref CelFrame frame, int offset) => CelValue.Of(CelType.OfKind(value.Kind));

    public static CelValue Same(in CelValue value, ref CelFrame frame, int offset) => value;

    /// <summary>The shortest digits that read back as the same double; an exponent of two digits or more below 1e-4 and from 1e6.</summary>
    internal static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        string sign = double.IsNegative(value) ? "-" : "";
        string text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E', StringComparison.Ordinal);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string padded = mantissa.Replace(".", "", StringComparison.Ordinal);
        string digits = padded.TrimStart('0');
        if (digits.Length == 0)
        {
            return sign + "0";
        }

        // The power of ten of the first digit.
        int exponent = (e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            + (point < 0 ? mantissa.Length : point) - 1 - (padded.Length - digits.Length);
        digits = digits.TrimEnd('0');
        return sign + exponent switch
        {
            < -4 or >= PlainDigitsMax => $"{Pointed(digits, 1)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):D2}",
            < 0 => $"0.{new string('0', -exponent - 1)}{digits}",
            _ => Pointed(digits.PadRight(exponent + 1, '0'), exponent + 1),
        };
    }

    private static string Pointed(string digits, int place) => digits.Length == place ? digits : $"{digits[..place]}.{digits[place..]}";

    private static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        ReadOnlySpan<byte> unsigned = !text.IsEmpty && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8) || Ascii.EqualsIgnoreCase(unsigned, "infinity"u8))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (Ascii.EqualsIgnoreCase(text, "nan"u8))
        {
            value = double.NaN;
            return true;
        }

        value = 0;
        return !unsigned.IsEmpty && (char.IsAsciiDigit((char)unsigned[0]) || unsigned[0] == '.')
            && double.TryParse(text, DoubleForm, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    // What a new text takes: the bytes that are copied, or about those of a number or time.
    private static int CopyBytes(in CelValue value) => value.Kind is CelKind.String or CelKind.Bytes ? value.AsUtf8.Length : 64;

    private static CelValue TextOfBytes(in CelValue bytes, int offset)
    {
        if (!Utf8.IsValid(bytes.AsUtf8))
        {
            return CelValue.Of(CelErrorCode.InvalidArgument, offset, "these bytes are no valid UTF-8");
        }

        byte[] text = bytes.AsUtf8.ToArray();
        return CelValue.OfUtf8(text, 0, text.Length);
    }

    private static CelValue Unreadable(in CelValue value, string wanted, int offset)
    {
        const int ShownMax = 80;
        string text = value.AsUtf8.Length > ShownMax ? $"{Encoding.UTF8.GetString(value.AsUtf8[..ShownMax])}…" : value.AsText;
        return CelValue.Of(CelErrorCode.InvalidArgument, offset, $"'{text}' is not {wanted}");
    }

    private static CelValue NoOverload(string function, in CelValue value, int offset) =>
        CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{function}({value.KindName})");
}
