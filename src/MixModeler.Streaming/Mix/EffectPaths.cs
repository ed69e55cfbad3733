// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
namespace MixModeler.Streaming.Mix;

/// <summary>
/// Effects that change with time. A step of a path has a column of its own, the saturated media times a ramp from one knot to the next, and a
/// coefficient that is standard normal before anything is seen: given a particle, the channel's effect times the size of a step times it.
/// </summary>
internal sealed class EffectPaths(MixLayout layout, ParticleLayout particles)
{
    /// <summary>How much of a column's step has been gone in a period; 1 for a channel's own column.</summary>
    public double Ramp(int column, int period)
    {
        MediaColumn its = layout.MediaColumns[column];
        if (its.Step < 0)
        {
            return 1;
        }

        int every = layout.Channels[its.Channel].Path!.Every;
        return Math.Clamp((double)(period - its.Step * every) / every, 0, 1);
    }

    /// <summary>Standard deviation of a channel's steps, as a share of its effect; 0 where its effect stands.</summary>
    public double StepOf(int channel, ReadOnlySpan<double> particle) =>
        layout.Channels[channel].Path is not { } path ? 0
        : layout.Places[channel].Step < 0 ? path.Step.A : path.Step.Value(particle[layout.Places[channel].Step]);

    /// <summary>A channel's effect in a period as a multiple of its own, by the steps that were drawn; 1 where it stands.</summary>
    public double Share(int channel, int period, Span<double> particle)
    {
        if (layout.Channels[channel].Path is null)
        {
            return 1;
        }

        ReadOnlySpan<double> steps = Steps(channel, particle);
        double sum = 0;
        for (int k = 0; k < steps.Length; k++)
        {
            sum += steps[k] * Ramp(layout.FirstSteps[channel] + k, period);
        }

        return 1 + StepOf(channel, particle) * sum;
    }

    /// <summary>Coefficient of a channel's saturated media in a period; where there are regions, of media that are spread by population.</summary>
    public double Effect(int channel, int period, Span<double> particle) =>
        particles.CoefficientsOf(particle)[layout.BaselineCount + channel] * Share(channel, period, particle) * OfRegions(channel, particle);

    /// <summary>Saturated media over all periods, each as its effect counts: for steps that were drawn.</summary>
    public double Sum(int channel, Span<double> particle)
    {
        double sum = particles.Channel(particle, channel)[particles.SumAt];
        double step = StepOf(channel, particle);
        ReadOnlySpan<double> steps = Steps(channel, particle);
        for (int k = 0; k < steps.Length; k++)
        {
            sum += step * steps[k] * particles.Channel(particle, layout.FirstSteps[channel] + k)[particles.SumAt];
        }

        return sum;
    }

    // The regions' own effects as a multiple of the common one, in the mean.
    private double OfRegions(int channel, Span<double> particle)
    {
        double sum = 1;
        for (int r = 0; r < particles.Regions; r++)
        {
            sum += layout.Spec.Regions!.Members[r].Share * particles.LocalsOf(particle, r)[1 + layout.Spec.Controls.Count + channel];
        }

        return sum;
    }

    private ReadOnlySpan<double> Steps(int channel, Span<double> particle) =>
        particles.CoefficientsOf(particle).Slice(layout.BaselineCount + layout.FirstSteps[channel], layout.Channels[channel].Path?.Steps ?? 0);
}

/// <summary>A column of media with a coefficient of its own: a channel's (step -1), or one step of its effect's path.</summary>
internal readonly record struct MediaColumn(int Channel, int Step);
