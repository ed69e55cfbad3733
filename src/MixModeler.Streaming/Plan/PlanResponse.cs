namespace MixModeler.Streaming.Plan;

/// <summary>What a model says of its channels, in the form that problems have it: a problem's file then names budget, bounds and flights only.</summary>
public sealed record PlanResponse
{
    /// <summary>Members of a problem that a model decides.</summary>
    internal static readonly string[] Members =
        ["channels", "beta", "half_saturation", "slope", "curves", "curves_spend_outcome", "draws", "conversions", "baseline", "adstock", "history"];

    public required string[] Channels { get; init; }

    /// <summary>Curves by a week's carried-over volume, with draws of the posterior.</summary>
    public required PlanConversion Conversion { get; init; }

    /// <summary>Weights of lag 0, 1, … weeks, summing to 1: what the weights of a draw sum to is in its curves.</summary>
    public required double[][] Adstock { get; init; }

    /// <summary>Volume of each channel in the weeks before the plan, oldest first.</summary>
    public required double[][] Volumes { get; init; }

    /// <summary>Spend for one unit of volume, on the average of the history.</summary>
    public required double[] Costs { get; init; }

    /// <summary>Spend of each channel in a week, on the average of what is taken for today.</summary>
    public required double[] WeeklySpend { get; init; }

    // A history is in spend, at the costs of the plan's first weeks: they must make the volumes again that there really were.
    internal double[][] HistoryAt(double[] costs) => [.. Volumes.Select((volumes, c) => volumes.Select(volume => volume * costs[c]).ToArray())];

    internal double[]? CurrentSpend(PlanPeriod[]? periods)
    {
        int weeks = periods?.Sum(period => period.Weeks) ?? 0;
        return [.. WeeklySpend.Select(spend => spend * weeks)];
    }
}
