namespace MixModeler.Streaming.Topology.Mixes;

public enum AdstockShape
{
    None,
    Geometric,
    Binomial,
    MeridianBinomial,
    Delayed,
    WeibullPdf,
    WeibullCdf,
    Lookback,
}

/// <summary>Which carry-over a channel has, over how many periods, and what is believed about its numbers.</summary>
/// <param name="Shape">The family.</param>
/// <param name="Terms">Weights, of the period itself too: Meridian's max_lag + 1, PyMC-Marketing's l_max.</param>
/// <param name="Normalize">Weights sum to 1.</param>
/// <param name="LagWeeks">Of <see cref="AdstockShape.Lookback"/>: where the effect peaks.</param>
/// <param name="Parameters">In the order of <see cref="Defaults"/>.</param>
public sealed record AdstockSpec(AdstockShape Shape, int Terms, bool Normalize, int LagWeeks, IReadOnlyList<ParameterSpec> Parameters)
{
    public static AdstockSpec None { get; } = new(AdstockShape.None, 1, false, 0, []);

    /// <summary>What the family's numbers are called, with what is believed where nothing is said.</summary>
    public static IReadOnlyList<ParameterSpec> Defaults(AdstockShape shape, int terms) => shape switch
    {
        AdstockShape.Geometric or AdstockShape.Binomial or AdstockShape.MeridianBinomial => [new("alpha", new Prior(PriorKind.Beta, 1, 3))],
        AdstockShape.Delayed =>
            [new("alpha", new Prior(PriorKind.Beta, 1, 3)), new("delay", new Prior(PriorKind.Uniform, 0, Math.Max(1, terms / 2.0)))],
        AdstockShape.WeibullPdf or AdstockShape.WeibullCdf =>
            [new("shape", new Prior(PriorKind.Gamma, 2, 1)), new("scale", new Prior(PriorKind.Gamma, 2, 1))],
        AdstockShape.Lookback => [new("lookback", new Prior(PriorKind.Uniform, 0.5, Math.Max(1, terms - 1)))],
        _ => [],
    };
}
