using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Attribute;

public class ShapleyTests
{
    [Fact]
    public void Equal_split_is_the_Shapley_value_of_conversions_within_a_set_and_it_sums_to_all()
    {
        Random random = new(1);
        for (int round = 0; round < 400; round++)
        {
            int channels = 1 + random.Next(6);
            List<PathRow> rows = RandomPaths.Draw(random, channels, 1 + random.Next(12), 8);
            EqualSplitShapley sums = new();
            rows.ForEach(row => sums.Add(row.Channels, row.Conversions, row.Value));
            double[] expected = ByPermutations(channels, set => Within(rows, set).Sum(row => row.Conversions));
            double[] expectedValue = ByPermutations(channels, set => Within(rows, set).Sum(row => row.Value));
            for (int channel = 0; channel < channels; channel++)
            {
                Assert.Equal(expected[channel], sums.Conversions(channel), 1e-9 * (1 + expected[channel]));
                Assert.Equal(expectedValue[channel], sums.Value(channel), 1e-9 * (1 + expectedValue[channel]));
            }

            double all = rows.Sum(row => row.Conversions);
            Assert.Equal(all, Enumerable.Range(0, channels).Sum(sums.Conversions), 1e-9 * (1 + all));
        }
    }

    [Fact]
    public void Journeys_of_equal_split_that_are_taken_back_leave_not_a_bit()
    {
        Random random = new(2);
        List<PathRow> kept = RandomPaths.Draw(random, 5, 30, 8);
        List<PathRow> gone = RandomPaths.Draw(random, 5, 30, 8);
        EqualSplitShapley sums = new();
        EqualSplitShapley expected = new();
        PathRow[] mixed = [.. kept, .. gone];
        random.Shuffle(mixed);
        Array.ForEach(mixed, row => sums.Add(row.Channels, row.Conversions, row.Value));
        gone.ForEach(row => sums.Remove(row.Channels, row.Conversions, row.Value));
        kept.ForEach(row => expected.Add(row.Channels, row.Conversions, row.Value));

        for (int channel = 0; channel < 5; channel++)
        {
            Assert.Equal(expected.Conversions(channel), sums.Conversions(channel));
            Assert.Equal(expected.Value(channel), sums.Value(channel));
        }
    }

