namespace MixModeler.Streaming.Mix;

public enum SaturationCurve
{
    None,
    Logistic,
    InverseLogistic,
    Hill,
    MichaelisMenten,
    Tanh,
    Power,
}

/// <summary>How a channel's returns diminish, and what is believed about the curve's numbers, in scaled media.</summary>
public sealed record SaturationSpec(SaturationCurve Curve, IReadOnlyList<ParameterSpec> Parameters)
{
    public static SaturationSpec None { get; } = new(SaturationCurve.None, []);

    public static IReadOnlyList<ParameterSpec> Defaults(SaturationCurve curve) => curve switch
    {
        SaturationCurve.Logistic => [new("lam", new Prior(PriorKind.Gamma, 3, 1))],
        SaturationCurve.InverseLogistic or SaturationCurve.MichaelisMenten => [new("half", new Prior(PriorKind.Gamma, 3, 4))],
        SaturationCurve.Hill => [new("slope", new Prior(PriorKind.Gamma, 3, 2)), new("half", new Prior(PriorKind.Gamma, 3, 4))],
        SaturationCurve.Tanh => [new("reach", new Prior(PriorKind.Gamma, 3, 4))],
        SaturationCurve.Power => [new("exponent", new Prior(PriorKind.Beta, 3, 3))],
        _ => [],
    };

    /// <summary>A parameter in the media's own units, where it is one of media or of their inverse.</summary>
    public static double InMediaUnits(string parameter, double value, double scale) => parameter switch
    {
        "lam" => value / scale,
        "half" or "reach" => value * scale,
        _ => value,
    };

    public double Apply(double x, ReadOnlySpan<double> values) => Curve switch
    {
        SaturationCurve.Logistic => Saturation.Logistic(x, values[0]),
        SaturationCurve.InverseLogistic => Saturation.InverseScaledLogistic(x, values[0]),
        SaturationCurve.Hill => Saturation.Hill(x, values[0], values[1]),
        SaturationCurve.MichaelisMenten => Saturation.MichaelisMenten(x, 1, values[0]),
        SaturationCurve.Tanh => Math.Tanh(x / values[0]),
        SaturationCurve.Power => Saturation.Power(x, values[0]),
        _ => x,
    };

    /// <summary>In place.</summary>
    public void Apply(Span<double> series, ReadOnlySpan<double> values)
    {
        switch (Curve)
        {
            case SaturationCurve.None:
                return;
            case SaturationCurve.Logistic:
                Columns.Logistic(values[0], series);
                return;
            case SaturationCurve.InverseLogistic:
                Columns.Logistic(Math.Log(3) / values[0], series);
                return;
            case SaturationCurve.Tanh:
                Columns.Logistic(2 / values[0], series);
                return;
            case SaturationCurve.MichaelisMenten:
                Columns.Halved(values[0], series);
                return;
            // x¹ is x to the last bit.
            case SaturationCurve.Hill when values[0] == 1:
                Columns.Halved(values[1], series);
                return;
            default:
                for (int t = 0; t < series.Length; t++)
                {
                    series[t] = Apply(series[t], values);
                }

                return;
        }
    }
}
