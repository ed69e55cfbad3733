using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Learn.Offline;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class PrequentialMetricsTests
{
    private const int Seed = 4_711;

    [Theory]
    [InlineData(0.02, 1.0)]
    [InlineData(0.1, 0.3)]
    [InlineData(0.5, 3.0)]
    public void Auc_is_the_rank_auc_within_a_thousandth_and_within_its_own_bound(double rate, double spread)
    {
        List<(double P, bool Label)> all = Predictions(20_000, rate, spread);
        PrequentialMetrics metrics = new(5_000);
        all.ForEach(prediction => metrics.Add(prediction.P, prediction.Label));

        AssertAuc(metrics.SinceStart(), all);
        AssertAuc(metrics.OverWindow(), all[^5_000..]);
    }

    [Fact]
    public void Losses_since_start_are_exact_and_those_of_the_window_within_their_bound()
    {
        List<(double P, bool Label)> all = Predictions(12_000, 0.1, 2);
        PrequentialMetrics metrics = new(3_000);
        all.ForEach(prediction => metrics.Add(prediction.P, prediction.Label));

        AssertLosses(metrics.SinceStart(), all, 1e-12);

        // Each log-odds is off by at most half a step of 1/1,024; the mean of such errors is far smaller.
        AssertLosses(metrics.OverWindow(), all[^3_000..], 1e-5);
    }

    [Fact]
    public void A_window_that_was_refilled_equals_a_fresh_one()
    {
        List<(double P, bool Label)> all = Predictions(5_000, 0.3, 2);
        PrequentialMetrics longRun = new(700);
        PrequentialMetrics fresh = new(700);
        all.ForEach(prediction => longRun.Add(prediction.P, prediction.Label));
        all[^700..].ForEach(prediction => fresh.Add(prediction.P, prediction.Label));

        Assert.Equal(fresh.OverWindow(), longRun.OverWindow());
    }

    [Fact]
    public void Calibration_error_sees_predictions_that_are_twice_too_high()
    {
        PrequentialMetrics honest = new(50_000);
        PrequentialMetrics boasting = new(50_000);
        foreach ((double p, bool label) in Predictions(50_000, 0.1, 1))
        {
            honest.Add(p, label);
            boasting.Add(Math.Min(1, 2 * p), label);
        }

        Assert.InRange(honest.SinceStart().CalibrationError, 0, 0.008);
        Assert.InRange(boasting.SinceStart().CalibrationError, 0.08, 0.2);
        ReliabilityBin[] bins = honest.ReliabilitySinceStart();
        Assert.Equal(10, bins.Length);
        Assert.Equal(50_000, bins.Sum(bin => bin.Examples));
        Assert.All(bins, bin => Assert.InRange(bin.Examples, 4_500, 5_500));
        Assert.Equal(bins.OrderBy(bin => bin.MeanPredicted), bins);
        Assert.All(bins, bin => Assert.Equal(bin.MeanPredicted, bin.MeanObserved, 0.03));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(2_500)]
    public void Saving_and_loading_anywhere_changes_nothing_that_follows(int cut)
    {
        List<(double P, bool Label)> all = Predictions(4_000, 0.2, 2);
        PrequentialMetrics whole = new(1_000);
        all.ForEach(prediction => whole.Add(prediction.P, prediction.Label));
        PrequentialMetrics first = new(1_000);
        all[..cut].ForEach(prediction => first.Add(prediction.P, prediction.Label));
        PrequentialMetrics second = new(1_000);
        second.Add(0.7, true);
        Load(second, Saved(first));
        Assert.Equal(Saved(first), Saved(second));
        all[cut..].ForEach(prediction => second.Add(prediction.P, prediction.Label));

        Assert.Equal(Saved(whole), Saved(second));
        Assert.Equal(whole.SinceStart(), second.SinceStart());
        Assert.Equal(whole.OverWindow(), second.OverWindow());
    }

    [Fact]
    public void A_smaller_window_takes_over_the_newest_of_a_larger_one()
    {
        List<(double P, bool Label)> all = Predictions(900, 0.2, 2);
        PrequentialMetrics large = new(1_000);
        all.ForEach(prediction => large.Add(prediction.P, prediction.Label));
        PrequentialMetrics small = new(300);
        Load(small, Saved(large));
        PrequentialMetrics expected = new(300);
        all[^300..].ForEach(prediction => expected.Add(prediction.P, prediction.Label));

        Assert.Equal(expected.OverWindow(), small.OverWindow());
        Assert.Equal(large.SinceStart(), small.SinceStart());
    }

    [Fact]
    public void Without_examples_nothing_has_a_value_and_with_one_class_there_is_no_auc()
    {
        PrequentialMetrics metrics = new(10);
        Assert.True(double.IsNaN(metrics.SinceStart().LogLoss));
        metrics.Add(0.3, false);
        Assert.True(double.IsNaN(metrics.SinceStart().Auc));
        Assert.Equal(-Math.Log(0.7), metrics.SinceStart().LogLoss, 1e-12);
    }

    [Fact]
    public void Certain_predictions_cost_a_finite_loss()
    {
        PrequentialMetrics metrics = new(10);
        metrics.Add(0, true);
        metrics.Add(1, false);
        metrics.Add(1, true);

        Assert.True(double.IsFinite(metrics.SinceStart().LogLoss));
        Assert.True(double.IsFinite(metrics.OverWindow().LogLoss));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(double.NaN, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(1.01, true));
    }

    [Fact]
    public void A_record_with_a_full_window_stays_below_sixty_kilobytes()
    {
        PrequentialMetrics metrics = new(10_000);
        Predictions(50_000, 0.1, 2).ForEach(prediction => metrics.Add(prediction.P, prediction.Label));

        Assert.InRange(Saved(metrics).Length, 20_000, 60_000);
    }

    private static void AssertAuc(Quality quality, List<(double P, bool Label)> predictions)
    {
        double exact = RankAuc.Of([.. predictions.Select(prediction => prediction.P)], [.. predictions.Select(prediction => prediction.Label)]);
        Assert.InRange(Math.Abs(exact - quality.Auc), 0, 1e-3);
        Assert.InRange(Math.Abs(exact - quality.Auc), 0, quality.AucErrorMax + 1e-12);
    }

    private static void AssertLosses(Quality quality, List<(double P, bool Label)> predictions, double tolerance)
    {
        Assert.Equal(predictions.Count, quality.Examples);
        Assert.Equal(predictions.Count(prediction => prediction.Label), quality.Positives);
        Assert.Equal(predictions.Average(prediction => -Math.Log(prediction.Label ? prediction.P : 1 - prediction.P)), quality.LogLoss, tolerance);
        Assert.Equal(predictions.Average(prediction => Math.Pow(prediction.P - (prediction.Label ? 1 : 0), 2)), quality.Brier, tolerance);
        Assert.Equal(predictions.Average(prediction => prediction.P), quality.MeanPredicted, tolerance);
        Assert.Equal(predictions.Average(prediction => prediction.Label ? 1.0 : 0), quality.MeanObserved, 1e-12);
    }

    private static List<(double P, bool Label)> Predictions(int count, double rate, double spread)
    {
        Random random = new(Seed);
        List<(double, bool)> predictions = [];
        for (int i = 0; i < count; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double p = LinearModel.Sigmoid(Math.Log(rate / (1 - rate)) + (spread * normal));
            predictions.Add((p, random.NextDouble() < p));
        }

        return predictions;
    }

    private static byte[] Saved(PrequentialMetrics metrics)
    {
        PackedWriter writer = new();
        metrics.Save(writer);
        return writer.Written.ToArray();
    }

    private static void Load(PrequentialMetrics metrics, byte[] saved)
    {
        PackedReader reader = new(saved);
        metrics.Load(ref reader);
        Assert.Equal(0, reader.Remaining);
    }
}
