using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>Effects that change with time: a path from knot to knot, integrated like the other coefficients.</summary>
public sealed class MixPathTests
{
    private const int Weeks = 18;
    private const int Every = 4;
    private const double Sigma = 0.3;
    private const double Effect = 0.8;
    private const double Step = 0.35;
    private const double Bias = 1.4;
    private const double Error = 0.2;
    private static readonly PathSpec Path = new(Every, 20, new Prior(PriorKind.Fixed, Step));

    [Fact]
    public void Outcomes_credits_and_an_experiment_are_one_multivariate_normal()
    {
        MixModel model = MixExample.Fit(Told(), MixExample.Weeks(Weeks, 3, inputs: 2));
        double[] particle = model.Cloud[0].ToArray();
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        likelihood.Rebuild(model.History, model.AppliedLifts, particle);
        double found = likelihood.LogLikelihood(model.History, particle);

        Dense dense = new(model.History);
        double log = DenseNormal.Density(dense.Covariance, dense.Residual).Log;

        // Of a lift the model leaves out what all particles share, of a credit the same.
        double lift = Told().LiftTests[0].Lift / 10;
        double deviation = Told().LiftTests[0].StandardError / 10;
        double shared = (lift * lift / (2 * deviation * deviation)) + Math.Log(deviation);
        Assert.Equal(log + shared, found - (2 * Weeks + 1) * DenseNormal.HalfLogTwoPi, 1e-8);
        Assert.Equal(model.Cloud[0][model.ParticleLayout.LogLikelihoodAt], found, 1e-8);
    }

