namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Periods of a dataset's own grain, and those without a row.</summary>
internal static class Coverage
{
    private const int GapsMax = 100;

    public static DateCoverage? Of(ShownDataset dataset)
    {
        SortedSet<int> starts = [];
        for (int slot = 0; slot < dataset.Rows.Slots; slot++)
        {
            if (dataset.Rows.IsUsed(slot))
            {
                starts.Add(Periods.Start(dataset.Rows.Day(slot), dataset.OwnGrain, dataset.Plan.StartOfWeek));
            }
        }

        if (starts.Count == 0)
        {
            return null;
        }

        List<DateGap> gaps = [];
        int missing = 0;
        int expected = starts.Min;
        foreach (int start in starts)
        {
            if (expected < start)
            {
                (int last, int periods) = Missing(dataset, expected, start);
                missing += periods;
                gaps.Add(new DateGap(Periods.TextOf(expected), Periods.TextOf(last), periods));
            }

            expected = Periods.End(start, dataset.OwnGrain);
        }

        return new DateCoverage(Periods.TextOf(starts.Min), Periods.TextOf(starts.Max), starts.Count + missing, missing, [.. gaps.Take(GapsMax)]);
    }

    private static (int Last, int Periods) Missing(ShownDataset dataset, int from, int before)
    {
        int last = from;
        int periods = 0;
        for (int start = from; start < before; start = Periods.End(start, dataset.OwnGrain))
        {
            last = start;
            periods++;
        }

        return (last, periods);
    }
}
