using System.Globalization;

namespace MixModeler.Streaming.Plan;

/// <summary>Two plans side by side.</summary>
public static class PlanComparison
{
    /// <summary>One line of a comparison.</summary>
    /// <param name="Name">What is compared.</param>
    /// <param name="First">Of the first plan; null where it has none.</param>
    /// <param name="Second">Of the second plan; null where it has none.</param>
    public sealed record Line(string Name, double? First, double? Second)
    {
        /// <summary>Second − first; null where one is missing.</summary>
        public double? Delta => Second - First;
    }

    /// <summary>Budgets, forecasts with and without the baseline, and the channels of either plan.</summary>
    public static IReadOnlyList<Line> Of(PlanResult first, PlanResult second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        (PlanTotals All, PlanTotals Paid) a = (PlanTotals.Of(first.Weeks, true), PlanTotals.Of(first.Weeks, false));
        (PlanTotals All, PlanTotals Paid) b = (PlanTotals.Of(second.Weeks, true), PlanTotals.Of(second.Weeks, false));
        List<Line> lines =
        [
            new("Plan target", first.Goal?.Target, second.Goal?.Target),
            new("Value", first.Value, second.Value),
            new("Planned spend", a.All.Spend, b.All.Spend),
            new("Forecasted revenue", a.All.Revenue, b.All.Revenue),
            new("Forecasted conversion", a.All.Conversions, b.All.Conversions),
            new("Forecasted ROI", a.All.Roi, b.All.Roi),
            new("Forecasted CPA", a.All.Cpa, b.All.Cpa),
            new("Paid marketing revenue", a.Paid.Revenue, b.Paid.Revenue),
            new("Paid marketing conversion", a.Paid.Conversions, b.Paid.Conversions),
            new("Paid marketing ROI", a.Paid.Roi, b.Paid.Roi),
            new("Paid marketing CPA", a.Paid.Cpa, b.Paid.Cpa),
        ];
        foreach (string channel in first.Channels.Union(second.Channels))
        {
            PlanChannel? one = Array.Find(first.ByChannel, each => each.Name == channel);
            PlanChannel? other = Array.Find(second.ByChannel, each => each.Name == channel);
            lines.Add(new($"{channel} spend", one?.Spend, other?.Spend));
            lines.Add(new($"{channel} ROI", one?.Roi, other?.Roi));
            lines.Add(new($"{channel} CPA", one?.Cpa, other?.Cpa));
        }

        return lines;
    }

    /// <summary>The days that a plan covers, or the names of its periods.</summary>
    public static string DateRange(PlanResult plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        PlanWeek[] own = [.. plan.Weeks.Where(week => plan.Periods.Contains(week.Period))];
        return own.Length > 0 && own[0].Start is { } first && own[^1].Start is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"{first:yyyy-MM-dd} - {last.AddDays(6):yyyy-MM-dd}")
            : string.Join(", ", plan.Periods);
    }
}
