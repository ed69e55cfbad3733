namespace MixModeler.Streaming.Plan;

/// <summary>A plan beside what really happened, as of a day: is each channel where it should be, and where will it end.</summary>
public sealed record PlanPacing
{
    /// <summary>The last day that counts.</summary>
    public required DateOnly AsOf { get; init; }

    public required PacingLine[] Channels { get; init; }

    /// <summary>All channels together.</summary>
    public required PacingLine Total { get; init; }

    /// <summary>Channels of the actuals that the plan does not know, with what they spent.</summary>
    public required Dictionary<string, double> Unplanned { get; init; }

    /// <param name="plan">With a start of each period.</param>
    /// <param name="actuals">Of any days; those outside of the plan do not count.</param>
    /// <param name="asOf">The last day that is complete.</param>
    /// <exception cref="InvalidOperationException">The plan has no dates.</exception>
    public static PlanPacing Of(PlanResult plan, IReadOnlyList<ActualSpend> actuals, DateOnly asOf)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(actuals);
        PlanWeek[] weeks = [.. plan.Weeks.Where(week => plan.Periods.Contains(week.Period))];
        if (weeks.Length == 0 || weeks.Any(week => week.Start is null))
        {
            throw new InvalidOperationException("The plan has no dates: give each of its periods a 'start'.");
        }

        ActualSpend[] counted = [.. actuals.Where(actual => actual.Date <= asOf
            && weeks.Any(week => actual.Date >= week.Start && actual.Date < week.Start.Value.AddDays(7)))];
        PacingLine[] channels = [.. plan.Channels.Select((name, c) => Line(
            name, weeks, week => PlanTotals.OfChannel([week], c), [.. counted.Where(actual => actual.Channel == name)], asOf))];
        return new PlanPacing
        {
            AsOf = asOf,
            Channels = channels,
            Total = Line("all", weeks, week => PlanTotals.Of([week], false), [.. counted.Where(actual => plan.Channels.Contains(actual.Channel))], asOf),
            Unplanned = counted.Where(actual => !plan.Channels.Contains(actual.Channel))
                .GroupBy(actual => actual.Channel).ToDictionary(group => group.Key, group => group.Sum(actual => actual.Spend)),
        };
    }

    private static PacingLine Line(string name, PlanWeek[] weeks, Func<PlanWeek, PlanTotals> of, ActualSpend[] actuals, DateOnly asOf)
    {
        PlanTotals due = default;
        PlanTotals whole = default;
        double daysLeft = 0;
        foreach (PlanWeek week in weeks)
        {
            // Days of a week are alike: a plan knows weeks.
            double days = Math.Clamp(asOf.DayNumber - week.Start!.Value.DayNumber + 1, 0, 7);
            PlanTotals planned = of(week);
            whole = Plus(whole, planned, 1);
            due = Plus(due, planned, days / 7);
            daysLeft += 7 - days;
        }

        PlanTotals actual = new(actuals.Sum(a => a.Spend), actuals.Sum(a => a.Conversions), actuals.Sum(a => a.Revenue));
        return new PacingLine(name, due, actual, whole, daysLeft);
    }

    private static PlanTotals Plus(PlanTotals sum, PlanTotals more, double share) =>
        new(sum.Spend + (share * more.Spend), sum.Conversions + (share * more.Conversions), sum.Revenue + (share * more.Revenue));
}

/// <summary>One channel's pace.</summary>
/// <param name="Name">Of the channel.</param>
/// <param name="Due">Planned up to the day.</param>
/// <param name="Actual">What happened up to the day.</param>
/// <param name="Planned">Of the whole plan.</param>
/// <param name="DaysLeft">Days of the plan behind the day.</param>
public sealed record PacingLine(string Name, PlanTotals Due, PlanTotals Actual, PlanTotals Planned, double DaysLeft)
{
    /// <summary>Actual over planned spend: 1 is on pace; null where nothing was due.</summary>
    public double? Pace => Due.Spend > 0 ? Actual.Spend / Due.Spend : null;

    /// <summary>What will be spent in the end if the pace stays; null where nothing was due.</summary>
    public double? Projected => Pace is { } pace ? Actual.Spend + (pace * (Planned.Spend - Due.Spend)) : null;

    /// <summary>What has to be spent a day from now on to end at the plan; null where no day is left.</summary>
    public double? NeededPerDay => DaysLeft > 0 ? Math.Max(0, Planned.Spend - Actual.Spend) / DaysLeft : null;
}
