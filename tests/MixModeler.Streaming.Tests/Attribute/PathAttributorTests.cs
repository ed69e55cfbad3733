using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Attribute;

public class PathAttributorTests
{
    private const long Day = TouchEffects.DayMs;

    [Fact]
    public void Whatever_the_order_of_arrival_scores_and_sums_are_those_of_the_set_of_events()
    {
        for (int round = 0; round < 3_000; round++)
        {
            Random random = new(round);
            AttributorOptions options = AttributorWorld.Options(random);
            TouchEffects effects = AttributorWorld.Effects(random, 1);
            List<WorldOrder> orders = AttributorWorld.Draw(random, withMerges: true);
            WorldOrder[] arriving = [.. orders, .. orders.Where(_ => random.Next(6) == 0)];
            random.Shuffle(arriving);
            PathAttributor attributor = new(options, effects);
            ScoreBook book = new();
            foreach (WorldOrder order in arriving)
            {
                Assert.True(AttributorWorld.Tell(attributor, order));
                book.Take(attributor);
            }

            Check(attributor, book, orders, options, effects, $"seed {round}");
        }
    }

    [Fact]
    public void Settling_what_cannot_change_any_more_changes_nothing()
    {
        for (int round = 0; round < 1_500; round++)
        {
            Random random = new(10_000 + round);
            AttributorOptions options = AttributorWorld.Options(random);
            TouchEffects effects = AttributorWorld.Effects(random, 1);
            List<WorldOrder> orders =
                [.. AttributorWorld.Draw(random, withMerges: false).OrderBy(order => order.TimeMs + (random.Next(5) * Day))];
            PathAttributor attributor = new(options, effects);
            ScoreBook book = new();
            for (int i = 0; i < orders.Count; i++)
            {
                Assert.True(AttributorWorld.Tell(attributor, orders[i]), $"seed {10_000 + round}, order {i}");
                book.Take(attributor);
                attributor.Settle(Horizon(orders, i + 1));
            }

            attributor.Settle((20_000 + 200) * Day);
            Assert.Equal(0, attributor.Visitors);
            Check(attributor, book, orders, options, effects, $"seed {10_000 + round}");
        }
    }

    [Fact]
    public void A_restored_attributor_goes_on_bit_for_bit()
    {
        for (int round = 0; round < 300; round++)
        {
            Random random = new(20_000 + round);
            AttributorOptions options = AttributorWorld.Options(random);
            List<WorldOrder> orders = AttributorWorld.Draw(random, withMerges: true);
            PathAttributor attributor = new(options, AttributorWorld.Effects(random, 1));
            int cut = random.Next(orders.Count + 1);
            orders[..cut].ForEach(order => AttributorWorld.Tell(attributor, order));
            attributor.ClearChanges();
            byte[] saved = Saved(attributor);
            PathAttributor loaded = PathAttributor.Load(saved, options);
            Assert.Equal(saved, Saved(loaded));
            foreach (WorldOrder order in orders[cut..])
            {
                AttributorWorld.Tell(attributor, order);
                AttributorWorld.Tell(loaded, order);
            }

            Assert.Equal(Saved(attributor), Saved(loaded));
            Assert.Equal(attributor.Changes.Select(Text), loaded.Changes.Select(Text));
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_wherever_they_are_cut_or_changed()
    {
        PathAttributor attributor = new(new AttributorOptions(), AttributorWorld.Effects(new Random(1), 1));
        attributor.Touch("v", "t", 20_000 * Day, 1);
        attributor.Conversion("v", "c", 20_001 * Day, 5);
        byte[] saved = Saved(attributor);
        for (int length = 0; length < saved.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => PathAttributor.Load(saved.AsSpan(0, length), new AttributorOptions()));
            byte[] changed = [.. saved];
            changed[length] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => PathAttributor.Load(changed, new AttributorOptions()));
        }
    }

