using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Plan;

/// <summary>
/// The two CSV files of a plan: a summary by flight and a detailed one by week, with the columns Date range, Channel, ROI, CPA,
/// Revenue, Conversion goal, Spend. Rows named All hold everything, Paid marketing the channels, Non-paid the baseline.
/// </summary>
public static class PlanTables
{
    private const string Header = "Date range,Channel,ROI,CPA,Revenue,Conversion goal,Spend\n";

    /// <summary>A block of rows for each flight.</summary>
    public static string Summary(PlanResult plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StringBuilder text = new(Header);
        foreach (IGrouping<string, PlanWeek> flight in plan.Weeks.GroupBy(week => week.Period))
        {
            Block(text, plan, Range(flight.First(), flight.Count()), [.. flight]);
        }

        return text.ToString();
    }

    /// <summary>A block of rows for each week.</summary>
    public static string Detailed(PlanResult plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StringBuilder text = new(Header);
        Dictionary<string, int> seen = [];
        foreach (PlanWeek week in plan.Weeks)
        {
            int at = seen[week.Period] = seen.GetValueOrDefault(week.Period) + 1;
            Block(text, plan, week.Start is null ? $"{week.Period} week {at}" : Range(week, 1), [week]);
        }

        return text.ToString();
    }

    private static string Range(PlanWeek first, int weeks) => first.Start is not { } start
        ? first.Period
        : string.Create(CultureInfo.InvariantCulture, $"{start:yyyy-MM-dd} - {start.AddDays((7 * weeks) - 1):yyyy-MM-dd}");

    private static void Block(StringBuilder text, PlanResult plan, string range, PlanWeek[] weeks)
    {
        Row(text, range, "All", PlanTotals.Of(weeks, withBaseline: true));
        Row(text, range, "Paid marketing", PlanTotals.Of(weeks, withBaseline: false));
        for (int c = 0; c < plan.Channels.Length; c++)
        {
            Row(text, range, plan.Channels[c], PlanTotals.OfChannel(weeks, c));
        }

        Row(text, range, "Non-paid", PlanTotals.OfBaseline(weeks));
    }

    private static void Row(StringBuilder text, string range, string channel, PlanTotals totals)
    {
        text.AppendJoin(',', Cell(range), Cell(channel), Number(totals.Roi), Number(totals.Cpa),
            Number(totals.Revenue), Number(totals.Conversions), Number(totals.Spend));
        text.Append('\n');
    }

    private static string Number(double? number) => number?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    private static string Cell(string text) => text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
