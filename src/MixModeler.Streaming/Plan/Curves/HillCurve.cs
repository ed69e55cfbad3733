namespace MixModeler.Streaming.Plan.Curves;

/// <summary>
/// β · x^s / (x^s + k^s): β is the most that can be had, k the spend of half of it, s the steepness. Concave for s ≤ 1, an S
/// for s &gt; 1. With s = 1 it is Michaelis–Menten.
/// </summary>
/// <remarks>
/// All is computed by v = s (ln x − ln k), p = 1 / (1 + e^−v): the value is βp and the slope βs p (1 − p) / x, which neither
/// overflows nor loses digits where x^s would.
/// </remarks>
public sealed class HillCurve : ISmoothCurve
{
    private readonly double logHalf;

    /// <exception cref="ArgumentOutOfRangeException">A parameter is not finite, beta is negative, or k or s is not positive.</exception>
    public HillCurve(double beta, double halfSaturation, double steepness)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfSaturation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steepness);
        if (!double.IsFinite(beta + halfSaturation + steepness))
        {
            throw new ArgumentOutOfRangeException(nameof(beta), "a parameter of a Hill curve is not finite");
        }

        Beta = beta;
        HalfSaturation = halfSaturation;
        Steepness = steepness;
        logHalf = Math.Log(halfSaturation);
        Inflection = steepness <= 1 ? 0 : halfSaturation * Math.Pow((steepness - 1) / (steepness + 1), 1 / steepness);
    }

    public double Beta { get; }

    public double HalfSaturation { get; }

    public double Steepness { get; }

    public double Inflection { get; }

    public double Value(double spend) => spend <= 0 ? 0 : Beta * Share(Math.Log(spend));

    public double Slope(double spend)
    {
        if (spend <= 0)
        {
            return Steepness > 1 || Beta == 0 ? 0 : Steepness == 1 ? Beta / HalfSaturation : double.PositiveInfinity;
        }

        double v = Steepness * (Math.Log(spend) - logHalf);
        double tail = Math.Exp(-Math.Abs(v));
        return Beta * Steepness * tail / ((1 + tail) * (1 + tail) * spend);
    }

    public IConcaveEnvelope EnvelopeOver(double lower, double upper) => new TangentEnvelope(this, lower, upper);

    public IResponseCurve Scaled(double response, double unit) => new HillCurve(Beta * response, HalfSaturation * unit, Steepness);

    /// <summary>Newton's method on ln slope as a function of ln x, which is monotone where the curve is concave, within a bracket.</summary>
    public double SpendAt(double slope, double from, double to)
    {
        if (slope >= Slope(from) || to <= from)
        {
            return from;
        }

        if (slope <= Slope(to))
        {
            return to;
        }

        // A spend below 1e-300 is no spend; ln 0 would be.
        double low = Math.Log(Math.Max(from, 1e-300));
        double high = Math.Log(to);
        double target = Math.Log(slope) - Math.Log(Beta * Steepness);
        double u = Math.Clamp(logHalf, low, high);
        for (int step = 0; step < 100; step++)
        {
            double v = Steepness * (u - logHalf);
            double tail = Math.Exp(-Math.Abs(v));
            double above = -Math.Abs(v) - (2 * Math.Log(1 + tail)) - u - target;
            if (above > 0)
            {
                low = u;
            }
            else
            {
                high = u;
            }

            double share = v >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
            double bend = -1 + (Steepness * (1 - (2 * share)));
            double next = bend < 0 ? u - (above / bend) : double.NaN;
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - u) <= 1e-15 * (1 + Math.Abs(u)))
            {
                u = next;
                break;
            }

            u = next;
        }

        return Math.Clamp(Math.Exp(u), from, to);
    }

    /// <summary>Value by the logarithm of the spend, which many draws of one spend share.</summary>
    internal double ValueOfLog(double logSpend) => Beta * Share(logSpend);

    private double Share(double logSpend)
    {
        double v = Steepness * (logSpend - logHalf);
        double tail = Math.Exp(-Math.Abs(v));
        return (v >= 0 ? 1 : tail) / (1 + tail);
    }
}