    [Fact]
    public void A_late_touch_takes_the_score_back_and_corrects_it()
    {
        PathAttributor attributor = new(new AttributorOptions(), AttributorWorld.Effects(new Random(3), 1));
        attributor.Touch("v", "t2", 20_005 * Day, 1);
        attributor.Conversion("v", "c", 20_006 * Day, 80);
        attributor.ClearChanges();

        attributor.Touch("v", "t1", 20_001 * Day, 2);

        Assert.Equal([(true, 1, 1), (false, 2, 2)], attributor.Changes.Select(change => (change.IsRetracted, change.Revision, change.Score.Touches.Length)));
        attributor.ClearChanges();
        attributor.Touch("v", "t3", 20_007 * Day, 2);
        Assert.Empty(attributor.Changes);
    }

    [Fact]
    public void A_touch_that_moves_out_of_the_lookback_leaves_the_path_and_a_settled_one_is_refused()
    {
        PathAttributor attributor = new(new AttributorOptions { Lookback = TimeSpan.FromDays(10) }, AttributorWorld.Effects(new Random(3), 1));
        attributor.Touch("v", "t", 20_005 * Day, 1);
        attributor.Conversion("v", "c", 20_014 * Day, 80);
        Assert.Single(attributor.Changes[^1].Score.Touches);

        attributor.Touch("v", "t", 20_004 * Day, 1, version: 1);
        Assert.Empty(attributor.Changes[^1].Score.Touches);
        Assert.Equal(1, attributor.Changes[^1].Score.Baseline);
        Assert.Equal((1, 1, 1), (attributor.Totals.Conversions, attributor.Totals.Untouched, attributor.Totals.Nulls));

        attributor.Settle(20_005 * Day);
        Assert.False(attributor.Touch("v", "t", 20_006 * Day, 1, version: 2));
        Assert.False(attributor.Touch("v", "late", 20_004 * Day, 1));
        Assert.Equal(2, attributor.TooLate);
    }

    [Fact]
    public void New_effects_correct_all_scores_that_hold()
    {
        Random random = new(4);
        AttributorOptions options = AttributorWorld.Options(random);
        List<WorldOrder> orders = AttributorWorld.Draw(random, withMerges: false);
        PathAttributor attributor = new(options, AttributorWorld.Effects(random, 1));
        ScoreBook book = new();
        orders.ForEach(order => AttributorWorld.Tell(attributor, order));
        TouchEffects newer = AttributorWorld.Effects(random, 2);

        attributor.Use(newer);

        book.Take(attributor);
        Assert.NotEmpty(book.Scores);
        Assert.All(book.Scores.Values, score => Assert.Equal(2, score.EffectsVersion));
        Check(attributor, book, orders, options, newer, "seed 4");
    }

    private static void Check(
        PathAttributor attributor, ScoreBook book, List<WorldOrder> orders, AttributorOptions options, TouchEffects effects, string place)
    {
        PlainAttribution plain = PlainAttribution.Of(orders, options);
        Assert.True(plain.Paths.Count == book.Scores.Count, $"{place}: {book.Scores.Count} scores, expected {plain.Paths.Count}");
        double[,] sums = new double[AttributorWorld.Channels, 7];
        double baseline = 0;
        foreach (PlainPath path in plain.Paths)
        {
            Assert.True(book.Scores.TryGetValue((path.Visitor, path.Conversion.Id), out EventScore? score), $"{place}: no score of {path.Conversion.Id}");
            PlainScore.Check(path, score, effects, options, place);
            baseline += score.Baseline;
            foreach (TouchScore touch in score.Touches)
            {
                TouchShares shares = touch.Shares;
                double[] parts = [shares.Influenced, shares.Incremental, shares.Decay, shares.First, shares.Last, shares.Linear, shares.UShape];
                for (int part = 0; part < parts.Length; part++)
                {
                    sums[touch.Channel, part] += parts[part];
                }
            }
        }

        AttributionTotals totals = attributor.Totals;
        Assert.True(totals.Nulls == plain.Ended.Count, $"{place}: {totals.Nulls} nulls, expected {plain.Ended.Count}");
        Assert.Equal(plain.Paths.Count, totals.Conversions);
        Assert.Equal(baseline, totals.Baseline, 1e-12);
        Assert.Equal(plain.Paths.Sum(path => path.Conversion.Value), totals.Value, 1e-9);
        for (int channel = 0; channel < AttributorWorld.Channels; channel++)
        {
            ChannelTotals of = totals.Of(channel);
            double[] parts = [of.Influenced, of.Incremental, of.Decay, of.First, of.Last, of.Linear, of.UShape];
            Assert.True(parts.Select((part, i) => Math.Abs(part - sums[channel, i])).Max() < 1e-12, $"{place}: sums of channel {channel}");
        }

        CheckModels(totals, plain, options, place);
    }

