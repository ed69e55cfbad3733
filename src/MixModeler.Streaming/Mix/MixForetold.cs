namespace MixModeler.Streaming.Mix;

/// <summary>What a model expected of a period before it saw the outcome.</summary>
/// <param name="Date">First day of the period.</param>
/// <param name="Mean">Of the outcome, in its units.</param>
/// <param name="Sd">Standard deviation, noise included.</param>
/// <param name="Outcome">What it was.</param>
public sealed record MixForetold(DateOnly Date, double Mean, double Sd, double Outcome)
{
    internal static MixForetold Of(DateOnly date, double outcome, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights)
    {
        double mean = Columns.Dot(predicted, weights);
        double variance = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            variance += weights[i] * (predicted[i] - mean) * (predicted[i] - mean);
        }

        return new MixForetold(date, mean, Math.Sqrt(variance), outcome);
    }
}
