namespace MixModeler.Streaming.Mix;

/// <summary>How well the posterior mean fits the outcomes of regions, over all regions and periods together, in units of the outcome.</summary>
/// <param name="R2">1 - residual squares / squares around the mean of all.</param>
/// <param name="Mape">Mean of |y - fit| / |y|, over outcomes that are not 0.</param>
/// <param name="WeightedMape">Sum of |y - fit| / sum of |y|.</param>
public sealed record RegionFit(double R2, double Mape, double WeightedMape)
{
    internal static RegionFit Of(RegionHistory regions, double[][] means)
    {
        (double sum, int count) = (0, 0);
        for (int r = 0; r < regions.Count; r++)
        {
            sum += Columns.Sum(regions.Outcome(r, means[r].Length));
            count += means[r].Length;
        }

        (double squares, double around, double shares, int shared, double off, double all) = (0, 0, 0, 0, 0, 0);
        for (int r = 0; r < regions.Count; r++)
        {
            ReadOnlySpan<double> outcome = regions.Outcome(r, means[r].Length);
            for (int t = 0; t < outcome.Length; t++)
            {
                double residual = outcome[t] - means[r][t];
                squares += residual * residual;
                around += (outcome[t] - sum / count) * (outcome[t] - sum / count);
                shares += outcome[t] == 0 ? 0 : Math.Abs(residual / outcome[t]);
                shared += outcome[t] == 0 ? 0 : 1;
                off += Math.Abs(residual);
                all += Math.Abs(outcome[t]);
            }
        }

        return new RegionFit(1 - squares / around, shares / shared, off / all);
    }
}
