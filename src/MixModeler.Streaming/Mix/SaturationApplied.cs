using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>A saturation curve for numbers of its parameters.</summary>
public static class SaturationApplied
{
    public static double Apply(this SaturationSpec spec, double x, ReadOnlySpan<double> values) => spec.Curve switch
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
    public static void Apply(this SaturationSpec spec, Span<double> series, ReadOnlySpan<double> values)
    {
        switch (spec.Curve)
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
                    series[t] = spec.Apply(series[t], values);
                }

                return;
        }
    }
}
