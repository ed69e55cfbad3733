using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What was observed of one region in one period.</summary>
/// <param name="Target">The outcome.</param>
/// <param name="Inputs">Numbers of the model's input columns, in their order.</param>
public readonly record struct RegionNumbers(double Target, double[] Inputs)
{
    /// <summary>All regions of a period: factors are means by share, everything else is a sum.</summary>
    /// <param name="date">The period's first day.</param>
    /// <param name="spec">Tells which inputs are factors.</param>
    /// <param name="inputs">Names of the inputs.</param>
    /// <param name="shares">Of the regions, in their order.</param>
    /// <param name="regions">One for each share.</param>
    internal static MixObservation Whole(DateOnly date, MixSpec spec, string[] inputs, double[] shares, RegionNumbers[] regions)
    {
        double[] whole = new double[inputs.Length];
        for (int i = 0; i < whole.Length; i++)
        {
            bool isMean = spec.Controls.Any(control => control.Column == inputs[i]);
            for (int r = 0; r < regions.Length; r++)
            {
                whole[i] += regions[r].Inputs[i] * (isMean ? shares[r] : 1);
            }
        }

        return new MixObservation(date, regions.Sum(region => region.Target), whole, null, regions);
    }
}