    private static void CheckModels(AttributionTotals totals, PlainAttribution plain, AttributorOptions options, string place)
    {
        MarkovCounts markov = new(options.MarkovOrder);
        EqualSplitShapley split = new();
        ChannelSetCounts sets = new();
        foreach (PlainPath path in plain.Paths.Where(path => path.Touches.Count > 0))
        {
            int[] channels = [.. path.Touches.Select(touch => touch.Channel)];
            markov.Add(channels, 1, path.Conversion.Value, 0);
            split.Add(channels, 1, path.Conversion.Value);
            sets.Add(channels, 1, path.Conversion.Value, 0);
        }

        foreach (List<WorldOrder> ended in plain.Ended)
        {
            int[] channels = [.. ended.Select(touch => touch.Channel)];
            markov.Add(channels, 0, 0, 1);
            sets.Add(channels, 0, 0, 1);
        }

        int count = AttributorWorld.Channels;
        double[] expected = new MarkovSolver().Solve(markov, count).RemovalEffects;
        double[] effects = new MarkovSolver().Solve(totals.Markov, count).RemovalEffects;
        double[] expectedRates = RateShapley.Of(sets, count, 1).Rates;
        double[] rates = RateShapley.Of(totals.Sets, count, 1).Rates;
        for (int channel = 0; channel < count; channel++)
        {
            Assert.True(Math.Abs(expected[channel] - effects[channel]) < 1e-12, $"{place}: Markov of channel {channel}");
            Assert.True(split.Conversions(channel).Equals(totals.EqualSplit.Conversions(channel)), $"{place}: equal split of channel {channel}");
            Assert.True(Math.Abs(expectedRates[channel] - rates[channel]) < 1e-12, $"{place}: rate of channel {channel}");
        }
    }

    // What is still to come decides; and what is known of an id that is still to come.
    private static long Horizon(List<WorldOrder> orders, int next)
    {
        HashSet<(string, string)> ids = [.. orders.Skip(next).Select(order => (order.Visitor, order.Id))];
        return orders.Where(order => ids.Contains((order.Visitor, order.Id))).Select(order => order.TimeMs).DefaultIfEmpty(20_100 * Day).Min();
    }

    private static byte[] Saved(PathAttributor attributor)
    {
        PackedWriter writer = new();
        attributor.Save(writer);
        return writer.Written.ToArray();
    }

    private static string Text(ScoreChange change) =>
        $"{change.Visitor} {change.IsRetracted} {change.Revision} {change.Score.ConversionId} {change.Score.Baseline:R} "
        + string.Join(' ', change.Score.Touches.Select(touch => $"{touch}"));

    /// <summary>What a reader of the changes holds for true; it finds out when a retraction does not fit.</summary>
    private sealed class ScoreBook
    {
        private readonly Dictionary<(string, string), (int Revision, string Text)> held = [];

        public Dictionary<(string Visitor, string Conversion), EventScore> Scores { get; } = [];

        public void Take(PathAttributor attributor)
        {
            foreach (ScoreChange change in attributor.Changes)
            {
                (string, string) key = (change.Visitor, change.Score.ConversionId);
                string text = Text(change with { IsRetracted = false });
                if (change.IsRetracted)
                {
                    Assert.True(held.Remove(key, out (int Revision, string Text) known), $"{key} was taken back, but never given");
                    Assert.Equal((change.Revision, text), known);
                    Scores.Remove(key);
                }
                else
                {
                    Assert.True(held.TryAdd(key, (change.Revision, text)), $"{key} was given twice");
                    Scores[key] = change.Score;
                }
            }

            attributor.ClearChanges();
        }
    }
}
