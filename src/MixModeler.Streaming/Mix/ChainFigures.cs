namespace MixModeler.Streaming.Mix;

/// <summary>What several chains say of one number, and how well they know it.</summary>
/// <param name="Mean">Of all draws.</param>
/// <param name="Sd">Standard deviation.</param>
/// <param name="EffectiveDraws">Independent draws that would know the mean as well.</param>
/// <param name="RHat">Split R-hat (Gelman and others 2013): 1 where the halves of all chains agree.</param>
internal sealed record ChainFigures(double Mean, double Sd, double EffectiveDraws, double RHat)
{
    public double MonteCarloError => Sd / Math.Sqrt(EffectiveDraws);

    public static ChainFigures Of(double[][] chains)
    {
        int length = chains[0].Length / 2;
        double[][] halves = [.. chains.SelectMany(chain => new[] { chain[..length], chain[^length..] })];
        double[] means = [.. halves.Select(half => half.Average())];
        double mean = means.Average();
        double within = halves.Select((half, i) => half.Sum(x => (x - means[i]) * (x - means[i])) / (length - 1)).Average();
        double between = means.Sum(m => (m - mean) * (m - mean)) / (means.Length - 1);
        double variance = within * (length - 1) / length + between;
        if (!(variance > 0))
        {
            return new ChainFigures(mean, 0, halves.Length * length, 1);
        }

        double rHat = Math.Sqrt(variance / within);
        return new ChainFigures(mean, Math.Sqrt(variance), Effective(halves, means, within, variance), rHat);
    }

    // Geyer's initial positive sequence over the autocorrelation of all halves together (Stan's estimator).
    private static double Effective(double[][] halves, double[] means, double within, double variance)
    {
        int length = halves[0].Length;
        double total = (double)halves.Length * length;
        double sum = 0;
        for (int lag = 0; lag + 1 < length; lag += 2)
        {
            double pair = Correlation(halves, means, within, variance, lag) + Correlation(halves, means, within, variance, lag + 1);
            if (pair <= 0)
            {
                break;
            }

            sum += pair;
        }

        double time = Math.Max(-1 + 2 * sum, 1 / Math.Log10(total));
        return Math.Min(total / time, total * Math.Log10(total));
    }

    private static double Correlation(double[][] halves, double[] means, double within, double variance, int lag)
    {
        double covariance = 0;
        for (int h = 0; h < halves.Length; h++)
        {
            double[] half = halves[h];
            double sum = 0;
            for (int t = lag; t < half.Length; t++)
            {
                sum += (half[t] - means[h]) * (half[t - lag] - means[h]);
            }

            covariance += sum / half.Length / halves.Length;
        }

        return 1 - (within - covariance) / variance;
    }
}
