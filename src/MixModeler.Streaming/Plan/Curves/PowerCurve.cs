namespace MixModeler.Streaming.Plan.Curves;

/// <summary>β x^a with 0 &lt; a ≤ 1: the root saturation. Concave, without a ceiling.</summary>
public sealed class PowerCurve : ISmoothCurve
{
    private readonly double beta;
    private readonly double exponent;

    /// <exception cref="ArgumentOutOfRangeException">Beta is negative, or the exponent is outside 0..1.</exception>
    public PowerCurve(double beta, double exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exponent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exponent, 1);
        this.beta = beta;
        this.exponent = exponent;
    }

    public double Inflection => 0;

    public double Value(double spend) => spend <= 0 ? 0 : beta * Math.Pow(spend, exponent);

    public double Slope(double spend) => exponent == 1 || beta == 0 ? beta
        : spend <= 0 ? double.PositiveInfinity : beta * exponent * Math.Pow(spend, exponent - 1);

    public IConcaveEnvelope EnvelopeOver(double lower, double upper) => new TangentEnvelope(this, lower, upper);

    public IResponseCurve Scaled(double response, double unit) => new PowerCurve(beta * response * Math.Pow(unit, -exponent), exponent);

    public double SpendAt(double slope, double from, double to) => slope >= Slope(from) ? from : slope <= Slope(to) ? to
        : Math.Clamp(Math.Pow(slope / (beta * exponent), 1 / (exponent - 1)), from, to);
}
