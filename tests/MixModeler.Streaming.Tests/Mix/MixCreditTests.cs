using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>What attribution says of a channel, as an observation of its contribution with an unknown factor.</summary>
public sealed class MixCreditTests
{
    private const int Weeks = 10;
    private const double Alpha = 0.5;
    private const double Sigma = 0.3;
    private const double Bias = 1.4;
    private const double Error = 0.2;

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Outcomes_and_credits_are_one_multivariate_normal(int untoldWeek)
    {
        MixSpec spec = Credited(new Prior(PriorKind.Fixed, Bias), new Prior(PriorKind.Fixed, Error));
        List<MixObservation> weeks = MixExample.Weeks(Weeks, 3, inputs: 2);
        if (untoldWeek >= 0)
        {
            weeks[untoldWeek].Inputs[1] = double.NaN;
        }

        MixModel model = MixExample.Fit(spec, weeks);
        double[] particle = model.Cloud[0].ToArray();
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        likelihood.Rebuild(model.History, [], particle);
        double found = likelihood.LogLikelihood(model.History, particle);
        Assert.Equal(model.Cloud[0][model.ParticleLayout.LogLikelihoodAt], found, 1e-9);

        int[] told = [.. Enumerable.Range(0, Weeks).Where(week => week != untoldWeek)];
        double[] media = Adstocked(model.History);
        double[] loads = [.. media, .. told.Select(week => Bias * media[week])];
        double[] residual = [.. model.History.Target.ToArray().Select(y => y - 0.2), .. told.Select(week => weeks[week].Inputs[1] / 10)];
        const double Deviation = 0.7;
        double[,] covariance = new double[loads.Length, loads.Length];
        for (int i = 0; i < loads.Length; i++)
        {
            for (int j = 0; j < loads.Length; j++)
            {
                double intercept = i < Weeks && j < Weeks ? 1.5 * 1.5 : 0;
                double noise = i != j ? 0 : i < Weeks ? Sigma * Sigma : Error * Error;
                covariance[i, j] = intercept + Deviation * Deviation * loads[i] * loads[j] + noise;
            }
        }

        (double density, double[] solved) = DenseNormal.Density(covariance, residual);
        double[] back = DenseNormal.Density(covariance, loads).Solved;
        double posterior = Deviation * Deviation * loads.Zip(solved, (load, each) => load * each).Sum();
        double variance = Deviation * Deviation - Math.Pow(Deviation, 4) * loads.Zip(back, (load, each) => load * each).Sum();
        double positive = Math.Log(NormalCurve.Cumulative(posterior / Math.Sqrt(variance))) - Math.Log(0.5);

        Assert.Equal(density + positive, found - (Weeks + told.Length) * DenseNormal.HalfLogTwoPi, 1e-8);
    }

    [Fact]
    public void A_credit_that_is_off_by_a_factor_still_makes_the_model_surer_and_its_factor_is_found()
    {
        const int Sets = 12;
        MixSpec with = Credited(new Prior(PriorKind.LogNormal, 0, 0.5), new Prior(PriorKind.LogNormal, -3, 0.3)) with
        {
            Channels = [Open(new CreditSpec("tv_credit", new Prior(PriorKind.LogNormal, 0, 0.5), new Prior(PriorKind.LogNormal, -3, 0.3)))],
            Particles = 300,
        };
        MixSpec without = with with { Channels = [Open(null)] };
        (int covered, int all, double widths, double plainWidths) = (0, 0, 0, 0);
        for (ulong set = 1; set <= Sets; set++)
        {
            MixSimulation simulated = MixSimulation.Of(with, MixExample.Weeks(60, 100 + set, inputs: 2), set);
            MixReport report = MixReport.Of(MixExample.Fit(with with { Seed = 50 + set }, simulated.Observations));
            MixReport plain = MixReport.Of(MixExample.Fit(
                without with { Seed = 50 + set }, [.. simulated.Observations.Select(row => row with { Inputs = [row.Inputs[0]] })]));
            foreach (string name in new[] { "tv.bias", "tv.alpha", "tv.beta" })
            {
                MixEstimate estimate = Assert.Single(report.Parameters, each => each.Name == name);
                double truth = simulated.Truth[simulated.Names.ToList().IndexOf(name)];
                covered += truth >= estimate.Q05 && truth <= estimate.Q95 ? 1 : 0;
                all++;
            }

            widths += report.Parameters.Single(each => each.Name == "tv.alpha").Sd;
            plainWidths += plain.Parameters.Single(each => each.Name == "tv.alpha").Sd;
        }

        // Numbers of one set are not independent: as if each set had one and a half.
        Assert.InRange((double)covered / all, 0.9 - (2.5 * Math.Sqrt(0.09 / (1.5 * Sets))), 1);
        Assert.True(widths < 0.9 * plainWidths, $"with the credit {widths}, without {plainWidths}");
    }

