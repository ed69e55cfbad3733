namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>A channel: its media, how they carry over and saturate, and what is believed about their effect.</summary>
/// <param name="Name">As it is shown.</param>
/// <param name="Column">Its media, 0 or more in each period: impressions, or spend itself.</param>
/// <param name="SpendColumn">What they cost; null where there is no spend.</param>
/// <param name="Scale">Media are divided by it; null takes the largest of the first periods.</param>
/// <param name="Adstock">How they carry over.</param>
/// <param name="Saturation">How their returns diminish.</param>
/// <param name="Effect">What is believed about what they bring.</param>
/// <param name="Credit">What attribution says of the channel, or null.</param>
public sealed record ChannelSpec(
    string Name, string Column, string? SpendColumn, double? Scale, AdstockSpec Adstock, SaturationSpec Saturation, EffectSpec Effect,
    CreditSpec? Credit = null)
{
    /// <summary>How its effect changes with time; null where it stands.</summary>
    public PathSpec? Path { get; init; }
}

public enum EffectKind
{
    /// <summary>Scaled outcome per unit of saturated media.</summary>
    Coefficient,

    /// <summary>Outcome (times its revenue) per unit of spend, over all periods so far.</summary>
    Roi,

    /// <summary>Share of the outcome of all periods so far.</summary>
    Contribution,

    /// <summary>ROI as a multiple of one that all such channels share: with nothing else known, contributions go with spend.</summary>
    SpendShare,
}

/// <summary>
/// What is believed about a channel's effect, which is never negative. A normal or half-normal on the coefficient is integrated
/// exactly; anything else puts the effect itself on the particle.
/// </summary>
public sealed record EffectSpec(EffectKind Kind, Prior Prior)
{
    public bool IsConjugate => Kind == EffectKind.Coefficient && Prior.Kind is PriorKind.Normal or PriorKind.HalfNormal;
}

/// <summary>
/// What event-level attribution credits a channel with in each period, as an observation of its contribution with a bias that is learned:
/// credit = bias × contribution + error. Attribution sees clicks and not causes, so its credit is off by a factor; what it knows well
/// is when a channel worked.
/// </summary>
/// <param name="Column">The credit in each period, in units of the outcome; not a number where there is none.</param>
/// <param name="Bias">Of the factor, above 0.</param>
/// <param name="Error">Of the error's standard deviation, in scaled units of the outcome.</param>
public sealed record CreditSpec(string Column, Prior Bias, Prior Error);

/// <summary>A number of a transform, with its prior.</summary>
public sealed record ParameterSpec(string Name, Prior Prior);
