// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>A particle's sums over its own columns: saturated media, and media times the ramps of effects that change. Holds a workspace; one thread.</summary>
internal sealed class MediaSums(
    MixLayout layout, ParticleLayout particles, MixTransform transform, EffectPaths paths, ToldEffects told)
{
    private readonly Forgetting forgetting = new(particles);
    private readonly int n0 = layout.BaselineCount;
    private readonly double[] newest = new double[layout.Channels.Length];
    private readonly double[] row = new double[layout.MediaColumns.Length];
    private readonly double[][] steps = [.. Enumerable.Range(0, layout.StepCount).Select(_ => Array.Empty<double>())];

    /// <summary>The saturated media of the newest period, one number a channel; valid until the next call.</summary>
    public ReadOnlySpan<double> Newest(MixHistory history, ReadOnlySpan<double> particle)
    {
        for (int c = 0; c < newest.Length; c++)
        {
            newest[c] = transform.Last(c, history.Media(c), particle);
        }

        return newest;
    }

    /// <summary>Adds the newest period, whose saturated media are given, to a particle's sums.</summary>
    public void Extend(MixHistory history, ReadOnlySpan<double> saturated, Span<double> particle)
    {
        double y = history.Target[^1];
        int period = history.Periods - 1;
        for (int k = 0; k < row.Length; k++)
        {
            row[k] = saturated[layout.MediaColumns[k].Channel] * paths.Ramp(k, period);
        }

        for (int k = 0; k < row.Length; k++)
        {
            Span<double> sums = particles.Channel(particle, k);
            double s = row[k];
            if (history.Discount < 1)
            {
                forgetting.Forget(history.Discount, sums);
            }

            if (s == 0)
            {
                // No media, or a step that has not begun.
                continue;
            }

            ReadOnlySpan<double> baseline = history.LastRow;
            for (int j = 0; j < n0; j++)
            {
                sums[j] += s * baseline[j];
            }

            for (int other = 0; other < row.Length; other++)
            {
                sums[n0 + other] += s * row[other];
            }

            sums[particles.RhsAt] += s * y;
            sums[particles.SumAt] += s;
        }

        for (int c = 0; c < newest.Length; c++)
        {
            told.AddCredit(history, c, period, saturated[c], 1, particle);
        }
    }

    /// <summary>Makes a particle's sums from the whole history: O(periods).</summary>
    public void Rebuild(MixHistory history, IReadOnlyList<LiftTest> lifts, Span<double> particle)
    {
        transform.Fill(history, particle);
        FillSteps(history);
        for (int k = 0; k < row.Length; k++)
        {
            Span<double> sums = particles.Channel(particle, k);
            sums.Clear();
            if (!HasBegun(k, history))
            {
                continue;
            }

            ReadOnlySpan<double> own = Series(k, history.Periods);
            ReadOnlySpan<double> weighed = forgetting.Weighed(history, own);
            for (int j = 0; j < n0; j++)
            {
                sums[j] = Columns.Dot(weighed, history.Baseline(j));
            }

            for (int other = 0; other <= k; other++)
            {
                double product = HasBegun(other, history) ? Columns.Dot(weighed, Series(other, history.Periods)) : 0;
                sums[n0 + other] = product;
                particles.Channel(particle, other)[n0 + k] = product;
            }

            sums[particles.RhsAt] = Columns.Dot(weighed, history.Target);
            sums[particles.SumAt] = Columns.Sum(own);
        }

        // A column's sums are cleared before later ones write into them, so what others say comes last.
        for (int c = 0; c < newest.Length; c++)
        {
            for (int t = 0; history.Credits[c] > 0 && t < history.Periods; t++)
            {
                told.AddCredit(history, c, t, transform.Series(c)[t], history.Weights[t], particle);
            }
        }

        for (int i = 0; i < lifts.Count; i++)
        {
            told.AddLift(history, lifts[i], transform, particle);
        }
    }

    private void FillSteps(MixHistory history)
    {
        for (int k = newest.Length; k < row.Length; k++)
        {
            ref double[] series = ref steps[k - newest.Length];
            if (series.Length < history.Periods)
            {
                series = new double[Math.Max(64, history.Periods * 2)];
            }

            ReadOnlySpan<double> media = transform.Series(layout.MediaColumns[k].Channel);
            for (int t = 0; HasBegun(k, history) && t < media.Length; t++)
            {
                series[t] = media[t] * paths.Ramp(k, t);
            }
        }
    }

    // A step that lies in the future has seen no media.
    private bool HasBegun(int column, MixHistory history) => history.Periods > 0 && paths.Ramp(column, history.Periods - 1) > 0;

    private ReadOnlySpan<double> Series(int column, int periods) =>
        column < newest.Length ? transform.Series(column) : steps[column - newest.Length].AsSpan(0, periods);
}
