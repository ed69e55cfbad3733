namespace MixModeler.Streaming.Measure;

/// <summary>
/// Page's two-sided cumulative sum over standardised errors: an alarm when errors of one sign keep coming. The threshold is set so that without
/// drift, errors being independent and standard normal, there is one alarm in so many steps (Siegmund 1985, with his correction for
/// steps that jump over the threshold). After an alarm it begins anew. O(1) a step.
/// </summary>
public sealed class DriftTest
{
    // The best reference for a shift of one standard deviation is half of it.
    private const double Reference = 0.5;
    private const double Overshoot = 1.166;

    /// <param name="falseAlarmEvery">Steps in which one alarm may come without drift, above 2.</param>
    public DriftTest(double falseAlarmEvery)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(falseAlarmEvery, 2);
        (double low, double high) = (0, 60);
        for (int step = 0; step < 200; step++)
        {
            double middle = (low + high) / 2;
            // Each side has half of the alarms.
            (low, high) = RunLength(middle) < 2 * falseAlarmEvery ? (middle, high) : (low, middle);
        }

        Threshold = high;
    }

    public double Threshold { get; }

    /// <summary>Sum of what came in above.</summary>
    public double Above { get; private set; }

    /// <summary>Sum of what came in below.</summary>
    public double Below { get; private set; }

    public int Alarms { get; private set; }

    /// <summary>Takes in an error in standard deviations.</summary>
    /// <returns>1 or -1 for an alarm above or below, else 0.</returns>
    public int Add(double standardised)
    {
        // An error that is not a number tells nothing about drift.
        double error = double.IsNaN(standardised) ? 0 : standardised;
        Above = Math.Max(0, Above + error - Reference);
        Below = Math.Max(0, Below - error - Reference);
        if (Above <= Threshold && Below <= Threshold)
        {
            return 0;
        }

        int side = Above > Threshold ? 1 : -1;
        (Above, Below) = (0, 0);
        Alarms++;
        return side;
    }

    // Mean steps of one side to an alarm.
    private static double RunLength(double threshold)
    {
        double distance = 2 * Reference * (threshold + Overshoot);
        return (Math.Exp(distance) - distance - 1) / (2 * Reference * Reference);
    }
}
