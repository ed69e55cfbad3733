// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// What is known of the share of the base: a noisy observation of what all channels brought together, over all periods so far. It is linear in the
/// coefficients and couples those of all channels. Holds a workspace; one thread.
/// </summary>
internal sealed class BaselineKnowledge(MixLayout layout, ParticleLayout particles)
{
    private readonly Belief belief = layout.Spec.Base!;
    private readonly double[] loads = new double[layout.Integrated.Length];

    /// <summary>Adds it to a system that is not factored yet; returns the part that does not depend on what is integrated.</summary>
    /// <param name="history">All of it.</param>
    /// <param name="particle">Its sums must be up to date.</param>
    /// <param name="effects">Of channels that are on the particle; the integrated ones come first.</param>
    /// <param name="gains">Of the steps of effects: effect times the size of a step.</param>
    /// <param name="system">Of the integrated coefficients.</param>
    public double Add(MixHistory history, Span<double> particle, ReadOnlySpan<double> effects, ReadOnlySpan<double> gains, NormalSystem system)
    {
        double all = history.OutcomeSum / history.Scales.Target;
        if (!(all > 0))
        {
            return 0;
        }

        int firstChannel = gains.Length + layout.BaselineCount;
        double rest = (1 - belief.Share) * all;
        for (int c = 0; c < effects.Length; c++)
        {
            double sum = particles.Channel(particle, c)[particles.SumAt];
            if (firstChannel + c < loads.Length)
            {
                loads[firstChannel + c] = sum;
            }
            else
            {
                rest -= effects[c] * sum;
            }
        }

        for (int k = 0; k < gains.Length; k++)
        {
            loads[k] = gains[k] * particles.Channel(particle, effects.Length + k)[particles.SumAt];
        }

        double precision = 1 / (belief.Deviation * all * belief.Deviation * all);
        for (int i = 0; i < loads.Length; i++)
        {
            system.Right[i] += precision * loads[i] * rest;
            Columns.AddScaled(precision * loads[i], loads.AsSpan(0, i + 1), system.Row(i));
        }

        return -0.5 * precision * rest * rest;
    }
}
