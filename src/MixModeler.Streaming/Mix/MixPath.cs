using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What one particle says of every period: the expected outcome, its baseline, what each channel contributed. Reused.</summary>
internal sealed class MixPath
{
    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly MixHistory history;
    private readonly double[] expected;
    private readonly double[] baseline;
    private readonly double[][] contributions;
    private readonly double[][] byRegion;

    public MixPath(MixLayout layout, ParticleLayout particles, MixHistory history)
    {
        this.layout = layout;
        this.particles = particles;
        this.history = history;
        expected = new double[history.Periods];
        baseline = new double[history.Periods];
        byRegion = [.. Enumerable.Range(0, particles.Regions).Select(_ => new double[history.Periods])];
        contributions = [.. layout.Channels.Select(_ => new double[history.Periods])];
    }

    public ReadOnlySpan<double> Expected => expected;

    public ReadOnlySpan<double> Baseline => baseline;

    /// <summary>The expected outcome of a region.</summary>
    public ReadOnlySpan<double> Region(int region) => byRegion[region];

    public ReadOnlySpan<double> Contribution(int channel) => contributions[channel];

    public void Fill(MixLikelihood likelihood, Span<double> particle)
    {
        Span<double> coefficients = particles.CoefficientsOf(particle);
        if (likelihood.Regions is { } regions)
        {
            FillRegions(regions, particle, coefficients);
            return;
        }

        likelihood.Transform.Fill(history, particle);
        Array.Clear(baseline);
        for (int j = 0; j < layout.BaselineCount; j++)
        {
            Columns.AddScaled(coefficients[j], history.Baseline(j), baseline);
        }

        for (int c = 0; c < contributions.Length; c++)
        {
            ReadOnlySpan<double> media = likelihood.Transform.Series(c);
            for (int t = 0; t < media.Length; t++)
            {
                contributions[c][t] = coefficients[layout.BaselineCount + c] * likelihood.Paths.Share(c, t, particle) * media[t];
            }
        }

        if (layout.Spec.Form == MixForm.Multiplicative)
        {
            Multiply();
            return;
        }

        for (int t = 0; t < expected.Length; t++)
        {
            double sum = baseline[t];
            foreach (double[] contribution in contributions)
            {
                contribution[t] *= history.Scales.Target;
                sum += contribution[t] / history.Scales.Target;
            }

            baseline[t] *= history.Scales.Target;
            expected[t] = sum * history.Scales.Target;
        }
    }

    // Regions first; the whole is their sum. Media enter the whole as they did in each region.
    private void FillRegions(RegionSums regions, Span<double> particle, ReadOnlySpan<double> coefficients)
    {
        RegionHistory own = history.Regions!;
        int periods = history.Periods;
        Array.Clear(baseline);
        Array.Clear(expected);
        foreach (double[] contribution in contributions)
        {
            Array.Clear(contribution);
        }

        for (int r = 0; r < own.Count; r++)
        {
            ReadOnlySpan<double> locals = particles.LocalsOf(particle, r);
            double unit = history.Scales.Target * own.Shares[r];
            double[] region = byRegion[r];
            Array.Clear(region);
            for (int j = 0; j < layout.BaselineCount; j++)
            {
                Columns.AddScaled(unit * (coefficients[j] + layout.LocalOf(j, locals)), own.Baseline(r, j, periods), region);
            }

            Columns.AddScaled(1, region, baseline);
            ReadOnlySpan<double[]> media = regions.Fill(own, r, periods, particle);
            for (int c = 0; c < contributions.Length; c++)
            {
                double effect = unit * coefficients[layout.BaselineCount + c] * (1 + locals[1 + layout.Spec.Controls.Count + c]);
                Columns.AddScaled(effect, media[c].AsSpan(0, periods), contributions[c]);
                Columns.AddScaled(effect, media[c].AsSpan(0, periods), region);
            }

            Columns.AddScaled(1, region, expected);
        }
    }

    private void Multiply()
    {
        Span<double> logs = stackalloc double[contributions.Length];
        Span<double> shares = stackalloc double[contributions.Length];
        for (int t = 0; t < expected.Length; t++)
        {
            double all = baseline[t];
            for (int c = 0; c < contributions.Length; c++)
            {
                logs[c] = contributions[c][t];
                all += logs[c];
            }

            baseline[t] = history.Scales.Target * Math.Exp(baseline[t]);
            expected[t] = history.Scales.Target * Math.Exp(all);
            MultiplicativeForm.Share(baseline[t], logs, shares);
            for (int c = 0; c < contributions.Length; c++)
            {
                contributions[c][t] = shares[c];
            }
        }
    }
}
