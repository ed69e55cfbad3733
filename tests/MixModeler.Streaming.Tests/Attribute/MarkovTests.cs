using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Attribute;

public class MarkovTests
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Removal_effects_are_those_of_brute_force_on_a_thousand_random_sets(int order)
    {
        Random random = new(100 + order);
        MarkovSolver solver = new();
        for (int round = 0; round < 1_000; round++)
        {
            int channels = 1 + random.Next(order == 1 ? 12 : 4);
            List<PathRow> rows = RandomPaths.Draw(random, channels, 1 + random.Next(12), 7);
            bool collapse = random.Next(4) > 0;
            Check(solver, rows, channels, order, collapse, $"seed {100 + order}, round {round}");
        }
    }

    [Fact]
    public void Chains_of_many_states_are_solved_by_iteration_to_the_same_figures()
    {
        Random random = new(7);
        MarkovSolver solver = new();
        for (int round = 0; round < 12; round++)
        {
            List<PathRow> rows = RandomPaths.Draw(random, 8, 100, 9);
            int order = 2 + (round % 3);
            double errorMax = Check(solver, rows, 8, order, collapse: round % 2 == 0, $"seed 7, round {round}");

            // Fewer states are eliminated, and this test would look at something else.
            Assert.True(Count(rows, order).States > 64);
            Assert.InRange(errorMax, 0, 1e-12);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_start_converts_as_often_as_journeys_did_whatever_the_order(int order)
    {
        Random random = new(20 + order);
        for (int round = 0; round < 50; round++)
        {
            List<PathRow> rows = RandomPaths.Draw(random, 6, 40, 8);
            double conversions = rows.Sum(row => row.Conversions);
            MarkovCredit credit = new MarkovSolver().Solve(Count(rows, order), 6);

            Assert.Equal(conversions / (conversions + rows.Sum(row => row.Nulls)), credit.ConversionRate, 1e-12);
            Assert.Equal(conversions, credit.Conversions.Sum(), 1e-9 * (1 + conversions));
            Assert.Equal(rows.Sum(row => row.Value), credit.Value.Sum(), 1e-9 * (1 + rows.Sum(row => row.Value)));
        }
    }

    [Fact]
    public void The_example_of_ChannelAttribution_gives_two_and_one()
    {
        // A > B > A > B > B > A, A > B > B > A > A, A > A, one conversion each.
        List<PathRow> rows = [new([0, 1, 0, 1, 1, 0], 1, 0, 0), new([0, 1, 1, 0, 0], 1, 0, 0), new([0, 0], 1, 0, 0)];

        MarkovCredit credit = new MarkovSolver().Solve(Count(rows, 1), 2);

        Assert.Equal(2, credit.Conversions[0], 1e-12);
        Assert.Equal(1, credit.Conversions[1], 1e-12);
    }

    [Fact]
    public void A_channel_without_a_path_has_no_credit_and_equal_channels_have_the_same()
    {
        // 0 and 1 can be exchanged in the set; 2 never leads to a conversion; 3 does not occur.
        List<PathRow> rows = [new([0, 1], 3, 9, 5), new([1, 0], 3, 9, 5), new([0], 2, 4, 1), new([1], 2, 4, 1), new([2], 0, 0, 8)];

        MarkovCredit credit = new MarkovSolver().Solve(Count(rows, 1), 4);

        Assert.Equal(credit.Conversions[0], credit.Conversions[1], 1e-12);
        Assert.Equal(5, credit.Conversions[0], 1e-12);
        Assert.Equal([0, 0], credit.Conversions[2..]);
        Assert.Equal([0, 0], credit.Value[2..]);
    }

    [Fact]
    public void Rare_conversions_keep_all_their_digits()
    {
        // One journey in 10^13 converts: I - Q is nearly singular, and a pivot taken as 1 - (what stays) would have three digits left.
        List<PathRow> rows = [new([0, 1, 0, 1], 1, 5, 1e13), new([1, 0, 1, 0], 0, 0, 1e13), new([0], 0, 0, 7)];

        MarkovCredit credit = new MarkovSolver().Solve(Count(rows, 1), 2);

        Assert.Equal(1, credit.ConversionRate * (2e13 + 8), 1e-13);
        Assert.Equal(1, credit.Conversions.Sum(), 1e-13);
    }

    [Fact]
    public void Nothing_converts_then_nothing_is_credited()
    {
        MarkovCredit credit = new MarkovSolver().Solve(Count([new([0, 1], 0, 0, 9)], 1), 2);

        Assert.Equal([0, 0], credit.Conversions);
        Assert.Equal(0, credit.ConversionRate);
        Assert.Equal([0, 0], new MarkovSolver().Solve(new MarkovCounts(2), 2).Conversions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Journeys_that_are_taken_back_leave_nothing(int order)
    {
        Random random = new(5);
        for (int round = 0; round < 50; round++)
        {
            List<PathRow> kept = RandomPaths.Draw(random, 5, 12, 6);
            List<PathRow> gone = RandomPaths.Draw(random, 5, 12, 6);
            MarkovCounts counts = Count([.. kept, .. gone], order);
            gone.ForEach(row => counts.Remove(row.Channels, row.Conversions, row.Value, row.Nulls));
            MarkovCredit expected = new MarkovSolver().Solve(Count(kept, order), 5);

            MarkovCredit credit = new MarkovSolver().Solve(counts, 5);

            Assert.Equal(kept.Sum(row => row.Conversions), counts.Conversions);
            Assert.Equal(expected.RemovalEffects, credit.RemovalEffects, (a, b) => Math.Abs(a - b) < 1e-12);
            Assert.Equal(expected.Value, credit.Value, (a, b) => Math.Abs(a - b) < 1e-9);
        }
    }

    [Fact]
    public void With_a_half_life_older_journeys_count_less_and_are_taken_back_whenever()
    {
        long day = TouchEffects.DayMs;
        MarkovCounts counts = new(1, halfLife: TimeSpan.FromDays(10));
        counts.Add([0], 8, 0, 0, timeMs: 20_000 * day);
        counts.Add([1], 8, 0, 0, timeMs: 20_010 * day);
        counts.Add([2], 64, 0, 0, timeMs: 16_000 * day);

        MarkovCredit credit = new MarkovSolver().Solve(counts, 3);

        Assert.Equal(12, counts.Conversions, 1e-9);
        Assert.Equal([4, 8, 0], credit.Conversions, (a, b) => Math.Abs(a - b) < 1e-9);

        // 400 half-lives on, weights were brought down once; the first journey is still known by its time.
        counts.Add([1], 1, 0, 0, timeMs: 24_000 * day);
        counts.Add([0], 1, 0, 0, timeMs: 24_000 * day);
        counts.Remove([1], 1, 0, 0, timeMs: 24_000 * day);
        Assert.Equal([1, 0, 0], new MarkovSolver().Solve(counts, 3).Conversions, (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void Saved_counts_go_on_bit_for_bit()
    {
        Random random = new(9);
        MarkovCounts counts = Count(RandomPaths.Draw(random, 6, 50, 8), 2);
        PackedWriter saved = Saved(counts);
        PackedReader reader = new(saved.Written);
        MarkovCounts loaded = MarkovCounts.Load(ref reader);
        foreach (PathRow row in RandomPaths.Draw(random, 9, 50, 8))
        {
            counts.Add(row.Channels, row.Conversions, row.Value, row.Nulls);
            loaded.Add(row.Channels, row.Conversions, row.Value, row.Nulls);
        }

        Assert.Equal(0, reader.Remaining);
        Assert.Equal(Saved(counts).Written.ToArray(), Saved(loaded).Written.ToArray());
        Assert.Equal(new MarkovSolver().Solve(counts, 9).Conversions, new MarkovSolver().Solve(loaded, 9).Conversions);
    }

    [Fact]
    public void A_path_without_touches_and_a_value_without_a_conversion_are_refused()
    {
        MarkovCounts counts = new(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => counts.Add([], 1, 0, 0));
        Assert.Throws<ArgumentException>(() => counts.Add([0], 0, 5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarkovCounts(5));
    }

    internal static MarkovCounts Count(IEnumerable<PathRow> rows, int order, bool collapse = true)
    {
        MarkovCounts counts = new(order, collapse);
        foreach (PathRow row in rows)
        {
            counts.Add(row.Channels, row.Conversions, row.Value, row.Nulls);
        }

        return counts;
    }

    private static double Check(MarkovSolver solver, List<PathRow> rows, int channels, int order, bool collapse, string place)
    {
        MarkovCredit credit = solver.Solve(Count(rows, order, collapse), channels);
        (double[] effects, double[] valueEffects, double rate) = PlainMarkov.Solve(rows, channels, order, collapse);
        Assert.True(Math.Abs(rate - credit.ConversionRate) < Tolerance, $"{place}: rate {credit.ConversionRate}, expected {rate}");
        for (int channel = 0; channel < channels; channel++)
        {
            Assert.True(
                Math.Abs(effects[channel] - credit.RemovalEffects[channel]) < Tolerance
                && Math.Abs(valueEffects[channel] - credit.ValueRemovalEffects[channel]) < Tolerance,
                $"{place}, channel {channel}: {credit.RemovalEffects[channel]} and {credit.ValueRemovalEffects[channel]},"
                + $" expected {effects[channel]} and {valueEffects[channel]}");
        }

        return credit.ErrorMax;
    }

    private static PackedWriter Saved(MarkovCounts counts)
    {
        PackedWriter writer = new();
        counts.Save(writer);
        return writer;
    }
}
