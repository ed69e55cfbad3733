using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>The coordinate without bounds in which particles move: logit for bounded numbers, log for positive ones; and the prior of it.</summary>
public static class PriorCoordinates
{
    private const double HalfLogTwoOverPi = -0.225791352644727432363;

    /// <summary>The number at a coordinate.</summary>
    public static double Value(this in Prior prior, double coordinate) => prior.Kind switch
    {
        PriorKind.Fixed => prior.A,
        PriorKind.Normal => coordinate,
        PriorKind.Beta => Sigmoid(coordinate),
        PriorKind.Uniform => prior.A + (prior.B - prior.A) * Sigmoid(coordinate),
        _ => Math.Exp(coordinate),
    };

    /// <summary>The coordinate of a number inside of the bounds.</summary>
    public static double Coordinate(this in Prior prior, double value) => prior.Kind switch
    {
        PriorKind.Fixed => 0,
        PriorKind.Normal => value,
        PriorKind.Beta => Math.Log(value / (1 - value)),
        PriorKind.Uniform => Math.Log((value - prior.A) / (prior.B - value)),
        _ => Math.Log(value),
    };

    /// <summary>ln of the density of the coordinate, the change of variables included.</summary>
    public static double LogDensity(this in Prior prior, double coordinate)
    {
        double x = prior.Value(coordinate);
        (double a, double b) = (prior.A, prior.B);
        switch (prior.Kind)
        {
            case PriorKind.Normal:
                return NormalCurve.LogDensity((coordinate - a) / b) - Math.Log(b);
            case PriorKind.LogNormal:
                return NormalCurve.LogDensity((coordinate - a) / b) - Math.Log(b);
            case PriorKind.HalfNormal:
                return HalfLogTwoOverPi - Math.Log(a) - 0.5 * (x / a) * (x / a) + coordinate;
            case PriorKind.Gamma:
                return a * Math.Log(b) - NormalCurve.LogGamma(a) + a * coordinate - b * x;
            case PriorKind.InverseGamma:
                // Of x² with shape a and scale b; dx²/dcoordinate = 2x².
                return a * Math.Log(b) - NormalCurve.LogGamma(a) - 2 * a * coordinate - b / (x * x) + Math.Log(2);
            case PriorKind.Beta:
                return NormalCurve.LogGamma(a + b) - NormalCurve.LogGamma(a) - NormalCurve.LogGamma(b)
                    + a * LogSigmoid(coordinate) + b * LogSigmoid(-coordinate);
            case PriorKind.Uniform:
                return LogSigmoid(coordinate) + LogSigmoid(-coordinate);
            default:
                return 0;
        }
    }

    /// <summary>A coordinate drawn from the prior.</summary>
    internal static double Draw(this in Prior prior, ref KeyedRandom random)
    {
        (double a, double b) = (prior.A, prior.B);
        switch (prior.Kind)
        {
            case PriorKind.Normal:
            case PriorKind.LogNormal:
                return a + b * random.Normal();
            case PriorKind.HalfNormal:
                return Math.Log(a * Math.Abs(random.Normal()));
            case PriorKind.Gamma:
                return Math.Log(random.Gamma(a) / b);
            case PriorKind.InverseGamma:
                return 0.5 * Math.Log(b / random.Gamma(a));
            case PriorKind.Beta:
                double left = random.Gamma(a);
                return Math.Log(left) - Math.Log(random.Gamma(b));
            case PriorKind.Uniform:
                double u = random.Uniform();
                return Math.Log(u) - Math.Log(1 - u);
            default:
                return 0;
        }
    }

    private static double Sigmoid(double v) => v >= 0 ? 1 / (1 + Math.Exp(-v)) : Math.Exp(v) / (1 + Math.Exp(v));

    private static double LogSigmoid(double v) => v >= 0 ? -Math.Log(1 + Math.Exp(-v)) : v - Math.Log(1 + Math.Exp(v));
}
