namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>How long a span rows tell of, by what they say of themselves or by the gaps between their dates.</summary>
internal static class SampleGrain
{
    private const int DaysOfWeek = 7;
    private const int DaysOfMonth = 28;
    private const int DaysOfYear = 365;

    public static (Grain Grain, DayOfWeek? StartOfWeek) Of(SampleColumn? date, SampleColumn? dateType)
    {
        DateOnly[] days = [.. (date?.Values ?? []).Select(SampleColumns.DateOf).OfType<DateOnly>().Distinct().Order()];
        Grain grain = Named(dateType) ?? Spaced(days);
        DayOfWeek[] starts = [.. days.Select(day => day.DayOfWeek).Distinct()];
        return (grain, grain == Grain.Weekly && starts.Length == 1 ? starts[0] : null);
    }

    private static Grain? Named(SampleColumn? dateType)
    {
        string? word = dateType is { Values: [string only] } ? only.ToLowerInvariant() : null;
        return word switch
        {
            "day" or "daily" or "d" => Grain.Daily,
            "week" or "weekly" or "w" => Grain.Weekly,
            "month" or "monthly" or "m" => Grain.Monthly,
            "year" or "yearly" or "y" => Grain.Yearly,
            _ => null,
        };
    }

    // Weeks may be missing, and days too: the smallest gap tells.
    private static Grain Spaced(DateOnly[] days)
    {
        int gap = days.Length < 2 ? 1 : Enumerable.Range(1, days.Length - 1).Min(i => days[i].DayNumber - days[i - 1].DayNumber);
        return gap switch
        {
            >= DaysOfYear => Grain.Yearly,
            >= DaysOfMonth when days.Select(day => day.Day).Distinct().Count() == 1 => Grain.Monthly,
            >= DaysOfWeek => Grain.Weekly,
            _ => Grain.Daily,
        };
    }
}
