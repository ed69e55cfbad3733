// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>A particle's sums over the media of each region. Holds a workspace; one thread.</summary>
internal sealed class RegionSums
{
    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly MixTransform transform;
    private readonly EffectPaths paths;
    private readonly Forgetting forgetting;
    private readonly int n0;
    private readonly int channels;
    private readonly int controls;
    private readonly int firstControl;
    private readonly double[] newest;
    private readonly double[] summed;
    private double[][] series;

    public RegionSums(MixLayout layout, ParticleLayout particles, MixTransform transform, EffectPaths paths)
    {
        (this.layout, this.particles, this.transform, this.paths) = (layout, particles, transform, paths);
        forgetting = new Forgetting(particles);
        n0 = layout.BaselineCount;
        channels = layout.Channels.Length;
        controls = layout.Spec.Controls.Count;
        firstControl = n0 - controls;
        newest = new double[particles.Regions * channels];
        summed = new double[channels];
        series = [.. Enumerable.Range(0, channels).Select(_ => Array.Empty<double>())];
    }

    /// <summary>Saturated media of the newest period for each channel: shares times own effects, over all regions.</summary>
    public ReadOnlySpan<double> Newest(MixHistory history, Span<double> particle)
    {
        RegionHistory regions = history.Regions!;
        Array.Clear(summed);
        for (int r = 0; r < regions.Count; r++)
        {
            ReadOnlySpan<double> own = particles.LocalsOf(particle, r);
            for (int c = 0; c < channels; c++)
            {
                double value = transform.Last(c, regions.Media(r, c, history.Periods), particle);
                newest[(r * channels) + c] = value;
                summed[c] += regions.Shares[r] * (1 + own[1 + controls + c]) * value;
            }
        }

        return summed;
    }

    /// <summary>What regions' own levels and factors add to the whole in the newest period.</summary>
    public double OwnLevel(MixHistory history, Span<double> particle)
    {
        RegionHistory regions = history.Regions!;
        double sum = 0;
        for (int r = 0; r < regions.Count; r++)
        {
            ReadOnlySpan<double> own = particles.LocalsOf(particle, r);
            ReadOnlySpan<double> row = regions.LastRow(r);
            double level = own[0];
            for (int k = 0; k < controls; k++)
            {
                level += own[1 + k] * row[firstControl + k];
            }

            sum += regions.Shares[r] * level;
        }

        return sum;
    }

    /// <summary>Adds the newest period, after <see cref="Newest"/> of the same particle.</summary>
    public void Extend(MixHistory history, Span<double> particle)
    {
        RegionHistory regions = history.Regions!;
        for (int r = 0; r < regions.Count; r++)
        {
            ReadOnlySpan<double> row = regions.LastRow(r);
            ReadOnlySpan<double> values = newest.AsSpan(r * channels, channels);
            double y = regions.Target(r, history.Periods)[^1];
            for (int c = 0; c < channels; c++)
            {
                Span<double> sums = particles.RegionChannel(particle, r, c);
                double s = values[c];
                if (history.Discount < 1)
                {
                    Columns.Scale(history.Discount, sums[..particles.RegionSumAt]);
                }

                Columns.AddScaled(s, row, sums[..n0]);
                Columns.AddScaled(s, values, sums.Slice(n0, channels));
                sums[n0 + channels] += s * y;
                sums[particles.RegionSumAt] += s;
            }
        }

        SumWhole(regions, particle);
    }

    /// <summary>Makes the sums from the whole history: O(regions × periods).</summary>
    public void Rebuild(MixHistory history, IReadOnlyList<LiftTest> lifts, Span<double> particle)
    {
        RegionHistory regions = history.Regions!;
        int periods = history.Periods;
        for (int r = 0; r < regions.Count; r++)
        {
            Fill(regions, r, periods, particle);
            for (int c = 0; c < channels; c++)
            {
                Span<double> sums = particles.RegionChannel(particle, r, c);
                ReadOnlySpan<double> own = series[c].AsSpan(0, periods);
                ReadOnlySpan<double> weighed = forgetting.Weighed(history, own);
                for (int j = 0; j < n0; j++)
                {
                    sums[j] = Columns.Dot(weighed, regions.Baseline(r, j, periods));
                }

                for (int other = 0; other <= c; other++)
                {
                    double product = Columns.Dot(weighed, series[other].AsSpan(0, periods));
                    sums[n0 + other] = product;
                    particles.RegionChannel(particle, r, other)[n0 + c] = product;
                }

                sums[n0 + channels] = Columns.Dot(weighed, regions.Target(r, periods));
                sums[particles.RegionSumAt] = Columns.Sum(own);
                sums[particles.RegionLiftPrecisionAt] = 0;
                sums[particles.RegionLiftProductAt] = 0;
            }
        }

        for (int i = 0; i < lifts.Count; i++)
        {
            AddLift(history, lifts[i], particle);
        }

        SumWhole(regions, particle);
    }

    /// <summary>An experiment in one region: a noisy observation of its own effect times the change of saturated media.</summary>
    public void AddLift(MixHistory history, LiftTest test, Span<double> particle)
    {
        RegionHistory regions = history.Regions!;
        int channel = Array.FindIndex(layout.Channels, each => each.Name == test.Channel);
        int region = layout.RegionOf(test);
        double share = regions.Shares[region];
        Span<double> change = stackalloc double[1];
        double delta = test.MediaDelta / (history.Scales.Media[channel] * share);
        transform.Change(channel, regions.Media(region, channel, history.Periods), delta, history, particle, test, paths, change);
        double deviation = test.StandardError / (history.Scales.Target * share);
        Span<double> sums = particles.RegionChannel(particle, region, channel);
        sums[particles.RegionLiftPrecisionAt] += change[0] * change[0] / (deviation * deviation);
        sums[particles.RegionLiftProductAt] += change[0] * test.Lift / (history.Scales.Target * share) / (deviation * deviation);
    }

    /// <summary>Saturated media of a region's channels over all periods; valid until the next call.</summary>
    public ReadOnlySpan<double[]> Fill(RegionHistory regions, int region, int periods, ReadOnlySpan<double> particle)
    {
        for (int c = 0; c < channels; c++)
        {
            if (series[c].Length < periods)
            {
                series[c] = new double[Math.Max(64, periods * 2)];
            }

            transform.Apply(c, regions.Media(region, c, periods), particle, series[c].AsSpan(0, periods));
        }

        return series;
    }

    private void SumWhole(RegionHistory regions, Span<double> particle)
    {
        for (int c = 0; c < channels; c++)
        {
            double sum = 0;
            for (int r = 0; r < regions.Count; r++)
            {
                sum += regions.Shares[r] * particles.RegionChannel(particle, r, c)[particles.RegionSumAt];
            }

            particles.Channel(particle, c)[particles.SumAt] = sum;
        }
    }
}