    [Fact]
    public void What_is_drawn_of_a_path_has_the_posterior_of_the_same_normal()
    {
        MixModel model = MixExample.Fit(Told() with { Particles = 8_000 }, MixExample.Weeks(Weeks, 3, inputs: 2));
        IReadOnlyList<(DateOnly Date, MixEstimate Effect)> path = Assert.Single(MixReport.Of(model).Effects).Periods;
        Dense dense = new(model.History);
        double[] solved = DenseNormal.Density(dense.Covariance, dense.Residual).Solved;
        foreach (int week in new[] { 0, 5, 11, Weeks - 1 })
        {
            double[] load = dense.LoadOfEffect(week);
            double mean = Effect + load.Zip(solved, (with, each) => with * each).Sum();
            double[] back = DenseNormal.Density(dense.Covariance, load).Solved;
            double variance = Dense.VarianceOfEffect(week) - load.Zip(back, (with, each) => with * each).Sum();
            double sd = Math.Sqrt(Math.Max(0, variance));

            // In units of the outcome, whose scale is 10.
            Assert.Equal(10 * mean, path[week].Effect.Mean, (10 * 5 * sd / Math.Sqrt(8_000)) + 1e-9);
            Assert.Equal(10 * sd, path[week].Effect.Sd, (0.05 * 10 * sd) + 1e-9);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(20.0)]
    public void Sums_that_grew_week_by_week_are_those_made_at_once_and_a_stored_model_goes_on_with_the_same_bits(double? halfLife)
    {
        MixSpec spec = Told() with { HalfLife = halfLife, Particles = 60 };
        spec = spec with { Channels = [spec.Channels[0] with { Path = Path with { Step = new Prior(PriorKind.HalfNormal, 0.3) } }] };
        List<MixObservation> weeks = MixExample.Weeks(40, 7, inputs: 2);
        MixModel model = MixExample.Fit(spec, weeks);
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        for (int i = 0; i < model.Cloud.Count; i++)
        {
            double[] rebuilt = model.Cloud[i].ToArray();
            likelihood.Rebuild(model.History, model.AppliedLifts, rebuilt);

            Assert.Equal(model.Cloud[i][model.ParticleLayout.LogLikelihoodAt], likelihood.LogLikelihood(model.History, rebuilt), 1e-7);
        }

        MixModel resumed = MixModel.Create(spec, weeks);
        foreach (MixObservation week in weeks)
        {
            resumed = MixSnapshot.Read(MixSnapshot.Write(resumed), spec);
            resumed.Update(week);
        }

        Assert.Equal(MixSnapshot.Write(model), MixSnapshot.Write(resumed));
        Assert.Throws<InvalidDataException>(() => MixSnapshot.Read(MixSnapshot.Write(model), spec with { Channels = [spec.Channels[0] with { Path = null }] }));
    }

    [Fact]
    public void An_effect_that_fades_is_told_as_it_was_and_as_it_is()
    {
        List<MixObservation> weeks = Fading(200);
        MixSpec standing = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 2)), sigma: 0.1) with { Particles = 1_000 };
        MixSpec walking = standing with { Channels = [standing.Channels[0] with { Path = new PathSpec(25, 200, new Prior(PriorKind.HalfNormal, 0.3)) }] };

        MixModel model = MixExample.Fit(walking, weeks);
        MixReport report = MixReport.Of(model);

        // 4 per unit of carried media falls to 1 in a line; media are scaled by 2.
        IReadOnlyList<(DateOnly Date, MixEstimate Effect)> path = Assert.Single(report.Effects).Periods;
        foreach (int week in new[] { 10, 60, 110, 160, 199 })
        {
            double truth = 2 * (4 - (3 * week / 199.0));
            Assert.InRange(truth, path[week].Effect.Mean - (4 * path[week].Effect.Sd), path[week].Effect.Mean + (4 * path[week].Effect.Sd));
            Assert.InRange(path[week].Effect.Sd, 0.01, 0.6);
        }

        MixEstimate now = Assert.Single(report.Parameters, parameter => parameter.Name == "tv.betaNow");
        Assert.Equal(path[^1].Effect.Mean, now.Mean, 1e-9);
        Assert.Equal(report.Contributions[0].Periods.Sum(period => period.Mean), report.Contributions[0].Total.Mean, 1e-6);
        // Curves are about now.
        ResponsePoint point = report.Curves[0].Points[^1];
        Assert.Equal(now.Mean * 1.75 * point.Media / 2, point.Response, 1e-6);
        Assert.True(model.Scores.Crps < 0.9 * MixExample.Fit(standing, weeks).Scores.Crps);
    }

    [Fact]
    public void The_batch_agrees()
    {
        MixSpec spec = MixExample.Spec("mmm_example_ordinary.yaml") with { Particles = 2_000 };
        PathSpec path = new(52, 208, new Prior(PriorKind.HalfNormal, 0.2));
        spec = spec with { Channels = [.. spec.Channels.Select(channel => channel with { Path = path })] };
        MixModel model = MixExample.Fit(spec, MixExample.Rows(spec));

        MixCertificate certificate = MixCertificate.Make(model);

        Assert.True(certificate.MaxDistance < 4.5, $"{certificate.MaxDistance}: {certificate.Distances.MaxBy(each => each.Distance)}");
        Assert.True(certificate.RHatMax < 1.05);
        Assert.Contains(certificate.Distances, each => each.Name == "x1.betaNow");
    }

    [Fact]
    public void Intervals_cover_simulated_paths_about_as_often_as_they_say()
    {
        const int Sets = 24;
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1)), sigma: 0.2) with { Particles = 400 };
        spec = spec with { Channels = [spec.Channels[0] with { Path = new PathSpec(15, 60, new Prior(PriorKind.HalfNormal, 0.3)) }] };
        (int covered, int all) = (0, 0);
        for (ulong set = 1; set <= Sets; set++)
        {
            MixSimulation simulated = MixSimulation.Of(spec, MixExample.Weeks(60, 300 + set), set);
            MixReport report = MixReport.Of(MixExample.Fit(spec with { Seed = 50 + set }, simulated.Observations));
            foreach (MixEstimate estimate in report.Parameters.Append(report.Contributions[0].Total with { Name = "contribution.tv" }))
            {
                double truth = simulated.Truth[simulated.Names.ToList().IndexOf(estimate.Name)];
                covered += truth >= estimate.Q05 && truth <= estimate.Q95 ? 1 : 0;
                all += estimate.Sd > 0 ? 1 : 0;
            }
        }

        // Numbers of one set are not independent: as if there were two of them.
        double error = Math.Sqrt(0.9 * 0.1 / (2 * Sets));
        Assert.InRange((double)covered / all, 0.9 - (2.5 * error), Math.Min(1, 0.9 + (2.5 * error)));
    }

    [Theory]
    [InlineData("path: { every: 0 }", "'every'")]
    [InlineData("path: { step: { normal: [0, 1] } }", "'step'")]
    [InlineData("path: {}, effect: { normal: [1, 1] }", "needs a prior that is never negative")]
    [InlineData("path: { every: 1, horizon: 61 }", "at most 60")]
    public void What_is_wrong_in_a_path_is_said(string member, string expected)
    {
        MixSpecResult read = MixSpecReader.Parse($"target: y\ndate: d\nchannels:\n  tv: {{ {member} }}\n", "m.yaml");

        Assert.Contains(expected, Assert.Single(read.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Regions_and_a_path_do_not_go_together()
    {
        MixSpecResult read = MixSpecReader.Parse("target: y\ndate: d\nchannels: { tv: { path: {} } }\nregions: { column: geo }\n", "m.yaml");

        Assert.Contains("has no channel with a 'path' yet", Assert.Single(read.Problems).ToString(), StringComparison.Ordinal);
    }

    private static MixSpec Told()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.Fixed, Effect)), Sigma);
        return spec with
        {
            Channels =
            [
                spec.Channels[0] with
                {
                    SpendColumn = null, Path = Path, Credit = new CreditSpec("tv_credit", new Prior(PriorKind.Fixed, Bias), new Prior(PriorKind.Fixed, Error)),
                },
            ],
            LiftTests = [new LiftTest("tv", new DateOnly(2023, 2, 13), new DateOnly(2023, 2, 27), new DateOnly(2023, 3, 13), 1.5, 9, 2)],
            Particles = 50,
        };
    }

    private static List<MixObservation> Fading(int count)
    {
        KeyedRandom random = new(3, 0, 77, 0);
        List<MixObservation> weeks = [];
        for (int t = 0; t < count; t++)
        {
            double media = 4 * random.Uniform();
            double carried = media + (t > 0 ? 0.5 * weeks[^1].Inputs[0] : 0) + (t > 1 ? 0.25 * weeks[^2].Inputs[0] : 0);
            double effect = 4 - (3.0 * t / (count - 1));
            weeks.Add(new MixObservation(new DateOnly(2022, 1, 3).AddDays(7 * t), 5 + (effect * carried) + random.Normal(), [media]));
        }

        return weeks;
    }

    // Outcomes, then credits, then the lift, as sums of an intercept, the path's steps and noise; carry-over aside, without the code under test.
    private sealed class Dense
    {
        private const int Steps = 5;
        private readonly double[][] loads;

        public Dense(MixHistory history)
        {
            double[] media = Carried([.. history.Media(0)]);
            double[] treated = [.. history.Media(0)];
            for (int t = 6; t <= 8; t++)
            {
                treated[t] += 1.5 / 2;
            }

            double[] lifted = [.. Carried(treated).Zip(media, (with, without) => with - without)];
            double[] change = [.. lifted.Select((value, t) => t is >= 6 and <= 10 ? value : 0)];
            loads =
            [
                .. Enumerable.Range(0, Weeks).Select(t => Load(1, media[t], t)),
                .. Enumerable.Range(0, Weeks).Select(t => Load(0, Bias * media[t], t)),
                [.. Enumerable.Range(0, 1 + Steps).Select(k => change.Select((value, t) => Load(0, value, t)[k]).Sum())],
            ];
            double[] known = [.. media.Select(s => 0.2 + (Effect * s)), .. media.Select(s => Bias * Effect * s), Effect * change.Sum()];
            double[] seen = [.. history.Target, .. Enumerable.Range(0, Weeks).Select(t => history.CreditOf(0, t) / 10), 0.9];
            Residual = [.. seen.Zip(known, (value, expected) => value - expected)];
            Covariance = new double[loads.Length, loads.Length];
            for (int i = 0; i < loads.Length; i++)
            {
                for (int j = 0; j < loads.Length; j++)
                {
                    double noise = i < Weeks ? Sigma : i < 2 * Weeks ? Error : 0.2;
                    Covariance[i, j] = loads[i].Zip(loads[j], (a, b) => a * b).Sum() + (i == j ? noise * noise : 0);
                }
            }
        }

        public double[,] Covariance { get; }

        public double[] Residual { get; }

        /// <summary>Covariance of a week's effect with everything that was seen.</summary>
        public double[] LoadOfEffect(int week) => [.. loads.Select(load => load.Zip(Load(0, 1, week), (a, b) => a * b).Sum())];

        public static double VarianceOfEffect(int week) => Load(0, 1, week).Sum(value => value * value);

        // Of an intercept with standard deviation 1.5, then of each standard normal step.
        private static double[] Load(double intercept, double media, int week) =>
        [
            1.5 * intercept, .. Enumerable.Range(0, Steps).Select(k => Effect * Step * media * Math.Clamp((week - (k * Every)) / (double)Every, 0, 1)),
        ];

        private static double[] Carried(double[] media)
        {
            double[] carried = new double[media.Length];
            AdstockKernel.Convolve(media, [1, 0.5, 0.25], carried);
            return carried;
        }
    }
}
