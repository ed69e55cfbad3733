namespace MixModeler.Streaming.Tests.Mix;

/// <summary>A multivariate normal written out in full, by Gauss-Jordan: what integrated likelihoods are held against.</summary>
internal static class DenseNormal
{
    public const double HalfLogTwoPi = 0.918938533204672741780329736406;

    /// <summary>ln of the density of a residual, and the covariance's inverse times it.</summary>
    public static (double Log, double[] Solved) Density(double[,] covariance, double[] residual)
    {
        int size = residual.Length;
        double[,] a = (double[,])covariance.Clone();
        double[] b = [.. residual];
        double logDeterminant = 0;
        for (int p = 0; p < size; p++)
        {
            logDeterminant += Math.Log(a[p, p]);
            for (int i = 0; i < size; i++)
            {
                double factor = i == p ? 0 : a[i, p] / a[p, p];
                for (int j = p; j < size; j++)
                {
                    a[i, j] -= factor * a[p, j];
                }

                b[i] -= factor * b[p];
            }
        }

        double[] solved = [.. b.Select((value, i) => value / a[i, i])];
        double square = residual.Select((r, i) => r * solved[i]).Sum();
        return (-0.5 * (square + logDeterminant) - size * HalfLogTwoPi, solved);
    }
}