    [Fact]
    public void A_model_with_credits_that_was_put_away_goes_on_with_the_same_bits()
    {
        MixSpec spec = Credited(new Prior(PriorKind.LogNormal, 0, 0.5), new Prior(PriorKind.HalfNormal, 0.05));
        List<MixObservation> weeks = MixExample.Weeks(40, 9, inputs: 2);
        weeks[5].Inputs[1] = double.NaN;
        MixModel kept = MixExample.Fit(spec, weeks);
        MixModel resumed = MixModel.Create(spec, weeks);
        foreach (MixObservation week in weeks)
        {
            resumed = MixSnapshot.Read(MixSnapshot.Write(resumed), spec);
            resumed.Update(week);
        }

        Assert.Equal(MixSnapshot.Write(kept), MixSnapshot.Write(resumed));
    }

    [Fact]
    public void What_is_wrong_in_a_credit_is_said_with_its_place()
    {
        const string Channel = "channels:\n  tv: { credit: { bias: 0 } }\n";
        Assert.Equal(
            "m.yaml:4:3: the channel 'tv' has a 'credit' whose bias or error is not above 0",
            Assert.Single(MixSpecReader.Parse("target: y\ndate: d\n" + Channel, "m.yaml").Problems).ToString());
        Assert.Contains(
            "which needs the additive form",
            Assert.Single(MixSpecReader.Parse("target: y\ndate: d\nform: multiplicative\n" + Channel.Replace("bias: 0", "column: c"), "m.yaml").Problems).ToString(),
            StringComparison.Ordinal);
        MixSpec spec = MixSpecReader.Parse("target: y\ndate: d\nchannels: { tv: { credit: {} } }\n", "m.yaml").Spec!;
        Assert.Equal("tv_credit", spec.Channels[0].Credit!.Column);
    }

    private static MixSpec Credited(Prior bias, Prior error)
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 0.7)), Sigma);
        return spec with { Channels = [spec.Channels[0] with { SpendColumn = null, Credit = new CreditSpec("tv_credit", bias, error) }] };
    }

    // Carry-over that has to be learned.
    private static ChannelSpec Open(CreditSpec? credit) => new(
        "tv", "tv", null, 2, new AdstockSpec(AdstockShape.Geometric, 4, true, 0, [new("alpha", new Prior(PriorKind.Beta, 2, 2))]),
        SaturationSpec.None, new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 0.7)), credit);

    private static double[] Adstocked(MixHistory history)
    {
        double[] result = new double[Weeks];
        AdstockKernel.Convolve(history.Media(0), [1, Alpha, Alpha * Alpha], result);
        return result;
    }

    [Fact]
    public void No_credit_where_no_media_can_work_says_nothing()
    {
        MixSpec spec = Credited(new Prior(PriorKind.LogNormal, 0, 0.5), new Prior(PriorKind.HalfNormal, 0.2));
        List<MixObservation> weeks = MixExample.Weeks(60, 3, inputs: 2);
        for (int t = 0; t < 60; t++)
        {
            // Dark for the first half: neither media nor credit. Then half of what the media bring.
            weeks[t].Inputs[0] = t < 30 ? 0 : weeks[t].Inputs[0];
            weeks[t].Inputs[1] = t < 30 ? 0 : 0.5 * weeks[t].Inputs[0] + 0.2 * (t % 3);
        }

        MixModel model = MixExample.Fit(spec, weeks);

        Assert.Equal(30, model.History.Credits[0]);
        Assert.True(double.IsNaN(model.History.CreditOf(0, 29)));
        MixEstimate error = MixReport.Of(model).Parameters.Single(parameter => parameter.Name.EndsWith("creditError", StringComparison.Ordinal));
        Assert.True(error.Mean > 1e-3, $"{error}");
    }

    [Fact]
    public void Credits_that_begin_with_zeros_do_not_make_the_model_sure_of_nothing()
    {
        MixSpec spec = Credited(new Prior(PriorKind.LogNormal, 0, 0.5), new Prior(PriorKind.HalfNormal, 0.2)) with { Particles = 1_000 };
        List<MixObservation> weeks = MixExample.Weeks(80, 3, inputs: 2);
        for (int t = 0; t < weeks.Count; t++)
        {
            weeks[t].Inputs[1] = t < 20 ? 0 : (1.2 * weeks[t].Inputs[0]) + (0.3 * (t % 4));
        }

        MixModel model = MixExample.Fit(spec, weeks);
        MixCertificate certificate = MixCertificate.Make(model);

        Assert.True(certificate.MaxDistance < 5, $"{certificate.Distances.MaxBy(each => each.Distance)}");
        Assert.True(MixReport.Of(model).Parameters.Single(parameter => parameter.Name == "tv.creditError").Mean > 0.5);
    }
}
