namespace MixModeler.Streaming.Plan.Curves;

/// <summary>The response of one channel to what is spent on it. Spend is never negative; units are the caller's.</summary>
public interface IResponseCurve
{
    double Value(double spend);

    /// <summary>The response of the next unit; at a kink, to the right of it.</summary>
    double Slope(double spend);

    /// <summary>The least concave function that is nowhere below the curve between two spends.</summary>
    IConcaveEnvelope EnvelopeOver(double lower, double upper);

    /// <summary>x ↦ response · f(x / unit): another currency on either axis.</summary>
    IResponseCurve Scaled(double response, double unit);
}
