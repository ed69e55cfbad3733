namespace MixModeler.Streaming.Plan;

/// <summary>What a goal measures. All but the marginal one count what the plan brings, without the baseline.</summary>
public enum GoalMetric
{
    /// <summary>Value of the plan, at least; the smallest budget is sought.</summary>
    Response,

    /// <summary>Conversions, at least; the smallest budget is sought.</summary>
    Conversions,

    /// <summary>(revenue − spend) / spend, at least; the largest budget is sought.</summary>
    Roi,

    /// <summary>What the next unit of spend brings, at least; the largest budget is sought.</summary>
    MarginalRoi,

    /// <summary>Spend for one conversion, at most; the largest budget is sought.</summary>
    Cpa,
}
