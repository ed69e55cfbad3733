namespace MixModeler.Streaming.Plan.Solve;

/// <summary>The best spends under envelopes and one budget.</summary>
/// <param name="Spend">Of each channel.</param>
/// <param name="Value">Of the envelopes at these spends.</param>
/// <param name="Bound">What no spends within the bounds can exceed: the dual function at the price.</param>
/// <param name="Price">The multiplier of the budget: what one more unit of it would bring.</param>
internal sealed record Filling(double[] Spend, double Value, double Bound, double Price);
