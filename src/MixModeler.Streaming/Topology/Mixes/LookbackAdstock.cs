namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>
/// Carry-over of a channel as a lag and a lookback in weeks: the effect peaks after the lag and has faded to a twentieth
/// `lookback` weeks later, where the model learns a lookback between the least and the most that are set. The curve has one tail
/// (e^(-rate l)) with lag 0 and two (e^(-rate |l - lag|)) otherwise, and ends after lag + most weeks.
/// </summary>
/// <param name="LagWeeks">0 or more.</param>
/// <param name="LookbackMinWeeks">0 to the most.</param>
/// <param name="LookbackMaxWeeks">1 or more.</param>
public sealed record LookbackAdstock(int LagWeeks = 0, int LookbackMinWeeks = 0, int LookbackMaxWeeks = 4)
{
    /// <summary>What the effect has faded to at the end of its lookback.</summary>
    public const double Faded = 0.05;

    // The cap: a lag and a lookback of more than an eighth of the training window cannot be told from a trend in it.
    private const int WindowPerLookback = 8;

    /// <summary>Number of weights, of the current week too.</summary>
    public int Terms => LagWeeks + LookbackMaxWeeks + 1;

    /// <summary>The longest lag + most lookback that a training window allows: its weeks / 8, rounded down; 13 for two years.</summary>
    public static int CapWeeks(int trainingWeeks) => trainingWeeks / WindowPerLookback;

    /// <summary>The sentence that says what is wrong, or null.</summary>
    public string? Problem(int trainingWeeks)
    {
        if (LagWeeks < 0 || LookbackMinWeeks < 0 || LookbackMaxWeeks < 1)
        {
            return $"a lag of {LagWeeks} and a lookback of {LookbackMinWeeks} to {LookbackMaxWeeks} weeks: none of them is negative, and the most is 1 or more";
        }

        if (LookbackMinWeeks > LookbackMaxWeeks)
        {
            return $"the least lookback, {LookbackMinWeeks} weeks, is more than the most, {LookbackMaxWeeks}";
        }

        int cap = CapWeeks(trainingWeeks);
        return LagWeeks + LookbackMaxWeeks <= cap
            ? null
            : $"lag {LagWeeks} + max lookback {LookbackMaxWeeks} is {LagWeeks + LookbackMaxWeeks} weeks: a training window of {trainingWeeks} weeks allows {cap} (an eighth)";
    }

    /// <summary>The rate at which the effect fades to a twentieth after so many weeks.</summary>
    public static double Rate(double lookbackWeeks) => -Math.Log(Faded) / lookbackWeeks;
}
