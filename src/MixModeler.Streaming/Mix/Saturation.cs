namespace MixModeler.Streaming.Mix;

/// <summary>
/// Diminishing returns of one adstocked number x ≥ 0, by the formulas of the libraries that use them. The model's own curves
/// take x already divided by the channel's scale.
/// </summary>
public static class Saturation
{
    /// <summary>x^slope / (x^slope + half^slope): Meridian (ec, slope), PyMC-Marketing, and Robyn once the inflexion is known.</summary>
    public static double Hill(double x, double slope, double half)
    {
        double power = Math.Pow(x, slope);
        return power == 0 ? 0 : power / (power + Math.Pow(half, slope));
    }

    /// <summary>
    /// Robyn: the inflexion is gamma times the largest x of the window, so the curve moves when the largest moves. Kept for
    /// comparison; the model itself never scales by a maximum.
    /// </summary>
    public static double RobynInflexion(ReadOnlySpan<double> window, double gamma)
    {
        double most = 0;
        foreach (double x in window)
        {
            most = Math.Max(most, x);
        }

        return gamma * most;
    }

    /// <summary>(1 - e^(-lam x)) / (1 + e^(-lam x)) = tanh(lam x / 2).</summary>
    public static double Logistic(double x, double lam)
    {
        double e = Math.Exp(-lam * x);
        return (1 - e) / (1 + e);
    }

    /// <summary>The logistic curve by its half-way point: lam := ln 3 / half.</summary>
    public static double InverseScaledLogistic(double x, double half) => Logistic(x, Math.Log(3) / half);

    /// <summary>b tanh(x / (b c)).</summary>
    public static double Tanh(double x, double b, double c) => b * Math.Tanh(x / (b * c));

    /// <summary>most x / (half + x); Robyn's mic_men with Vmax and Km.</summary>
    public static double MichaelisMenten(double x, double most, double half) => most * x / (half + x);

    /// <summary>x^exponent, exponent in (0, 1): Robyn's and PyMC's root, and the power of the multiplicative form.</summary>
    public static double Power(double x, double exponent) => x == 0 ? 0 : Math.Pow(x, exponent);

    /// <summary>most / (1 + e^(-slope (x - middle))) - most / (1 + e^(slope middle)): 0 at 0.</summary>
    public static double SigmoidHill(double x, double most, double slope, double middle) =>
        most / (1 + Math.Exp(-slope * (x - middle))) - most / (1 + Math.Exp(slope * middle));
}
