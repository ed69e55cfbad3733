namespace MixModeler.Streaming.Mix;

/// <summary>
/// Carry-over exactly as other libraries compute it, each under its own name, over a whole series. `media` has one number a
/// period, oldest first; the result has as many. Nothing is assumed before the first period. Sources: Meridian 8ca83f6b,
/// PyMC-Marketing 7e0d0234, LightweightMMM dd837006, Robyn 5915aa9d.
/// </summary>
public static class AdstockConventions
{
    /// <summary>Meridian: alpha^l over max_lag + 1 periods, always normalised.</summary>
    public static double[] MeridianGeometric(ReadOnlySpan<double> media, double alpha, int maxLag)
    {
        double[] weights = new double[Math.Min(maxLag, media.Length - 1) + 1];
        AdstockKernel.Geometric(alpha, weights);
        return Applied(media, weights, normalize: true);
    }

    /// <summary>Meridian: (1 - l/W)^(1/alpha - 1) with W = max_lag + 1, always normalised.</summary>
    public static double[] MeridianBinomial(ReadOnlySpan<double> media, double alpha, int maxLag)
    {
        double[] weights = new double[Math.Min(maxLag, media.Length - 1) + 1];
        AdstockKernel.Binomial(alpha, weights.Length, weights);
        return Applied(media, weights, normalize: true);
    }

    /// <summary>PyMC-Marketing: alpha^l over l_max periods (one fewer than Meridian's max_lag of the same number).</summary>
    public static double[] PymcGeometric(ReadOnlySpan<double> media, double alpha, int lMax, bool normalize)
    {
        double[] weights = new double[lMax];
        AdstockKernel.Geometric(alpha, weights);
        return Applied(media, weights, normalize);
    }

    /// <summary>PyMC-Marketing: (1 - l/(l_max + 1))^(1/alpha - 1) over l_max periods.</summary>
    public static double[] PymcBinomial(ReadOnlySpan<double> media, double alpha, int lMax, bool normalize)
    {
        double[] weights = new double[lMax];
        AdstockKernel.Binomial(alpha, lMax + 1, weights);
        return Applied(media, weights, normalize);
    }

    /// <summary>PyMC-Marketing: alpha^((l - theta)^2) over l_max periods.</summary>
    public static double[] PymcDelayed(ReadOnlySpan<double> media, double alpha, double theta, int lMax, bool normalize)
    {
        double[] weights = new double[lMax];
        AdstockKernel.Delayed(alpha, theta, weights);
        return Applied(media, weights, normalize);
    }

    /// <summary>PyMC-Marketing: the Weibull density at 1 … l_max, stretched to [0, 1].</summary>
    public static double[] PymcWeibullPdf(ReadOnlySpan<double> media, double scale, double shape, int lMax)
    {
        double[] weights = new double[lMax];
        AdstockKernel.WeibullPdf(shape, scale, weights);
        return Applied(media, weights, normalize: false);
    }

    /// <summary>PyMC-Marketing: products of 1 - F(l) over l_max + 1 periods.</summary>
    public static double[] PymcWeibullCdf(ReadOnlySpan<double> media, double scale, double shape, int lMax)
    {
        double[] weights = new double[lMax + 1];
        AdstockKernel.WeibullCdf(shape, scale, weights);
        return Applied(media, weights, normalize: false);
    }

    /// <summary>LightweightMMM `adstock`: s[t] = x[t] + lag s[t-1] without an end, divided by 1/(1 - lag) when normalised.</summary>
    public static double[] LightweightAdstock(ReadOnlySpan<double> media, double lagWeight, bool normalize)
    {
        double[] result = RobynGeometric(media, lagWeight);
        for (int t = 0; normalize && t < result.Length; t++)
        {
            result[t] /= 1 / (1 - lagWeight);
        }

        return result;
    }

    /// <summary>LightweightMMM `carryover`: retention^((l - delay)^2) over 13 periods, divided by its sum.</summary>
    public static double[] LightweightCarryover(ReadOnlySpan<double> media, double retention, double delay, int lags = 13) =>
        PymcDelayed(media, retention, delay, lags, normalize: true);

    /// <summary>Robyn: s[t] = x[t] + theta s[t-1] without an end, not normalised.</summary>
    public static double[] RobynGeometric(ReadOnlySpan<double> media, double theta)
    {
        double[] result = media.ToArray();
        for (int t = 1; t < result.Length; t++)
        {
            result[t] += theta * result[t - 1];
        }

        return result;
    }

    /// <summary>Robyn's weights: products of 1 - F over as many periods as the series has. `scale` is a quantile of 1 … n, from 0 to 1.</summary>
    public static double[] RobynWeibullCdfWeights(int periods, double shape, double scale)
    {
        double[] weights = new double[periods];
        AdstockKernel.WeibullCdf(shape, RobynScale(periods, scale), weights);
        return weights;
    }

    /// <summary>Robyn's weights: the density at 1 … n, stretched to [0, 1].</summary>
    public static double[] RobynWeibullPdfWeights(int periods, double shape, double scale)
    {
        double[] weights = new double[periods];
        AdstockKernel.WeibullPdf(shape, RobynScale(periods, scale), weights);
        return weights;
    }

    public static double[] RobynWeibullCdf(ReadOnlySpan<double> media, double shape, double scale) =>
        Applied(media, RobynWeibullCdfWeights(media.Length, shape, scale), normalize: false);

    public static double[] RobynWeibullPdf(ReadOnlySpan<double> media, double shape, double scale) =>
        Applied(media, RobynWeibullPdfWeights(media.Length, shape, scale), normalize: false);

    // R: round(quantile(1:n, scale)), with R's rounding of halves to the even number.
    private static double RobynScale(int periods, double scale) => Math.Round(1 + (periods - 1) * scale, MidpointRounding.ToEven);

    private static double[] Applied(ReadOnlySpan<double> media, double[] weights, bool normalize)
    {
        if (normalize)
        {
            AdstockKernel.Normalize(weights);
        }

        double[] result = new double[media.Length];
        AdstockKernel.Convolve(media, weights, result);
        return result;
    }
}
