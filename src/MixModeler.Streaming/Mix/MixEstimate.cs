namespace MixModeler.Streaming.Mix;

/// <summary>What is known of one number.</summary>
/// <param name="Name">As in the spec: `CHANNEL.alpha`, `CHANNEL.beta`, `intercept`, `sigma` …</param>
/// <param name="Mean">Posterior mean, in the data's units.</param>
/// <param name="Sd">Posterior standard deviation.</param>
/// <param name="Q05">5 % quantile.</param>
/// <param name="Q95">95 % quantile.</param>
/// <param name="MonteCarloError">Standard error of the mean that comes from there being only so many particles.</param>
public sealed record MixEstimate(string Name, double Mean, double Sd, double Q05, double Q95, double MonteCarloError)
{
    /// <summary>The same in another unit.</summary>
    public MixEstimate Times(double factor) => new(Name, Mean * factor, Sd * factor, Q05 * factor, Q95 * factor, MonteCarloError * factor);

    internal static MixEstimate Of(MixDraws draws, int name, ReadOnlySpan<int> families)
    {
        double[] values = [.. draws.Column(name)];
        double[] weights = [.. draws.Weights];
        return Of(draws.Names[name], values, weights, families);
    }

    /// <summary>Weights sum to 1; draws of one family are not independent.</summary>
    internal static MixEstimate Of(string name, double[] values, double[] weights, ReadOnlySpan<int> families)
    {
        double mean = 0;
        for (int i = 0; i < values.Length; i++)
        {
            mean += weights[i] * values[i];
        }

        double variance = 0;
        double[] byFamily = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double off = weights[i] * (values[i] - mean);
            variance += off * (values[i] - mean);
            byFamily[families[i]] += off;
        }

        double error = Math.Sqrt(byFamily.Sum(sum => sum * sum));
        double[] sorted = [.. values];
        double[] order = [.. weights];
        Array.Sort(sorted, order);
        return new MixEstimate(name, mean, Math.Sqrt(variance), Quantile(sorted, order, 0.05), Quantile(sorted, order, 0.95), error);
    }

    internal static double Quantile(ReadOnlySpan<double> sorted, ReadOnlySpan<double> weights, double share)
    {
        double reached = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            reached += weights[i];
            if (reached >= share)
            {
                return sorted[i];
            }
        }

        return sorted[^1];
    }
}
