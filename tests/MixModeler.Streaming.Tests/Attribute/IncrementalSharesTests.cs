using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

public class IncrementalSharesTests
{
    [Fact]
    public void Shares_are_the_Shapley_value_of_the_odds()
    {
        Random random = new(1);
        for (int round = 0; round < 2_000; round++)
        {
            double[] effects = Effects(random, 1 + random.Next(10));
            double[] odds = Worths(effects, sum => Math.Exp(sum));
            double[] expected = new double[effects.Length];
            ShapleyGame.Solve(odds, expected);
            double[] shares = new double[effects.Length];
            double baseline = IncrementalShares.Of(effects, shares);

            Assert.Equal(odds[0] / odds[^1], baseline, 1e-14);
            Assert.Equal(1, baseline + shares.Sum(), 1e-12);
            for (int i = 0; i < shares.Length; i++)
            {
                Assert.True(Math.Abs((expected[i] / odds[^1]) - shares[i]) < 1e-11, $"seed 1, round {round}: {shares[i]}, expected {expected[i] / odds[^1]}");
            }
        }
    }

    [Fact]
    public void Odds_instead_of_probabilities_change_a_share_by_less_than_the_probability()
    {
        Random random = new(2);
        for (int round = 0; round < 300; round++)
        {
            double[] effects = Effects(random, 1 + random.Next(8));
            double intercept = -4 - (3 * random.NextDouble());
            double[] chances = Worths(effects, sum => 1 / (1 + Math.Exp(-intercept - sum)));
            double[] expected = new double[effects.Length];
            ShapleyGame.Solve(chances, expected);
            double[] shares = new double[effects.Length];
            IncrementalShares.Of(effects, shares);
            for (int i = 0; i < shares.Length; i++)
            {
                Assert.InRange(Math.Abs((expected[i] / chances[^1]) - shares[i]), 0, chances[^1]);
            }
        }
    }

    [Fact]
    public void Long_paths_sum_to_one_and_equal_touches_get_the_same()
    {
        double[] effects = [.. Enumerable.Range(0, 500).Select(i => i % 5 == 0 ? 0 : 0.02 * (i % 5))];
        double[] shares = new double[500];

        double baseline = IncrementalShares.Of(effects, shares);

        Assert.Equal(1, baseline + shares.Sum(), 1e-12);
        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal(shares[i % 5], shares[i], 1e-15));
        Assert.Equal(0, shares[0]);
        Assert.True(shares[1] < shares[2] && shares[2] < shares[3] && shares[3] < shares[4]);
    }

    [Fact]
    public void A_path_of_150_touches_gives_what_groups_of_equal_touches_give_by_counting()
    {
        // 75 touches of each of two effects: the Shapley value by hypergeometric counting of (a, b) companions.
        (double first, double second, int each) = (0.03, 0.11, 75);
        double[] effects = [.. Enumerable.Repeat(first, each), .. Enumerable.Repeat(second, each)];
        double[] shares = new double[2 * each];
        IncrementalShares.Of(effects, shares);
        double expected = 0;
        for (int a = 0; a < each; a++)
        {
            for (int b = 0; b <= each; b++)
            {
                double ways = Math.Exp(LogBinomial(each - 1, a) + LogBinomial(each, b) - LogBinomial((2 * each) - 1, a + b)) / (2 * each);
                expected += ways * Math.Exp((a * first) + (b * second)) * (Math.Exp(first) - 1);
            }
        }

        Assert.Equal(expected / Math.Exp(each * (first + second)), shares[0], 1e-12);

        static double LogBinomial(int n, int k) => Enumerable.Range(0, k).Sum(i => Math.Log(n - i) - Math.Log(i + 1));
    }

    [Fact]
    public void Touches_without_an_effect_leave_everything_to_the_baseline_and_huge_ones_nothing()
    {
        double[] shares = new double[3];

        Assert.Equal(1, IncrementalShares.Of([0, 0, 0], shares));
        Assert.Equal([0, 0, 0], shares);
        Assert.Equal(0, IncrementalShares.Of([900, 0, 900], shares), 1e-15);
        Assert.Equal([0.5, 0, 0.5], shares, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => IncrementalShares.Of([-0.1], new double[1]));
    }

    private static double[] Effects(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(4) == 0 ? 0 : random.NextDouble() * random.NextDouble() * 3)];

    private static double[] Worths(double[] effects, Func<double, double> worth) => [.. Enumerable.Range(0, 1 << effects.Length).Select(
        set => worth(Enumerable.Range(0, effects.Length).Sum(i => (set & (1 << i)) != 0 ? effects[i] : 0)))];
}
