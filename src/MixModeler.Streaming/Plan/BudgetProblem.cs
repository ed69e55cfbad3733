using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan;

/// <summary>
/// A budget to be spent, or a target to be met: curves, bounds, constraints. Arrays over channels are in the order of
/// <see cref="Channels"/>. Made by <see cref="Reading.BudgetProblemReader"/>; its parts are checked there.
/// </summary>
public sealed record BudgetProblem
{
    public required string Name { get; init; }

    public required string[] Channels { get; init; }

    /// <summary>At least one. The value of a plan is Σ weight · revenue per conversion · conversions.</summary>
    public required PlanConversion[] Conversions { get; init; }

    /// <summary>At least one; a problem without periods has one of one week.</summary>
    public required PlanPeriod[] Periods { get; init; }

    /// <summary>Over all periods; with a goal, the most that may be spent.</summary>
    public required double Budget { get; init; }

    /// <summary>Whether the budget must be spent to the end, or only as far as it brings something.</summary>
    public bool SpendAll { get; init; } = true;

    /// <summary>The least of each channel over all periods.</summary>
    public required double[] Lower { get; init; }

    /// <summary>The most of each channel over all periods.</summary>
    public required double[] Upper { get; init; }

    /// <summary>What is spent without a new plan, over all periods; null where it is not known.</summary>
    public double[]? CurrentSpend { get; init; }

    /// <summary>The plan in force, spend by spend as the search decides them; it goes before <see cref="CurrentSpend"/>.</summary>
    internal double[]? CurrentDecided { get; init; }

    public PlanConstraint[] Constraints { get; init; } = [];

    /// <summary>Weights of lag 0, 1, … weeks of each channel; [1] where a channel has no carry-over.</summary>
    public required double[][] Adstock { get; init; }

    /// <summary>What each channel spent in the weeks before the plan, oldest first; it carries into the plan.</summary>
    public required double[][] History { get; init; }

    /// <summary>Whether what the plan's last weeks bring after its end belongs to its value.</summary>
    public bool CarryOut { get; init; } = true;

    public PlanRisk Risk { get; init; } = new();

    public PlanGoal? Goal { get; init; }

    /// <summary>How sure a gain has to be before a move is advised.</summary>
    public double Confidence { get; init; } = 0.9;

    /// <summary>Number of posterior draws; 0 where curves are known to the letter.</summary>
    public int Draws => Conversions[0].Draws?.Length ?? 0;
}

/// <summary>What a plan is to bring about.</summary>
/// <param name="Name">Of the conversion.</param>
/// <param name="Weight">Against the other conversions.</param>
/// <param name="Revenue">Of one conversion; 1 where the response is money already.</param>
/// <param name="Curves">Of each channel: conversions of one week by the week's (carried-over) volume.</param>
/// <param name="Draws">The same for each draw of the posterior, or null. All conversions have the same draws.</param>
/// <param name="Baseline">Conversions of one week without any marketing.</param>
public sealed record PlanConversion(string Name, double Weight, double Revenue, IResponseCurve[] Curves, IResponseCurve[][]? Draws, double Baseline);

/// <summary>A flight: some weeks with a budget, or with a part of the common one.</summary>
public sealed record PlanPeriod
{
    public required string Name { get; init; }

    /// <summary>Its first day, where dates are known.</summary>
    public DateOnly? Start { get; init; }

    public int Weeks { get; init; } = 1;

    /// <summary>Its own budget, or null.</summary>
    public double? Budget { get; init; }

    /// <summary>The share of each week in what is spent; null leaves the weeks to the plan.</summary>
    public double[]? Pattern { get; init; }

    /// <summary>Revenue of one conversion in this period in place of each conversion's own, or null.</summary>
    public double? Revenue { get; init; }

    public required double[] Lower { get; init; }

    public required double[] Upper { get; init; }

    /// <summary>Spend of one unit of volume, in which curves and adstock count.</summary>
    public required double[] Costs { get; init; }

    public double[]? CurrentSpend { get; init; }
}

/// <summary>Min ≤ Σ weight · spend ≤ Max, over all periods or in one.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Weights">Of each channel.</param>
/// <param name="Min">Minus infinity for none.</param>
/// <param name="Max">Infinity for none.</param>
/// <param name="Period">The index of the one period, or null.</param>
public sealed record PlanConstraint(string Name, double[] Weights, double Min, double Max, int? Period);

/// <summary>What is maximised over the draws of the posterior.</summary>
public sealed record PlanRisk
{
    public RiskMeasure Measure { get; init; } = RiskMeasure.Mean;

    /// <summary>Of CVaR: the share of the worst draws whose mean counts.</summary>
    public double Level { get; init; } = 0.1;

    /// <summary>Of the probability: the value to reach.</summary>
    public double Target { get; init; }
}

public enum RiskMeasure
{
    Mean,
    CVaR,
    Probability,
}

/// <summary>A target to meet within the budget.</summary>
/// <param name="Metric">What is measured.</param>
/// <param name="Target">In the metric's unit; ROI as a number, 0.5 for 50 %.</param>
public sealed record PlanGoal(GoalMetric Metric, double Target);
