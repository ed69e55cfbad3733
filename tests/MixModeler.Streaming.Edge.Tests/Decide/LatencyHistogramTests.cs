using MixModeler.Streaming.Edge.Decide;

namespace MixModeler.Streaming.Edge.Tests.Decide;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_at_most_a_sixteenth_above_the_truth_and_never_below()
    {
        const int Seed = 5;
        Random random = new(Seed);
        LatencyHistogram histogram = new();
        List<long> all = [];
        for (int i = 0; i < 10_000; i++)
        {
            long ms = (long)Math.Pow(10, random.NextDouble() * 9);
            all.Add(ms);
            histogram.Record(ms);
        }

        all.Sort();
        foreach (double share in new[] { 0.0001, 0.01, 0.5, 0.9, 0.99, 1 })
        {
            long truth = all[(int)Math.Ceiling(share * all.Count) - 1];
            long told = histogram.Percentile(share)!.Value;
            Assert.InRange(told, truth, truth + truth / 16 + 1);
        }
    }

    [Fact]
    public void Small_times_are_exact_and_nothing_measured_is_nothing_told()
    {
        LatencyHistogram histogram = new();
        Assert.Null(histogram.Percentile(0.5));
        histogram.Record(-5);
        Assert.Equal(0, histogram.Percentile(0.5));
        histogram.Record(13);
        histogram.Record(13);
        Assert.Equal(13, histogram.Percentile(0.5));
        histogram.Record(long.MaxValue);
        Assert.Equal(long.MaxValue, histogram.Percentile(1));
    }
}
