using System.Text.Json.Serialization;
using MixModeler.Streaming.Plan.Solve;

namespace MixModeler.Streaming.Plan;

/// <summary>A plan with what it is expected to bring and what is proven about it. Arrays over channels are in their order.</summary>
public sealed record PlanResult
{
    public required string Name { get; init; }

    public required string[] Channels { get; init; }

    /// <summary>Of each channel, over all periods.</summary>
    public required double[] Spend { get; init; }

    /// <summary>What was maximised: the mean value, or the risk measure.</summary>
    public required double Value { get; init; }

    /// <summary>What no feasible plan exceeds.</summary>
    public required double Bound { get; init; }

    /// <summary>(bound − value) / |value|.</summary>
    public double Gap => Bound <= Value ? 0 : (Bound - Value) / Math.Max(Math.Abs(Value), 1e-300);

    /// <summary>What moving budget could still bring to first order, of the value: 0 at an optimum; null for a probability.</summary>
    public required double? KktResidual { get; init; }

    /// <summary>What one more unit of the budget would bring.</summary>
    public required double Price { get; init; }

    /// <summary>Boxes the search looked at.</summary>
    public required int Nodes { get; init; }

    public required PlanChannel[] ByChannel { get; init; }

    public required PlanWeek[] Weeks { get; init; }

    public required string[] Periods { get; init; }

    public GoalOutcome? Goal { get; init; }

    public PlanSpread? Spread { get; init; }

    /// <summary>Against what is spent now; null where that is not known.</summary>
    public PlanMove? Move { get; init; }

    /// <summary>Curves to draw, where the plan is of one week.</summary>
    public CurveSample[] Curves { get; init; } = [];

    /// <summary>Weights of lag 0, 1, … of each channel; empty where nothing carries over.</summary>
    public double[][] Adstock { get; init; } = [];

    /// <summary>Every spend that was decided, for the next search.</summary>
    [JsonInclude]
    internal double[] Decided { get; init; } = [];
}

/// <summary>One channel of a plan. ROI is (revenue − spend) / spend; CPA is the channel's spend for one of its own conversions.</summary>
/// <param name="Name">The channel.</param>
/// <param name="Spend">Over all periods.</param>
/// <param name="CurrentSpend">Of today, or null.</param>
/// <param name="Conversions">That it brings, all kinds.</param>
/// <param name="Revenue">That it brings; the value, where conversions have no revenue of their own.</param>
/// <param name="MarginalReturn">What its next unit of spend brings.</param>
/// <param name="BreakEven">The spend beyond which a unit brings less than itself; null where the plan has several weeks.</param>
/// <param name="Band">Spends between which the plan, with the others made best for each, is worth the same within posterior noise; or null.</param>
public sealed record PlanChannel(
    string Name, double Spend, double? CurrentSpend, double Conversions, double Revenue, double MarginalReturn, double? BreakEven, double[]? Band)
{
    public double? Roi => Spend > 0 ? (Revenue - Spend) / Spend : null;

    public double? Cpa => Conversions > 0 ? Spend / Conversions : null;
}

/// <summary>One week of a plan; the one behind the last is all that is carried out.</summary>
/// <param name="Period">Its period's name.</param>
/// <param name="Start">Its first day, or null.</param>
/// <param name="Spend">Of each channel.</param>
/// <param name="Conversions">Of each channel.</param>
/// <param name="Revenue">Of each channel.</param>
/// <param name="BaseConversions">Without marketing.</param>
/// <param name="BaseRevenue">Without marketing.</param>
public sealed record PlanWeek(
    string Period, DateOnly? Start, double[] Spend, double[] Conversions, double[] Revenue, double BaseConversions, double BaseRevenue);

/// <summary>The plan's value over the draws of the posterior.</summary>
/// <param name="Draws">How many.</param>
/// <param name="Mean">Of the value.</param>
/// <param name="Q05">The value that 5 % of the draws stay below.</param>
/// <param name="Q95">The value that 5 % of the draws exceed.</param>
/// <param name="CVaR">Mean of the worst share of the draws.</param>
/// <param name="Level">That share.</param>
/// <param name="ReachesTarget">Share of the draws that reach the target; null where none was named.</param>
public sealed record PlanSpread(int Draws, double Mean, double Q05, double Q95, double CVaR, double Level, double? ReachesTarget);

/// <summary>Whether the plan is worth a change.</summary>
/// <param name="Advise">Whether the gain is sure enough.</param>
/// <param name="CurrentValue">Of what is spent now.</param>
/// <param name="Gain">Mean value of the plan over that.</param>
/// <param name="Q05">Of the gain over the draws; the gain itself without draws.</param>
/// <param name="Q95">Likewise.</param>
/// <param name="Probability">Share of the draws in which the plan is better; null without draws.</param>
/// <param name="Noise">Standard deviation of the gain over the draws; 0 without.</param>
public sealed record PlanMove(bool Advise, double CurrentValue, double Gain, double Q05, double Q95, double? Probability, double Noise)
{
    /// <summary>
    /// Of the gain what the split brings: over today's spend, raised or cut in proportion to what the plan spends. Null where both spend the
    /// same.
    /// </summary>
    public double? SplitGain { get; init; }
}

/// <summary>A channel's curve at some spends, in the value's unit.</summary>
/// <param name="Spend">Where.</param>
/// <param name="Mean">Of the draws, or the curve.</param>
/// <param name="Q05">Over the draws, or null.</param>
/// <param name="Q95">Over the draws, or null.</param>
public sealed record CurveSample(double[] Spend, double[] Mean, double[]? Q05, double[]? Q95);
