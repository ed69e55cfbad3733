namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>
/// What somebody knows of a share of the outcome, and how sure they are. A confidence of 0.8 says that with a probability of 0.8 the truth is not more
/// than a fifth away from the share that is told. The original asks for both and does not publish what its confidence means; this reading is ours.
/// </summary>
/// <param name="Share">Of the sum of the outcomes, above 0 and below 1.</param>
/// <param name="Confidence">Above 0 and below 1.</param>
public sealed record Belief(double Share, double Confidence)
{
    private const double Near = 0.2;

    /// <summary>As a prior of a contribution's share: log-normal around what is told.</summary>
    public Prior OfContribution => new(PriorKind.LogNormal, Math.Log(Share), Spread(Confidence));

    /// <summary>As the standard deviation of a share that is normal around what is told.</summary>
    public double Deviation => Near * Share / NormalCurve.Quantile((1 + Confidence) / 2);

    /// <summary>The standard deviation of a logarithm that is within ln 1.2 of the truth with this probability.</summary>
    public static double Spread(double confidence) => Math.Log(1 + Near) / NormalCurve.Quantile((1 + confidence) / 2);
}
