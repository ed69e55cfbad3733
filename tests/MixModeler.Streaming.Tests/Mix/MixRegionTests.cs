using System.Globalization;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>Regions below the whole, whose own levels and effects are integrated.</summary>
public sealed class MixRegionTests
{
    private const int Regions = 3;
    private const double Alpha = 0.5;
    private const double Effect = 0.6;
    private const double Sigma = 0.3;
    private static readonly double[] Shares = [0.5, 0.3, 0.2];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Outcomes_of_all_regions_and_experiments_are_one_multivariate_normal(bool hasLift)
    {
        const int Weeks = 5;
        MixSpec spec = Fixed() with { LiftTests = hasLift ? [Lift] : [] };
        List<MixObservation> weeks = Rows(Weeks, 3);
        MixModel model = MixExample.Fit(spec, weeks);
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        double[] particle = model.Cloud[0].ToArray();
        likelihood.Rebuild(model.History, model.AppliedLifts, particle);
        double found = likelihood.LogLikelihood(model.History, particle);
        Assert.Equal(model.Cloud[0][model.ParticleLayout.LogLikelihoodAt], found, 1e-9);

        int size = (Regions * Weeks) + (hasLift ? 1 : 0);
        (double[] level, double[] price, double[] media, double[] rest) = (new double[size], new double[size], new double[size], new double[size]);
        double[] adstocked = new double[Weeks];
        for (int r = 0; r < Regions; r++)
        {
            AdstockKernel.Convolve(weeks.Select(week => week.Regions![r].Inputs[1] / (2 * Shares[r])).ToArray(), [1, Alpha, Alpha * Alpha], adstocked);
            for (int t = 0; t < Weeks; t++)
            {
                int at = (r * Weeks) + t;
                (level[at], price[at], media[at]) = (1, weeks[t].Regions![r].Inputs[0], Effect * adstocked[t]);
                rest[at] = weeks[t].Regions![r].Target / (10 * Shares[r]) - 0.2 - media[at];
            }
        }

        (double lift, double deviation) = (Lift.Lift / (10 * Shares[1]), Lift.StandardError / (10 * Shares[1]));
        if (hasLift)
        {
            // Weeks 1 and 2 had so much more, and what carries over was measured until week 3.
            AdstockKernel.Convolve([0, Lift.MediaDelta / (2 * Shares[1]), Lift.MediaDelta / (2 * Shares[1]), 0, 0], [1, Alpha, Alpha * Alpha], adstocked);
            media[^1] = Effect * adstocked[..4].Sum();
            rest[^1] = lift - media[^1];
        }

        double[,] covariance = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                bool isLift = i == Regions * Weeks || j == Regions * Weeks;
                bool isSame = RegionOf(i) == RegionOf(j);
                double noise = i != j ? 0 : isLift ? deviation * deviation : Sigma * Sigma;
                covariance[i, j] = 1.5 * 1.5 * level[i] * level[j] + 0.4 * 0.4 * price[i] * price[j] + noise
                    + (isSame ? 0.3 * 0.3 * level[i] * level[j] + 0.2 * 0.2 * price[i] * price[j] + 0.25 * 0.25 * media[i] * media[j] : 0);
            }
        }

        // Of a lift the model leaves out what all particles share.
        double shared = hasLift ? (lift * lift / (2 * deviation * deviation)) + Math.Log(deviation) + DenseNormal.HalfLogTwoPi : 0;
        Assert.Equal(DenseNormal.Density(covariance, rest).Log + shared, found - (Regions * Weeks * DenseNormal.HalfLogTwoPi), 1e-8);

        static int RegionOf(int i) => i == Regions * Weeks ? 1 : i / Weeks;
    }

    [Fact]
    public void An_experiment_in_a_region_tells_of_its_effect_there_whenever_it_comes()
    {
        MixSpec spec = Open();
        List<MixObservation> weeks = Rows(40, 31);
        LiftTest test = Lift with { Lift = 2.6, StandardError = 0.05 };
        MixModel before = MixExample.Fit(spec with { LiftTests = [test] }, weeks);
        MixModel after = MixExample.Fit(spec, weeks);
        MixReport without = MixReport.Of(after);
        after.AddLiftTest(test);

        (MixEstimate one, MixEstimate other, MixEstimate untold) = (EffectIn(MixReport.Of(before)), EffectIn(MixReport.Of(after)), EffectIn(without));

        Assert.Equal(other.Mean, one.Mean, 0.4 * untold.Sd);
        Assert.True(one.Mean > untold.Mean + untold.Sd, $"{one} beside {untold}");
        Assert.True(one.Sd < 0.6 * untold.Sd, $"{one} beside {untold}");
        Assert.Throws<ArgumentException>(() => after.AddLiftTest(test with { Region = null }));
        Assert.Throws<ArgumentException>(() => after.AddLiftTest(test with { Region = "elsewhere" }));
        byte[] bytes = MixSnapshot.Write(before);
        Assert.Equal(bytes, MixSnapshot.Write(MixSnapshot.Read(bytes, spec with { LiftTests = [test] })));

        // What the region's media brought.
        static MixEstimate EffectIn(MixReport report) => report.Regions.Single(region => region.Region == "1").Total;
    }

    [Fact]
    public void Parts_of_the_base_add_up_over_regions()
    {
        List<MixObservation> weeks = Rows(30, 8);
        MixModel model = MixExample.Fit(Open(), weeks);
        MixWalk walk = MixWalk.Of(model, new InsightQuery());

        for (int t = 0; t < walk.Count; t++)
        {
            Assert.Equal(walk.Expected[t], walk.Means.Sum(part => part[t]), 1e-9 * Math.Abs(walk.Expected[t]));
        }
    }

    [Fact]
    public void Without_differences_regions_of_one_size_tell_what_their_sum_tells()
    {
        // Three regions that do the same are the whole seen three times, each with the noise of one: σ² of the whole is a third.
        MixSpec pooled = Fixed() with { Regions = Members(new Prior(PriorKind.Fixed, 0), [1.0 / 3, 1.0 / 3, 1.0 / 3]) };
        List<MixObservation> weeks = [.. Rows(30, 4).Select(week => Same(week))];
        MixModel regional = MixExample.Fit(pooled with { Particles = 50 }, weeks);
        MixModel whole = MixExample.Fit(
            pooled with { Regions = null, Noise = new Prior(PriorKind.Fixed, Sigma / Math.Sqrt(Regions)), Particles = 50 },
            [.. weeks.Select(week => week with { Regions = null })]);
        foreach (string name in new[] { "intercept", "price" })
        {
            MixEstimate one = MixReport.Of(regional).Parameters.Single(each => each.Name == name);
            MixEstimate other = MixReport.Of(whole).Parameters.Single(each => each.Name == name);
            Assert.Equal(other.Mean, one.Mean, 5 * other.Sd / Math.Sqrt(50));
            Assert.Equal(1, one.Sd / other.Sd, 0.5);
        }
    }

    [Fact]
    public void Regions_and_their_spread_are_found_as_often_as_their_intervals_say()
    {
        const int Sets = 10;
        MixSpec spec = Open();
        (int covered, int all) = (0, 0);
        for (ulong set = 1; set <= Sets; set++)
        {
            MixSimulation simulated = MixSimulation.Of(spec, Rows(40, 20 + set), set);
            MixModel model = MixExample.Fit(spec with { Seed = 90 + set }, simulated.Observations);
            MixReport report = MixReport.Of(model);
            IEnumerable<MixEstimate> totals = report.Contributions.Select(each => each.Total with { Name = $"contribution.{each.Channel}" });
            foreach (MixEstimate estimate in report.Parameters.Concat(totals))
            {
                double truth = simulated.Truth[simulated.Names.ToList().IndexOf(estimate.Name)];
                covered += truth >= estimate.Q05 && truth <= estimate.Q95 ? 1 : 0;
                all++;
            }

            Assert.Equal(Regions, report.Regions.Count);
            Assert.Equal(report.Contributions[0].Total.Mean, report.Regions.Sum(region => region.Total.Mean), 1e-6 * report.Contributions[0].Total.Mean);
            Assert.InRange(report.Fit.Regions!.R2, 0, 1);
        }

        // Numbers of one set are not independent: as if each set had two.
        Assert.InRange((double)covered / all, 0.9 - 2.5 * Math.Sqrt(0.09 / (2 * Sets)), 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(15.0)]
    public void A_model_with_regions_that_was_put_away_goes_on_with_the_same_bits(double? halfLife)
    {
        MixSpec spec = Open() with { Particles = 100, HalfLife = halfLife };
        List<MixObservation> weeks = Rows(30, 7);
        MixModel kept = MixExample.Fit(spec, weeks);
        MixLikelihood likelihood = new(kept.Layout, kept.ParticleLayout);
        for (int i = 0; i < kept.Cloud.Count; i++)
        {
            double[] rebuilt = kept.Cloud[i].ToArray();
            likelihood.Rebuild(kept.History, [], rebuilt);

            Assert.Equal(kept.Cloud[i][kept.ParticleLayout.LogLikelihoodAt], likelihood.LogLikelihood(kept.History, rebuilt), 1e-7);
        }

        MixModel resumed = MixModel.Create(spec, weeks);
        foreach (MixObservation week in weeks)
        {
            resumed = MixSnapshot.Read(MixSnapshot.Write(resumed), spec);
            resumed.Update(week);
        }

        Assert.True(kept.Resamplings > 0);
        Assert.Equal(MixSnapshot.Write(kept), MixSnapshot.Write(resumed));
    }

    [Fact]
    public void The_stream_stands_where_the_batch_does()
    {
        MixSpec spec = Open() with { Particles = 400 };
        MixSimulation simulated = MixSimulation.Of(spec, Rows(40, 11), 5);
        MixCertificate certificate = MixCertificate.Make(MixExample.Fit(spec, simulated.Observations), new MixBatchOptions(4, 1_500, 4_000));

        Assert.True(certificate.RHatMax < 1.05, $"R-hat {certificate.RHatMax}");
        Assert.True(certificate.MaxDistance < 4, string.Join('\n', certificate.Distances));
    }

    [Fact]
    public void Rows_of_regions_become_periods_and_what_is_wrong_is_said_with_its_place()
    {
        const string Good = "week,geo,people,price,tv,y\n2024-01-01,b,1,2,0,3\n2024-01-01,a,3,6,4,5\n2024-01-08,a,3,1,1,1\n2024-01-08,b,1,1,1,1\n";
        MixSpec spec = MixSpecReader.Parse("""
            target: y
            date: week
            channels: { tv: { effect: { halfNormal: 1 } } }
            controls: { price: {} }
            regions: { column: geo, population: people }
            """, "m.yaml").Spec!;
        MixTable table = MixTable.Read(Good, "t.csv", spec);
        Assert.Equal([new RegionShare("a", 0.75), new RegionShare("b", 0.25)], table.Spec.Regions!.Members);
        MixObservation first = table.Observations[0];
        Assert.Equal((8, 5.0, 4), (first.Target, first.Inputs[0], first.Inputs[1]));
        Assert.Equal((5, 3), (first.Regions![0].Target, first.Regions[1].Target));

        Assert.Equal("t.csv:5:1: 2024-01-08 has no row of the region 'b': every period has the same regions", Problem(Good[..Good.LastIndexOf("2024", StringComparison.Ordinal)]));
        Assert.Contains("the region 'c' was not there on 2024-01-01", Problem(Good + "2024-01-15,c,1,1,1,1\n"), StringComparison.Ordinal);
        Assert.Contains("'people' is 0: the size of a region is above 0", Problem(Good.Replace("b,1,2", "b,0,2", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("the region 'a' is there twice", Problem(Good.Replace("01,b", "01,a", StringComparison.Ordinal)), StringComparison.Ordinal);
        string wrong = MixSpecReader.Parse(
            "target: y\ndate: d\nchannels: { tv: { effect: { normal: [0, 1] } } }\nregions: { column: geo }\n", "m.yaml").Problems.Single().ToString();
        Assert.Equal("m.yaml:4:1: with 'regions' the effect of 'tv' needs a prior that is never negative, e.g. halfNormal", wrong);

        string Problem(string text) => MixTable.Read(text, "t.csv", spec).Problems[0].ToString();
    }

    private static LiftTest Lift => new("tv", new DateOnly(2023, 1, 9), new DateOnly(2023, 1, 16), new DateOnly(2023, 1, 23), 0.8, 3, 0.4) { Region = "1" };

    private static MixObservation Same(MixObservation week)
    {
        RegionNumbers first = week.Regions![0];
        return week with
        {
            Target = first.Target * Regions,
            Inputs = [first.Inputs[0], first.Inputs[1] * Regions],
            Regions = [first, first, first],
        };
    }

    private static RegionSpec Members(Prior spread, double[] shares) => new("geo", null, spread, spread, spread)
    {
        Members = [.. shares.Select((share, r) => new RegionShare(r.ToString(CultureInfo.InvariantCulture), share))],
    };

    private static MixSpec Fixed()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.Fixed, Effect)), Sigma);
        RegionSpec regions = new("geo", null, new Prior(PriorKind.Fixed, 0.3), new Prior(PriorKind.Fixed, 0.25), new Prior(PriorKind.Fixed, 0.2))
        {
            Members = Members(default, Shares).Members,
        };
        return spec with
        {
            Channels = [spec.Channels[0] with { SpendColumn = null }],
            Controls = [new ControlSpec("price", "price", Impact.Auto, 0, 1, new Prior(PriorKind.Normal, 0, 0.4))],
            Regions = regions,
            Particles = 50,
        };
    }

    private static MixSpec Open() => Fixed() with
    {
        Channels =
        [
            new ChannelSpec(
                "tv", "tv", null, 2, new AdstockSpec(AdstockShape.Geometric, 4, true, 0, [new("alpha", new Prior(PriorKind.Beta, 2, 2))]),
                SaturationSpec.None, new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.LogNormal, -0.5, 0.4))),
        ],
        Noise = new Prior(PriorKind.LogNormal, -1.5, 0.3),
        Regions = Fixed().Regions! with { Level = new Prior(PriorKind.LogNormal, -1.5, 0.5), Effect = new Prior(PriorKind.LogNormal, -1.5, 0.5) },
        Particles = 200,
    };

    private static List<MixObservation> Rows(int count, ulong seed)
    {
        KeyedRandom random = new(seed, 0, 78, 0);
        List<MixObservation> weeks = [];
        for (int t = 0; t < count; t++)
        {
            RegionNumbers[] regions = new RegionNumbers[Regions];
            for (int r = 0; r < Regions; r++)
            {
                (double price, double media) = (random.Normal(), 4 * random.Uniform() * Shares[r]);
                regions[r] = new RegionNumbers(Shares[r] * (5 + media / Shares[r] + price + 2 * random.Normal()), [price, media]);
            }

            double[] inputs = [regions.Select((region, r) => region.Inputs[0] * Shares[r]).Sum(), regions.Sum(region => region.Inputs[1])];
            weeks.Add(new MixObservation(new DateOnly(2023, 1, 2).AddDays(7 * t), regions.Sum(region => region.Target), inputs, null, regions));
        }

        return weeks;
    }
}
