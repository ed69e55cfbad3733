namespace MixModeler.Streaming.Mix;

/// <summary>
/// Weights of carry-over: w[l] is what is left of a period's media l periods later, w[0] in the period itself. Every method
/// fills the whole span and allocates nothing. How libraries cut and normalise them is in <see cref="AdstockConventions"/>.
/// </summary>
public static class AdstockKernel
{
    /// <summary>w[l] = alpha^l, alpha in [0, 1).</summary>
    public static void Geometric(double alpha, Span<double> weights)
    {
        double weight = 1;
        for (int l = 0; l < weights.Length; l++)
        {
            weights[l] = weight;
            weight *= alpha;
        }
    }

    /// <summary>w[l] = (1 - l/window)^(1/alpha - 1), alpha in (0, 1]; zero from the window on.</summary>
    public static void Binomial(double alpha, double window, Span<double> weights)
    {
        double power = 1 / alpha - 1;
        for (int l = 0; l < weights.Length; l++)
        {
            weights[l] = l < window ? Math.Pow(1 - l / window, power) : 0;
        }
    }

    /// <summary>w[l] = alpha^((l - delay)^2): the effect peaks <paramref name="delay"/> periods later.</summary>
    public static void Delayed(double alpha, double delay, Span<double> weights)
    {
        for (int l = 0; l < weights.Length; l++)
        {
            weights[l] = Math.Pow(alpha, (l - delay) * (l - delay));
        }
    }

    /// <summary>The density of a Weibull at l + 1, stretched so that the smallest weight is 0 and the largest 1.</summary>
    public static void WeibullPdf(double shape, double scale, Span<double> weights)
    {
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        for (int l = 0; l < weights.Length; l++)
        {
            double ratio = (l + 1) / scale;
            double density = shape / scale * Math.Pow(ratio, shape - 1) * Math.Exp(-Math.Pow(ratio, shape));
            weights[l] = density;
            (least, most) = (Math.Min(least, density), Math.Max(most, density));
        }

        double range = most - least;
        for (int l = 0; l < weights.Length; l++)
        {
            weights[l] = range > 0 ? (weights[l] - least) / range : l == 0 ? 1 : 0;
        }
    }

    /// <summary>w[0] = 1, w[l] = w[l-1] (1 - F(l)) with F the distribution function of a Weibull.</summary>
    public static void WeibullCdf(double shape, double scale, Span<double> weights)
    {
        double weight = 1;
        for (int l = 0; l < weights.Length; l++)
        {
            weight *= l == 0 ? 1 : Math.Exp(-Math.Pow(l / scale, shape));
            weights[l] = weight;
        }
    }

    /// <summary>w[l] = e^(-rate |l - lag|): one tail with lag 0, two tails around the lag otherwise.</summary>
    public static void Exponential(double rate, double lag, Span<double> weights)
    {
        for (int l = 0; l < weights.Length; l++)
        {
            weights[l] = Math.Exp(-rate * Math.Abs(l - lag));
        }
    }

    /// <summary>Divides by the sum, so that the weights share one unit of media among the periods.</summary>
    public static void Normalize(Span<double> weights)
    {
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        for (int l = 0; sum > 0 && l < weights.Length; l++)
        {
            weights[l] /= sum;
        }
    }

    /// <summary>result[t] = sum of w[l] x[t - l]; media before the first period count as none. The spans must not overlap.</summary>
    public static void Convolve(ReadOnlySpan<double> media, ReadOnlySpan<double> weights, Span<double> result)
    {
        result[..media.Length].Clear();
        for (int l = 0; l < weights.Length && l < media.Length; l++)
        {
            Columns.AddScaled(weights[l], media[..(media.Length - l)], result[l..media.Length]);
        }
    }

    /// <summary>The last value of <see cref="Convolve"/> alone.</summary>
    public static double Last(ReadOnlySpan<double> media, ReadOnlySpan<double> weights)
    {
        double sum = 0;
        for (int l = 0; l < weights.Length && l < media.Length; l++)
        {
            sum += weights[l] * media[media.Length - 1 - l];
        }

        return sum;
    }
}
