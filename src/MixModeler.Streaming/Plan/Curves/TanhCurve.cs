namespace MixModeler.Streaming.Plan.Curves;

/// <summary>β tanh(r x). The logistic saturation β (1 − e^−λx) / (1 + e^−λx) is this with r = λ / 2. Concave.</summary>
public sealed class TanhCurve : ISmoothCurve
{
    private readonly double beta;
    private readonly double rate;

    /// <exception cref="ArgumentOutOfRangeException">Beta is negative or the rate is not positive.</exception>
    public TanhCurve(double beta, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        this.beta = beta;
        this.rate = rate;
    }

    public double Inflection => 0;

    public double Value(double spend) => spend <= 0 ? 0 : beta * Math.Tanh(rate * spend);

    public double Slope(double spend)
    {
        double cosh = Math.Cosh(Math.Min(350, rate * Math.Max(0, spend)));
        return beta * rate / (cosh * cosh);
    }

    public IConcaveEnvelope EnvelopeOver(double lower, double upper) => new TangentEnvelope(this, lower, upper);

    public IResponseCurve Scaled(double response, double unit) => new TanhCurve(beta * response, rate / unit);

    public double SpendAt(double slope, double from, double to) =>
        slope >= Slope(from) ? from : slope <= Slope(to) ? to : Math.Clamp(Math.Acosh(Math.Sqrt(beta * rate / slope)) / rate, from, to);
}
