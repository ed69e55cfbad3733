using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>The weights of a carry-over for numbers of its parameters.</summary>
public static class AdstockWeights
{
    /// <summary>Fills the first terms of the weights.</summary>
    public static void Weights(this AdstockSpec spec, ReadOnlySpan<double> values, Span<double> weights)
    {
        Span<double> own = weights[..spec.Terms];
        switch (spec.Shape)
        {
            case AdstockShape.Geometric:
                AdstockKernel.Geometric(values[0], own);
                break;
            case AdstockShape.Binomial:
                AdstockKernel.Binomial(values[0], spec.Terms + 1, own);
                break;
            case AdstockShape.MeridianBinomial:
                AdstockKernel.Binomial(values[0], spec.Terms, own);
                break;
            case AdstockShape.Delayed:
                AdstockKernel.Delayed(values[0], values[1], own);
                break;
            case AdstockShape.WeibullPdf:
                AdstockKernel.WeibullPdf(values[0], values[1], own);
                break;
            case AdstockShape.WeibullCdf:
                AdstockKernel.WeibullCdf(values[0], values[1], own);
                break;
            case AdstockShape.Lookback:
                AdstockKernel.Exponential(LookbackAdstock.Rate(values[0]), spec.LagWeeks, own);
                break;
            default:
                own[0] = 1;
                break;
        }

        if (spec.Normalize)
        {
            AdstockKernel.Normalize(own);
        }
    }

    /// <summary>Fills the weights of all terms, normalised.</summary>
    /// <param name="adstock">With lag and lookback.</param>
    /// <param name="lookbackWeeks">Where the effect has faded, between the least and the most.</param>
    /// <param name="weights">Filled.</param>
    public static void Weights(this LookbackAdstock adstock, double lookbackWeeks, Span<double> weights)
    {
        AdstockKernel.Exponential(LookbackAdstock.Rate(lookbackWeeks), adstock.LagWeeks, weights);
        AdstockKernel.Normalize(weights);
    }
}
