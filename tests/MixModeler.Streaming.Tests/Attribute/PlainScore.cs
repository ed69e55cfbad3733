using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>Checks a score against its definition, with the Shapley value by counting all sets of touches.</summary>
internal static class PlainScore
{
    public static void Check(PlainPath path, EventScore score, TouchEffects effects, AttributorOptions options, string place)
    {
        int count = path.Touches.Count;
        Assert.True(
            score.Touches.Select(touch => touch.EventId).SequenceEqual(path.Touches.Select(touch => touch.Id)),
            $"{place}: the path of {score.ConversionId} is {string.Join(',', score.Touches.Select(touch => touch.EventId))},"
            + $" expected {string.Join(',', path.Touches.Select(touch => touch.Id))}");
        Assert.Equal((path.Conversion.TimeMs, path.Conversion.Value), (score.TimeMs, score.Value));
        Near(1, score.Baseline + score.Touches.Sum(touch => touch.Shares.Incremental), place);

        // Sets of more touches are too many to count, and there are few such paths.
        if (count is 0 or > 12)
        {
            return;
        }

        double[] log = [.. path.Touches.Select(touch => effects[touch.Channel,
            (int)(((path.Conversion.TimeMs / TouchEffects.DayMs) - (touch.TimeMs / TouchEffects.DayMs)) / 7)])];
        double[] odds = [.. Enumerable.Range(0, 1 << count).Select(
            set => Math.Exp(Enumerable.Range(0, count).Sum(i => (set & (1 << i)) != 0 ? log[i] : 0)))];
        double[] incremental = new double[count];
        ShapleyGame.Solve(odds, incremental);
        double[] decay = [.. path.Touches.Select(touch => Math.Pow(0.5, (path.Conversion.TimeMs - touch.TimeMs) / options.DecayHalfLife.TotalMilliseconds))];
        Near(1, score.Touches.Sum(touch => touch.Shares.Influenced), place);
        Near(1 / odds[^1], score.Baseline, place);
        for (int i = 0; i < count; i++)
        {
            TouchScore touch = score.Touches[i];
            Near(incremental[i] / odds[^1], touch.Shares.Incremental, place);
            Near(log.Sum() > 0 ? incremental[i] / incremental.Sum() : 1.0 / count, touch.Shares.Influenced, place);
            Near(decay[i] / decay.Sum(), touch.Shares.Decay, place);
            Near(i == 0 ? 1 : 0, touch.Shares.First, place);
            Near(i == count - 1 ? 1 : 0, touch.Shares.Last, place);
            Near(1.0 / count, touch.Shares.Linear, place);
            Near(count <= 2 ? 1.0 / count : i == 0 || i == count - 1 ? 0.4 : 0.2 / (count - 2), touch.Shares.UShape, place);
            Assert.Equal(path.Conversion.TimeMs - path.Touches[i].TimeMs, touch.LagMs);
            Assert.Equal(count - i, touch.CountToConversion);
            Assert.Equal(i == 0 ? TouchPosition.Starter : i == count - 1 ? TouchPosition.Closer : TouchPosition.Player, touch.Position);
            Assert.Equal(i < 2 || i == count - 1, touch.IsFirstInPosition);
        }
    }

    private static void Near(double expected, double actual, string place) =>
        Assert.True(Math.Abs(expected - actual) < 1e-11, $"{place}: {actual:R}, expected {expected:R}");
}
