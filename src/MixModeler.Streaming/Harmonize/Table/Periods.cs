using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Where periods begin and end. Days are counted as <see cref="DateOnly.DayNumber"/> does.</summary>
internal static class Periods
{
    private const int DaysOfWeek = 7;

    private static readonly ImmutableArray<string> Names = ["day", "week", "month", "quarter", "year"];

    /// <summary>As `date_type` shows it.</summary>
    public static string NameOf(Grain grain) => Names[(int)grain];

    /// <summary>The first day of the period that <paramref name="day"/> falls into.</summary>
    public static int Start(int day, Grain grain, DayOfWeek startOfWeek)
    {
        if (grain == Grain.Daily)
        {
            return day;
        }

        if (grain == Grain.Weekly)
        {
            // Day 0 is a Monday. The first week of year 1 may have begun before there were days.
            int weekday = (day + (int)DayOfWeek.Monday) % DaysOfWeek;
            return Math.Max(0, day - (weekday - (int)startOfWeek + DaysOfWeek) % DaysOfWeek);
        }

        DateOnly date = DateOnly.FromDayNumber(day);
        int month = grain switch
        {
            Grain.Monthly => date.Month,
            Grain.Quarterly => (date.Month - 1) / 3 * 3 + 1,
            _ => 1,
        };
        return new DateOnly(date.Year, month, 1).DayNumber;
    }

    /// <summary>The first day behind the period that begins at <paramref name="start"/>.</summary>
    public static int End(int start, Grain grain)
    {
        if (grain <= Grain.Weekly)
        {
            return start + (grain == Grain.Daily ? 1 : DaysOfWeek);
        }

        DateOnly date = DateOnly.FromDayNumber(start);
        int months = grain == Grain.Monthly ? 1 : grain == Grain.Quarterly ? 3 : 12;
        // Nothing is behind the last month of year 9999.
        return date.Year == 9999 && date.Month + months > 12 ? DateOnly.MaxValue.DayNumber + 1 : date.AddMonths(months).DayNumber;
    }

    public static string TextOf(int day) => DateOnly.FromDayNumber(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
