namespace MixModeler.Streaming.Plan.Curves;

/// <summary>
/// The envelope of a curve that is convex, then concave: a straight line from the lower bound to the point where it touches the
/// curve, and the curve itself from there on.
/// </summary>
internal sealed class TangentEnvelope : IConcaveEnvelope
{
    private readonly ISmoothCurve curve;
    private readonly double touch;
    private readonly double valueAtLower;
    private readonly double lineSlope;

    public TangentEnvelope(ISmoothCurve curve, double lower, double upper)
    {
        this.curve = curve;
        Lower = lower;
        Upper = upper;
        valueAtLower = curve.Value(lower);
        touch = lower >= curve.Inflection || upper <= lower ? lower : Touch();
        lineSlope = touch > lower ? (curve.Value(touch) - valueAtLower) / (touch - lower) : double.PositiveInfinity;
    }

    public double Lower { get; }

    public double Upper { get; }

    public double Value(double spend) => spend < touch ? valueAtLower + (lineSlope * (spend - Lower)) : curve.Value(spend);

    // At the end of a line that touches nowhere before it, the line's: the curve's own is steeper there, and no tangent from above.
    public double Slope(double spend) => touch > Lower && (spend <= touch || touch >= Upper) ? lineSlope : curve.Slope(spend);

    public double BestAt(double price)
    {
        if (touch > Lower)
        {
            if (price >= lineSlope)
            {
                return Lower;
            }

            if (touch >= Upper)
            {
                return Upper;
            }
        }

        return curve.SpendAt(price, touch, Upper);
    }

    // Where f'(t) (t − lower) = f(t) − f(lower). The difference is positive at the inflection and falls from there on.
    private double Touch()
    {
        if (Upper <= curve.Inflection || Above(Upper) >= 0)
        {
            return Upper;
        }

        double low = Math.Max(curve.Inflection, Lower);
        double high = Upper;
        for (int step = 0; step < 80 && high - low > 1e-15 * high; step++)
        {
            double middle = (low + high) / 2;
            if (Above(middle) >= 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return (low + high) / 2;
    }

    private double Above(double at) => (curve.Slope(at) * (at - Lower)) - (curve.Value(at) - valueAtLower);
}