    [Fact]
    public void The_rate_s_value_is_that_of_all_permutations_and_sums_to_the_rate()
    {
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            int channels = 1 + random.Next(6);
            List<PathRow> rows = RandomPaths.Draw(random, channels, 1 + random.Next(20), 6);
            RateCredit credit = RateShapley.Of(Sets(rows), channels, seed: 1);
            double[] expected = ByPermutations(channels, set => Rate(Within(rows, set), row => row.Conversions));
            double[] expectedValue = ByPermutations(channels, set => Rate(Within(rows, set), row => row.Value));
            for (int channel = 0; channel < channels; channel++)
            {
                Assert.Equal(expected[channel], credit.Rates[channel], 1e-11);
                Assert.Equal(expectedValue[channel], credit.ValueRates[channel], 1e-9);
                Assert.Equal(0, credit.RateErrors[channel]);
            }

            Assert.Equal(Rate(rows, row => row.Conversions), credit.Rates.Sum(), 1e-12);
        }
    }

    [Fact]
    public void Sampled_values_sum_exactly_and_are_as_near_as_their_errors_say()
    {
        Random random = new(4);
        (int far, int all) = (0, 0);
        for (int round = 0; round < 20; round++)
        {
            List<PathRow> rows = RandomPaths.Draw(random, 8, 40, 6);
            RateCredit exact = RateShapley.Of(Sets(rows), 8, seed: 1);
            RateCredit sampled = RateShapley.Of(Sets(rows), 8, seed: (ulong)round, pairs: 300, exactMax: 2);

            Assert.Equal(exact.Rates.Sum(), sampled.Rates.Sum(), 1e-12);
            for (int channel = 0; channel < 8; channel++)
            {
                all++;
                far += Math.Abs(exact.Rates[channel] - sampled.Rates[channel]) > 2 * sampled.RateErrors[channel] ? 1 : 0;
                Assert.InRange(Math.Abs(exact.Rates[channel] - sampled.Rates[channel]), 0, 5 * sampled.RateErrors[channel]);
            }
        }

        // 4.6 % of normal values lie beyond two standard errors.
        Assert.InRange((double)far / all, 0, 0.1);
    }

    [Fact]
    public void More_channels_than_subsets_can_be_counted_for_are_sampled()
    {
        Random random = new(5);
        List<PathRow> rows = RandomPaths.Draw(random, 90, 400, 6);

        RateCredit credit = RateShapley.Of(Sets(rows), 90, seed: 3, pairs: 100);

        Assert.Equal(Rate(rows, row => row.Conversions), credit.Rates.Sum(), 1e-12);
        Assert.Equal(credit.Rates, RateShapley.Of(Sets(rows), 90, seed: 3, pairs: 100).Rates);
        Assert.Contains(credit.RateErrors, error => error > 0);
    }

    [Fact]
    public void Players_who_can_be_exchanged_get_the_same_one_who_adds_nothing_gets_nothing_and_games_add()
    {
        Random random = new(6);
        for (int round = 0; round < 300; round++)
        {
            // Players 0 and 1 are worth the same in every company; player 4 is worth nothing in any.
            double[] first = Game(random, isSpecial: true);
            double[] second = Game(random, isSpecial: false);
            double[] sum = [.. first.Zip(second, (a, b) => a + (3 * b))];
            double[] shares = new double[5];
            double[] other = new double[5];
            double[] both = new double[5];
            ShapleyGame.Solve(first, shares);
            ShapleyGame.Solve(second, other);
            ShapleyGame.Solve(sum, both);

            Assert.Equal(shares[0], shares[1], 1e-12);
            Assert.Equal(0, shares[4], 1e-12);
            Assert.Equal(first[^1] - first[0], shares.Sum(), 1e-12);
            Assert.Equal(shares.Zip(other, (a, b) => a + (3 * b)), both, (a, b) => Math.Abs(a - b) < 1e-11);
        }
    }

    [Fact]
    public void Saved_sums_go_on_bit_for_bit()
    {
        List<PathRow> rows = RandomPaths.Draw(new Random(8), 7, 40, 7);
        EqualSplitShapley sums = new();
        ChannelSetCounts sets = Sets(rows);
        rows.ForEach(row => sums.Add(row.Channels, row.Conversions, row.Value));
        PackedWriter saved = new();
        sums.Save(saved);
        sets.Save(saved);
        PackedReader reader = new(saved.Written);
        EqualSplitShapley loaded = EqualSplitShapley.Load(ref reader);
        ChannelSetCounts loadedSets = ChannelSetCounts.Load(ref reader);
        PackedWriter again = new();
        loaded.Save(again);
        loadedSets.Save(again);

        Assert.Equal(saved.Written.ToArray(), again.Written.ToArray());
        Assert.Equal(RateShapley.Of(sets, 7, 1).Rates, RateShapley.Of(loadedSets, 7, 1).Rates);
    }

    // Of 5 players by hand-drawn worths; 0 and 1 alike and 4 idle where asked for.
    private static double[] Game(Random random, bool isSpecial)
    {
        double[] drawn = [.. Enumerable.Range(0, 32).Select(_ => random.NextDouble() * 10)];
        return !isSpecial ? drawn : [.. Enumerable.Range(0, 32).Select(set =>
        {
            int pair = (set & 1) + ((set >> 1) & 1);
            return drawn[(pair == 0 ? 0 : pair == 1 ? 1 : 3) | (set & 0b01100)];
        })];
    }

    private static IEnumerable<PathRow> Within(List<PathRow> rows, HashSet<int> set) => rows.Where(row => row.Channels.All(set.Contains));

    private static double Rate(IEnumerable<PathRow> rows, Func<PathRow, double> gain)
    {
        double journeys = rows.Sum(row => row.Conversions + row.Nulls);
        return journeys > 0 ? rows.Sum(gain) / journeys : 0;
    }

    private static ChannelSetCounts Sets(List<PathRow> rows)
    {
        ChannelSetCounts sets = new();
        rows.ForEach(row => sets.Add(row.Channels, row.Conversions, row.Value, row.Nulls));
        return sets;
    }

    // The definition: the mean over all orders of what a player adds to those before it.
    private static double[] ByPermutations(int players, Func<HashSet<int>, double> worth)
    {
        double[] known = [.. Enumerable.Range(0, 1 << players).Select(
            mask => worth([.. Enumerable.Range(0, players).Where(player => (mask & (1 << player)) != 0)]))];
        double[] sums = new double[players];
        int orders = Permute([.. Enumerable.Range(0, players)], 0, known, sums);
        return [.. sums.Select(sum => sum / orders)];
    }

    private static int Permute(int[] order, int at, double[] worth, double[] sums)
    {
        if (at == order.Length)
        {
            int mask = 0;
            foreach (int player in order)
            {
                sums[player] += worth[mask | (1 << player)] - worth[mask];
                mask |= 1 << player;
            }

            return 1;
        }

        int count = 0;
        for (int i = at; i < order.Length; i++)
        {
            (order[at], order[i]) = (order[i], order[at]);
            count += Permute(order, at + 1, worth, sums);
            (order[at], order[i]) = (order[i], order[at]);
        }

        return count;
    }
}
