using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// Dates of records: RFC 3339 date-times, and plain dates such as 2021-12-31. The date is the one that is written, whatever the
/// offset behind it: a day of New York stays that day.
/// </summary>
internal static class RecordDate
{
    public const long DayMs = 86_400_000;

    private static readonly int FirstDay = new DateOnly(1970, 1, 1).DayNumber;

    /// <param name="text">Without blanks around it.</param>
    /// <param name="day">Day number of <see cref="DateOnly"/>.</param>
    /// <param name="ms">The instant, or the start of the day in UTC; ms since 1970.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out int day, out long ms)
    {
        (day, ms) = (0, 0);
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !Number(text[..4], out int year) || !Number(text.Slice(5, 2), out int month) || !Number(text.Slice(8, 2), out int dayOfMonth)
            || year < 1 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        day = new DateOnly(year, month, dayOfMonth).DayNumber;
        ms = StartMs(day);
        return text.Length == 10 || Rfc3339.TryParse(text, out ms);
    }

    /// <summary>The start of a day in UTC, ms since 1970.</summary>
    public static long StartMs(int day) => (day - FirstDay) * DayMs;

    /// <summary>As sources write it in any case: `day`, `Weekly`, `MONTH`.</summary>
    public static Grain? GrainOf(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<Grain> grains = [Grain.Daily, Grain.Weekly, Grain.Monthly, Grain.Quarterly, Grain.Yearly];
        ReadOnlySpan<byte> words = "day daily week weekly month monthly quarter quarterly year yearly"u8;
        int number = 0;
        foreach (Range word in words.Split((byte)' '))
        {
            if (System.Text.Ascii.EqualsIgnoreCase(text, words[word]))
            {
                return grains[number / 2];
            }

            number++;
        }

        return null;
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
}
