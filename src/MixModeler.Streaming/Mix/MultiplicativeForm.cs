namespace MixModeler.Streaming.Mix;

/// <summary>
/// The original's form: outcome = baseline of the factors × one multiplier for each channel. A multiplier is
/// e^(coefficient × saturated media), so the logarithm of the outcome is linear and the same recursion learns it.
/// </summary>
public static class MultiplicativeForm
{
    /// <summary>1100 × 1.25 × 1.3 = 1787.5.</summary>
    public static double Predict(double baseline, ReadOnlySpan<double> multipliers)
    {
        double outcome = baseline;
        foreach (double multiplier in multipliers)
        {
            outcome *= multiplier;
        }

        return outcome;
    }

    /// <summary>
    /// Shares what media add to the baseline among the channels, so that baseline + shares = outcome exactly and the order of the
    /// channels does not matter: each gets its logarithm times the logarithmic mean of outcome and baseline (the LMDI of Ang 2005).
    /// </summary>
    /// <param name="baseline">Above 0.</param>
    /// <param name="logMultipliers">Of each channel: the logarithm of its multiplier.</param>
    /// <param name="shares">Filled, in units of the outcome.</param>
    public static void Share(double baseline, ReadOnlySpan<double> logMultipliers, Span<double> shares)
    {
        double all = 0;
        foreach (double each in logMultipliers)
        {
            all += each;
        }

        // (outcome - baseline) / ln(outcome / baseline); with no media at all its limit.
        double mean = Math.Abs(all) < 1e-12 ? baseline : baseline * (Math.Exp(all) - 1) / all;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = mean * logMultipliers[i];
        }
    }
}
