using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>The multiplicative form, carry-over by lookback, the distributions under all of it.</summary>
public sealed class MixArithmeticTests
{
    [Fact]
    public void The_multiplicative_example_is_1787_5()
    {
        double predicted = MultiplicativeForm.Predict(1_100, [1.25, 1.3]);

        Assert.Equal(1_787.5, predicted);
        Assert.Equal(-57.5, 1_730 - predicted);
    }

    [Fact]
    public void Shares_of_a_product_add_up_and_do_not_depend_on_the_order()
    {
        double[] logs = [Math.Log(1.25), Math.Log(1.3)];
        double[] shares = new double[2];
        double[] turned = new double[2];

        MultiplicativeForm.Share(1_100, logs, shares);
        MultiplicativeForm.Share(1_100, [logs[1], logs[0]], turned);

        Assert.Equal(687.5, shares.Sum(), 1e-9);
        Assert.Equal([shares[1], shares[0]], turned);
        MultiplicativeForm.Share(1_100, [0, 0], shares);
        Assert.Equal([0, 0], shares);
    }

    [Theory]
    [InlineData(104, 13)]
    [InlineData(52, 6)]
    [InlineData(103, 12)]
    [InlineData(7, 0)]
    public void The_cap_is_an_eighth_of_the_training_weeks(int weeks, int cap) => Assert.Equal(cap, LookbackAdstock.CapWeeks(weeks));

    [Fact]
    public void Lag_and_lookback_are_capped_together()
    {
        Assert.Equal(new LookbackAdstock(0, 0, 4), new LookbackAdstock());
        Assert.Null(new LookbackAdstock(9, 0, 4).Problem(104));
        Assert.Contains("allows 13", new LookbackAdstock(10, 0, 4).Problem(104));
        Assert.Contains("least lookback", new LookbackAdstock(0, 5, 4).Problem(104));
    }

    [Fact]
    public void The_curve_peaks_after_the_lag_has_two_tails_and_fades_to_a_twentieth()
    {
        LookbackAdstock adstock = new(LagWeeks: 1, LookbackMinWeeks: 0, LookbackMaxWeeks: 4);
        double[] weights = new double[adstock.Terms];
        adstock.Weights(3, weights);

        Assert.Equal(6, adstock.Terms);
        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.Equal(weights.Max(), weights[1]);
        Assert.Equal(weights[0], weights[2], 1e-12);
        Assert.Equal(LookbackAdstock.Faded, weights[4] / weights[1], 1e-12);
    }

    [Fact]
    public void The_normal_curve_is_exact_far_out_too()
    {
        Assert.Equal(0.9750021048517795, NormalCurve.Cumulative(1.96), 1e-14);
        Assert.Equal(-53.23128515051247, NormalCurve.LogCumulative(-10), 1e-10);
        Assert.Equal(-804.6084420137538, NormalCurve.LogCumulative(-40), 1e-8);
        Assert.Equal(0.5723649429247001, NormalCurve.LogGamma(0.5), 1e-12);
        for (double x = -8; x < 5; x += 0.37)
        {
            Assert.Equal(x, NormalCurve.Quantile(NormalCurve.Cumulative(x)), 1e-9);
        }
    }

    public static TheoryData<PriorKind, double, double> Priors => new()
    {
        { PriorKind.Uniform, -1, 3 },
        { PriorKind.Beta, 1, 3 },
        { PriorKind.Gamma, 3, 1 },
        { PriorKind.Normal, 0.5, 2 },
        { PriorKind.HalfNormal, 2, 0 },
        { PriorKind.LogNormal, 0.2, 0.9 },
        { PriorKind.InverseGamma, 2, 0.5 },
    };

    [Theory]
    [MemberData(nameof(Priors))]
    public void A_priors_density_sums_to_one_and_its_draws_have_its_mean(PriorKind kind, double a, double b)
    {
        Prior prior = new(kind, a, b);
        (double sum, double mean, double square) = (0, 0, 0);
        const double Step = 0.01;
        for (double v = -40; v < 40; v += Step)
        {
            double mass = Step * Math.Exp(prior.LogDensity(v));
            sum += mass;
            mean += mass * v;
            square += mass * v * v;
        }

        const int Draws = 20_000;
        double drawn = 0;
        for (int i = 0; i < Draws; i++)
        {
            KeyedRandom random = new(11, 0, 0, i);
            drawn += prior.Draw(ref random) / Draws;
        }

        Assert.Equal(1, sum, 1e-6);
        Assert.Equal(mean, drawn, 4 * Math.Sqrt((square - mean * mean) / Draws));
        Assert.Equal(0.3, prior.Value(prior.Coordinate(0.3)), 1e-12);
    }

    [Fact]
    public void Random_numbers_are_a_function_of_their_key_and_even()
    {
        double[] bins = new double[10];
        for (int i = 0; i < 10_000; i++)
        {
            KeyedRandom random = new(5, 3, 1, i);
            bins[(int)(random.Uniform() * 10)]++;
        }

        Assert.All(bins, bin => Assert.InRange(bin, 850, 1_150));
        Assert.Equal(new KeyedRandom(5, 3, 1, 9).Uniform(), new KeyedRandom(5, 3, 1, 9).Uniform());
        Assert.NotEqual(new KeyedRandom(5, 3, 1, 9).Uniform(), new KeyedRandom(5, 3, 1, 10).Uniform());
        Assert.NotEqual(new KeyedRandom(5, 3, 1, 9).Uniform(), new KeyedRandom(5, 4, 1, 9).Uniform());
    }
}
