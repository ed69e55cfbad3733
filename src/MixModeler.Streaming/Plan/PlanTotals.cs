namespace MixModeler.Streaming.Plan;

/// <summary>Sums of some weeks and channels, with the ratios that plans are judged by.</summary>
/// <param name="Spend">Of them.</param>
/// <param name="Conversions">Of them.</param>
/// <param name="Revenue">Of them.</param>
public readonly record struct PlanTotals(double Spend, double Conversions, double Revenue)
{
    /// <summary>(revenue − spend) / spend; null where nothing is spent.</summary>
    public double? Roi => Spend > 0 ? (Revenue - Spend) / Spend : null;

    /// <summary>Spend for one conversion; null where there are none.</summary>
    public double? Cpa => Conversions > 0 ? Spend / Conversions : null;

    /// <summary>All channels, with or without what comes without marketing.</summary>
    public static PlanTotals Of(IEnumerable<PlanWeek> weeks, bool withBaseline)
    {
        PlanTotals totals = default;
        foreach (PlanWeek week in weeks)
        {
            totals = new PlanTotals(
                totals.Spend + week.Spend.Sum(),
                totals.Conversions + week.Conversions.Sum() + (withBaseline ? week.BaseConversions : 0),
                totals.Revenue + week.Revenue.Sum() + (withBaseline ? week.BaseRevenue : 0));
        }

        return totals;
    }

    public static PlanTotals OfChannel(IEnumerable<PlanWeek> weeks, int channel)
    {
        PlanTotals totals = default;
        foreach (PlanWeek week in weeks)
        {
            totals = new PlanTotals(totals.Spend + week.Spend[channel], totals.Conversions + week.Conversions[channel], totals.Revenue + week.Revenue[channel]);
        }

        return totals;
    }

    public static PlanTotals OfBaseline(IEnumerable<PlanWeek> weeks) =>
        weeks.Aggregate(default(PlanTotals), (sum, week) => new PlanTotals(0, sum.Conversions + week.BaseConversions, sum.Revenue + week.BaseRevenue));
}
