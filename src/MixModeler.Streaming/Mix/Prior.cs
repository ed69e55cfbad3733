namespace MixModeler.Streaming.Mix;

/// <summary>What is believed about a number before the data.</summary>
public enum PriorKind
{
    /// <summary>It is known: A.</summary>
    Fixed,

    /// <summary>Uniform from A to B.</summary>
    Uniform,

    /// <summary>Beta with shapes A and B, from 0 to 1.</summary>
    Beta,

    /// <summary>Gamma with shape A and rate B.</summary>
    Gamma,

    /// <summary>Normal with mean A and standard deviation B.</summary>
    Normal,

    /// <summary>The positive half of a normal with mean 0 and standard deviation A.</summary>
    HalfNormal,

    /// <summary>e to the power of a normal with mean A and standard deviation B.</summary>
    LogNormal,

    /// <summary>The square is inverse-gamma with shape A and scale B: conjugate to the noise.</summary>
    InverseGamma,
}

/// <summary>A prior and the coordinate without bounds in which particles move: logit for bounded numbers, log for positive ones.</summary>
public readonly record struct Prior(PriorKind Kind, double A, double B = 0)
{
    private const double HalfLogTwoOverPi = -0.225791352644727432363;

    /// <summary>A particle has no coordinate for what is known.</summary>
    public bool IsFixed => Kind == PriorKind.Fixed;

    /// <summary>The number at a coordinate.</summary>
    public double Value(double coordinate) => Kind switch
    {
        PriorKind.Fixed => A,
        PriorKind.Normal => coordinate,
        PriorKind.Beta => Sigmoid(coordinate),
        PriorKind.Uniform => A + (B - A) * Sigmoid(coordinate),
        _ => Math.Exp(coordinate),
    };

    /// <summary>The coordinate of a number inside of the bounds.</summary>
    public double Coordinate(double value) => Kind switch
    {
        PriorKind.Fixed => 0,
        PriorKind.Normal => value,
        PriorKind.Beta => Math.Log(value / (1 - value)),
        PriorKind.Uniform => Math.Log((value - A) / (B - value)),
        _ => Math.Log(value),
    };

    /// <summary>ln of the density of the coordinate, the change of variables included.</summary>
    public double LogDensity(double coordinate)
    {
        double x = Value(coordinate);
        switch (Kind)
        {
            case PriorKind.Normal:
                return NormalCurve.LogDensity((coordinate - A) / B) - Math.Log(B);
            case PriorKind.LogNormal:
                return NormalCurve.LogDensity((coordinate - A) / B) - Math.Log(B);
            case PriorKind.HalfNormal:
                return HalfLogTwoOverPi - Math.Log(A) - 0.5 * (x / A) * (x / A) + coordinate;
            case PriorKind.Gamma:
                return A * Math.Log(B) - NormalCurve.LogGamma(A) + A * coordinate - B * x;
            case PriorKind.InverseGamma:
                // Of x² with shape A and scale B; dx²/dcoordinate = 2x².
                return A * Math.Log(B) - NormalCurve.LogGamma(A) - 2 * A * coordinate - B / (x * x) + Math.Log(2);
            case PriorKind.Beta:
                return NormalCurve.LogGamma(A + B) - NormalCurve.LogGamma(A) - NormalCurve.LogGamma(B)
                    + A * LogSigmoid(coordinate) + B * LogSigmoid(-coordinate);
            case PriorKind.Uniform:
                return LogSigmoid(coordinate) + LogSigmoid(-coordinate);
            default:
                return 0;
        }
    }

    /// <summary>A coordinate drawn from the prior.</summary>
    internal double Draw(ref KeyedRandom random)
    {
        switch (Kind)
        {
            case PriorKind.Normal:
            case PriorKind.LogNormal:
                return A + B * random.Normal();
            case PriorKind.HalfNormal:
                return Math.Log(A * Math.Abs(random.Normal()));
            case PriorKind.Gamma:
                return Math.Log(random.Gamma(A) / B);
            case PriorKind.InverseGamma:
                return 0.5 * Math.Log(B / random.Gamma(A));
            case PriorKind.Beta:
                double left = random.Gamma(A);
                return Math.Log(left) - Math.Log(random.Gamma(B));
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
