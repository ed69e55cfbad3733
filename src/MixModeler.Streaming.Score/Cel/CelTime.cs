using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>Timestamps and durations as text, to the nanosecond: RFC 3339 and `1h30m1.5s`.</summary>
public static class CelTime
{
    /// <summary>0001-01-01T00:00:00Z.</summary>
    public const long SecondsMin = -62_135_596_800;

    /// <summary>9999-12-31T23:59:59Z.</summary>
    public const long SecondsMax = 253_402_300_799;

    private const int NanosecondsPerSecond = 1_000_000_000;
    private const int FractionDigits = 9;

    /// <summary>2009-02-13T23:31:30.5+01:00, or with Z.</summary>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, out CelValue timestamp)
    {
        timestamp = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !TryDigits(text[..4], out int year) || !TryDigits(text[5..7], out int month) || !TryDigits(text[8..10], out int day)
            || !TryDigits(text[11..13], out int hour) || !TryDigits(text[14..16], out int minute) || !TryDigits(text[17..19], out int second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        text = text[19..];
        int nanoseconds = 0;
        if (text[0] == '.')
        {
            int digits = 1;
            while (digits < text.Length && char.IsAsciiDigit((char)text[digits]))
            {
                digits++;
            }

            if (digits == 1)
            {
                return false;
            }

            nanoseconds = Fraction(text[1..digits]);
            text = text[digits..];
        }

        if (!TryZone(text, out int offset))
        {
            return false;
        }

        DateTime date = new(year, month, day, hour, minute, second, DateTimeKind.Utc);
        long seconds = (date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond - offset;
        timestamp = CelValue.OfTimestamp(seconds, nanoseconds);
        return CelValue.IsTimestamp(seconds);
    }

    /// <summary>In UTC, with as many digits of the fraction as it needs.</summary>
    public static string FormatTimestamp(in CelValue timestamp)
    {
        DateTime date = UtcOf(timestamp.UnixSeconds);
        StringBuilder text = new(30);
        text.Append(date.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        AppendFraction(text, timestamp.Nanoseconds);
        return text.Append('Z').ToString();
    }

    /// <summary>Numbers with units (h, m, s, ms, us, µs, ns), a sign in front; 0 needs no unit.</summary>
    public static bool TryParseDuration(ReadOnlySpan<byte> text, out CelValue duration)
    {
        duration = default;
        bool isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
        {
            text = text[1..];
        }

        if (text.SequenceEqual("0"u8))
        {
            duration = CelValue.OfDuration(0);
            return true;
        }

        Int128 sum = 0;
        bool any = false;
        while (!text.IsEmpty)
        {
            if (!TryPart(ref text, out Int128 part) || (sum += part) > (Int128)long.MaxValue + 1)
            {
                return false;
            }

            any = true;
        }

        sum = isNegative ? -sum : sum;
        duration = CelValue.OfDuration((long)sum);
        return any && sum <= long.MaxValue;
    }

    /// <summary>In seconds, such as 3600s or -1.5s.</summary>
    public static string FormatDuration(in CelValue duration)
    {
        Int128 nanoseconds = duration.AsNanoseconds;
        StringBuilder text = new(24);
        text.Append(nanoseconds < 0 ? "-" : "");
        nanoseconds = Int128.Abs(nanoseconds);
        text.Append((long)(nanoseconds / NanosecondsPerSecond));
        AppendFraction(text, (int)(nanoseconds % NanosecondsPerSecond));
        return text.Append('s').ToString();
    }

    internal static DateTime UtcOf(long unixSeconds) => DateTime.UnixEpoch.AddTicks(unixSeconds * TimeSpan.TicksPerSecond);

    // One number with its unit, off the front. Whole and fraction apart, so that 9223372036854775807ns stays exact.
    private static bool TryPart(ref ReadOnlySpan<byte> text, out Int128 nanoseconds)
    {
        nanoseconds = 0;
        int whole = 0;
        while (whole < text.Length && char.IsAsciiDigit((char)text[whole]))
        {
            whole++;
        }

        int end = whole;
        if (end < text.Length && text[end] == '.')
        {
            end++;
            while (end < text.Length && char.IsAsciiDigit((char)text[end]))
            {
                end++;
            }
        }

        int unitEnd = end;
        while (unitEnd < text.Length && text[unitEnd] != '.' && !char.IsAsciiDigit((char)text[unitEnd]))
        {
            unitEnd++;
        }

        long unit = UnitOf(text[end..unitEnd]);
        bool hasDigits = whole > 0 || end > whole + 1;
        ulong count = 0;
        if (unit == 0 || !hasDigits || (whole > 0 && !(Utf8Parser.TryParse(text[..whole], out count, out int used) && used == whole)))
        {
            return false;
        }

        int fraction = end > whole ? Fraction(text[(whole + 1)..end]) : 0;
        nanoseconds = (Int128)count * unit + (Int128)fraction * unit / NanosecondsPerSecond;
        text = text[unitEnd..];
        return true;
    }

    private static long UnitOf(ReadOnlySpan<byte> unit) =>
        unit.SequenceEqual("s"u8) ? NanosecondsPerSecond
        : unit.SequenceEqual("m"u8) ? 60L * NanosecondsPerSecond
        : unit.SequenceEqual("h"u8) ? 3_600L * NanosecondsPerSecond
        : unit.SequenceEqual("ms"u8) ? 1_000_000
        : unit.SequenceEqual("us"u8) || unit.SequenceEqual("µs"u8) || unit.SequenceEqual("μs"u8) ? 1_000
        : unit.SequenceEqual("ns"u8) ? 1
        : 0;

    // Nanoseconds of the digits after the point; what is finer is cut off.
    private static int Fraction(ReadOnlySpan<byte> digits)
    {
        int nanoseconds = 0;
        for (int i = 0; i < FractionDigits; i++)
        {
            nanoseconds = nanoseconds * 10 + (i < digits.Length ? digits[i] - '0' : 0);
        }

        return nanoseconds;
    }

    private static void AppendFraction(StringBuilder text, int nanoseconds)
    {
        if (nanoseconds != 0)
        {
            text.Append('.').Append(nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0'));
        }
    }

    private static bool TryZone(ReadOnlySpan<byte> text, out int offsetSeconds)
    {
        offsetSeconds = 0;
        return text.SequenceEqual("Z"u8) || (text.Length == 6 && text[0] is (byte)'+' or (byte)'-' && TryOffset(text, out offsetSeconds));
    }

    /// <summary>+05:30, -09:30, 02:00: seconds to add to UTC.</summary>
    internal static bool TryOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        bool isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
        {
            text = text[1..];
        }

        if (text.Length != 5 || text[2] != ':' || !TryDigits(text[..2], out int hours) || !TryDigits(text[3..], out int minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = (hours * 60 + minutes) * (isNegative ? -60 : 60);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = value * 10 + digit - '0';
        }

        return true;
    }
}
