namespace MixModeler.Streaming.Plan.Curves;

/// <summary>
/// A weighted sum of curves as one curve of points. A sum of S-curves need not be an S any more; its points always have an exact
/// hull. How far the chords stay below the sum is measured half-way between points, and is part of the bound that is reported.
/// </summary>
internal static class CurveTable
{
    /// <summary>Chords miss a smooth curve by the square of their width: so many miss it by less than a millionth of its height.</summary>
    public const int Fine = 1_024;

    /// <summary>Enough to find the way, at an eighth of the time.</summary>
    public const int Coarse = 128;

    /// <param name="sum">The function, exactly.</param>
    /// <param name="lower">Where the table begins.</param>
    /// <param name="upper">Where it ends.</param>
    /// <param name="chords">Pieces.</param>
    /// <param name="error">The most that the sum lies above the table half-way between two of its points.</param>
    public static PointsCurve Of(Func<double, double> sum, double lower, double upper, int chords, out double error)
    {
        error = 0;
        if (!(upper > lower))
        {
            return new PointsCurve([lower], [sum(lower)]);
        }

        double[] spends = new double[chords + 1];
        double[] values = new double[chords + 1];
        for (int i = 0; i <= chords; i++)
        {
            // Denser where curves bend most, near no spend at all: widths grow linearly.
            double share = (double)i / chords;
            spends[i] = i == chords ? upper : lower + ((upper - lower) * share * (0.1 + (0.9 * share)));
            values[i] = sum(spends[i]);
        }

        for (int i = 0; i < chords; i++)
        {
            error = Math.Max(error, sum((spends[i] + spends[i + 1]) / 2) - ((values[i] + values[i + 1]) / 2));
        }

        return new PointsCurve(spends, values);
    }
}
