// Hot path: media through carry-over and saturation. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>Media to saturated media, by the numbers on a particle. Holds a workspace that grows with the history; one thread.</summary>
internal sealed class MixTransform
{
    private readonly MixLayout layout;
    private readonly double[] weights;
    private readonly double[][] all;
    private double[] changed = [];

    public MixTransform(MixLayout layout)
    {
        this.layout = layout;
        weights = new double[layout.TermsMax];
        all = [.. layout.Channels.Select(_ => Array.Empty<double>())];
        Periods = 0;
    }

    public int Periods { get; private set; }

    /// <summary>Saturated media of a channel over the history of the last <see cref="Fill"/>.</summary>
    public ReadOnlySpan<double> Series(int channel) => all[channel].AsSpan(0, Periods);

    public void Fill(MixHistory history, ReadOnlySpan<double> particle)
    {
        Periods = history.Periods;
        for (int c = 0; c < all.Length; c++)
        {
            if (all[c].Length < Periods)
            {
                all[c] = new double[Math.Max(64, Periods * 2)];
            }

            Apply(c, history.Media(c), particle, all[c].AsSpan(0, Periods));
        }
    }

    /// <summary>Saturated media of the newest period.</summary>
    public double Last(int channel, ReadOnlySpan<double> media, ReadOnlySpan<double> particle)
    {
        ChannelSpec spec = layout.Channels[channel];
        Span<double> values = stackalloc double[MixLayout.ParametersMax];
        double adstocked = AdstockKernel.Last(media, Weights(channel, particle));
        return spec.Saturation.Apply(adstocked, Saturation(channel, particle, values));
    }

    /// <summary>What the channel's saturated media come to at a constant level of scaled media, once carry-over is full.</summary>
    public double Level(int channel, double media, ReadOnlySpan<double> particle)
    {
        Span<double> values = stackalloc double[MixLayout.ParametersMax];
        double full = 0;
        foreach (double weight in Weights(channel, particle))
        {
            full += weight;
        }

        return layout.Channels[channel].Saturation.Apply(media * full, Saturation(channel, particle, values));
    }

    /// <summary>How much saturated media a test changes over the periods in which it was measured: of the channel, then of its steps.</summary>
    /// <param name="channel">Whose media were changed.</param>
    /// <param name="media">Its scaled media, of the whole or of the region of the test.</param>
    /// <param name="delta">Scaled media of the treated group less those of the control.</param>
    /// <param name="history">Tells the periods' dates.</param>
    /// <param name="particle">By whose numbers.</param>
    /// <param name="test">The experiment.</param>
    /// <param name="paths">Ramps of the steps.</param>
    /// <param name="into">One number for the channel and one for each of its steps.</param>
    public void Change(
        int channel, ReadOnlySpan<double> media, double delta, MixHistory history, ReadOnlySpan<double> particle, LiftTest test, EffectPaths paths,
        Span<double> into)
    {
        int from = history.PeriodOf(test.From);
        int to = history.PeriodOf(test.To);
        int end = Math.Min(history.PeriodOf(test.MeasuredTo), history.Periods - 1) + 1;
        if (changed.Length < 3 * history.Periods)
        {
            changed = new double[6 * history.Periods];
        }

        Span<double> treated = changed.AsSpan(0, end);
        Span<double> before = changed.AsSpan(end, end);
        Span<double> after = changed.AsSpan(2 * end, end);
        media = media[..end];
        media.CopyTo(treated);
        for (int t = from; t <= to && t < end; t++)
        {
            treated[t] = Math.Max(0, treated[t] + delta);
        }

        Apply(channel, media, particle, before);
        Apply(channel, treated, particle, after);
        into.Clear();
        for (int t = from; t < end; t++)
        {
            into[0] += after[t] - before[t];
            for (int k = 1; k < into.Length; k++)
            {
                into[k] += (after[t] - before[t]) * paths.Ramp(layout.FirstSteps[channel] + k - 1, t);
            }
        }
    }

    /// <summary>The carry-over weights by a particle's numbers; valid until the next call.</summary>
    public ReadOnlySpan<double> Weights(int channel, ReadOnlySpan<double> particle)
    {
        AdstockSpec adstock = layout.Channels[channel].Adstock;
        Span<double> values = stackalloc double[MixLayout.ParametersMax];
        Values(adstock.Parameters, layout.Places[channel].Adstock, particle, values);
        adstock.Weights(values, weights);
        return weights.AsSpan(0, adstock.Terms);
    }

    public void Apply(int channel, ReadOnlySpan<double> media, ReadOnlySpan<double> particle, Span<double> into)
    {
        Span<double> values = stackalloc double[MixLayout.ParametersMax];
        AdstockKernel.Convolve(media, Weights(channel, particle), into);
        layout.Channels[channel].Saturation.Apply(into, Saturation(channel, particle, values));
    }

    private ReadOnlySpan<double> Saturation(int channel, ReadOnlySpan<double> particle, Span<double> values)
    {
        SaturationSpec saturation = layout.Channels[channel].Saturation;
        Values(saturation.Parameters, layout.Places[channel].Saturation, particle, values);
        return values;
    }

    private static void Values(IReadOnlyList<ParameterSpec> parameters, int[] places, ReadOnlySpan<double> particle, Span<double> values)
    {
        for (int i = 0; i < places.Length; i++)
        {
            Prior prior = parameters[i].Prior;
            values[i] = places[i] < 0 ? prior.A : prior.Value(particle[places[i]]);
        }
    }
}
