namespace MixModeler.Streaming.Ingest;

/// <summary>
/// RFC 3339 date-times to milliseconds since 1970, strict and without allocation: `2026-09-01T10:00:00[.fraction](Z|±hh:mm)`.
/// Years before 1970 are refused: a time of 0 means "never" in feature rows. Fractions beyond milliseconds are cut. A leap
/// second (:60) counts as the following second.
/// </summary>
internal static class Rfc3339
{
    public static bool TryParse(ReadOnlySpan<byte> text, out long ms)
    {
        ms = 0;
        if (text.Length < 20
            || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':'
            || !Number(text[..4], out int year) || !Number(text.Slice(5, 2), out int month) || !Number(text.Slice(8, 2), out int day)
            || !Number(text.Slice(11, 2), out int hour) || !Number(text.Slice(14, 2), out int minute)
            || !Number(text.Slice(17, 2), out int second)
            || year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[19..];
        if (!TakeFraction(ref rest, out int fractionMs) || !TakeOffset(rest, out int offsetMinutes))
        {
            return false;
        }

        ms = (DaysSince1970(year, month, day) * 86_400L + hour * 3_600 + (minute - offsetMinutes) * 60 + second) * 1_000 + fractionMs;
        return ms > 0;
    }

    private static bool TakeFraction(ref ReadOnlySpan<byte> rest, out int ms)
    {
        ms = 0;
        if (rest.IsEmpty || rest[0] != '.')
        {
            return true;
        }

        int digits = 0;
        rest = rest[1..];
        while (digits < rest.Length && (uint)(rest[digits] - '0') <= 9)
        {
            if (digits < 3)
            {
                ms = ms * 10 + (rest[digits] - '0');
            }

            digits++;
        }

        for (int i = digits; i < 3; i++)
        {
            ms *= 10;
        }

        rest = rest[digits..];
        return digits > 0;
    }

    private static bool TakeOffset(ReadOnlySpan<byte> rest, out int minutes)
    {
        minutes = 0;
        if (rest.Length == 1)
        {
            return (rest[0] | 0x20) == 'z';
        }

        if (rest.Length != 6 || rest[3] != ':' || (rest[0] != '+' && rest[0] != '-')
            || !Number(rest.Slice(1, 2), out int hours) || !Number(rest.Slice(4, 2), out int mins) || hours > 23 || mins > 59)
        {
            return false;
        }

        minutes = (hours * 60 + mins) * (rest[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            if ((uint)(digit - '0') > 9)
            {
                return false;
            }

            value = value * 10 + (digit - '0');
        }

        return true;
    }

    // Days of the proleptic Gregorian calendar, counted from a March 1st so that the leap day is a year's last.
    private static long DaysSince1970(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int m = month <= 2 ? month + 9 : month - 3;
        int era = y / 400;
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * m + 2) / 5 + day - 1;
        return era * 146_097L + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }
}
