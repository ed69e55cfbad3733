using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>What somebody knows of channels and base, with a confidence, and contributions that go with spend.</summary>
public sealed class MixBeliefTests
{
    private const int Weeks = 12;
    private const double Sigma = 0.3;

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void A_confidence_is_the_probability_of_being_within_a_fifth(double confidence)
    {
        Belief belief = new(0.25, confidence);

        Prior prior = belief.OfContribution;
        Assert.Equal(confidence, NormalCurve.Cumulative(Math.Log(1.2) / prior.B) - NormalCurve.Cumulative(-Math.Log(1.2) / prior.B), 1e-12);
        Assert.Equal(0.25, Math.Exp(prior.A), 1e-12);
        Assert.Equal(confidence, NormalCurve.Cumulative(0.05 / belief.Deviation) - NormalCurve.Cumulative(-0.05 / belief.Deviation), 1e-12);
    }

    [Fact]
    public void What_is_known_of_the_base_is_one_more_row_of_the_same_normal()
    {
        Belief ofBase = new(0.4, 0.7);
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 0.7)), Sigma) with { Base = ofBase };
        List<MixObservation> weeks = MixExample.Weeks(Weeks, 3);
        MixModel model = MixExample.Fit(spec, weeks);
        double[] particle = model.Cloud[0].ToArray();
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        likelihood.Rebuild(model.History, [], particle);
        double found = likelihood.LogLikelihood(model.History, particle);

        double[] media = new double[Weeks];
        AdstockKernel.Convolve(model.History.Media(0), [1, 0.5, 0.25], media);
        double all = weeks.Sum(week => week.Target) / 10;
        double[] loads = [.. media, media.Sum()];
        double[] residual = [.. model.History.Target.ToArray().Select(y => y - 0.2), 0.6 * all];
        double[,] covariance = new double[Weeks + 1, Weeks + 1];
        for (int i = 0; i <= Weeks; i++)
        {
            for (int j = 0; j <= Weeks; j++)
            {
                double noise = i != j ? 0 : i < Weeks ? Sigma * Sigma : Math.Pow(ofBase.Deviation * all, 2);
                covariance[i, j] = (i < Weeks && j < Weeks ? 1.5 * 1.5 : 0) + (0.7 * 0.7 * loads[i] * loads[j]) + noise;
            }
        }

        (double density, double[] solved) = DenseNormal.Density(covariance, residual);
        double[] back = DenseNormal.Density(covariance, loads).Solved;
        double posterior = 0.49 * loads.Zip(solved, (load, each) => load * each).Sum();
        double variance = 0.49 - (0.49 * 0.49 * loads.Zip(back, (load, each) => load * each).Sum());
        double positive = Math.Log(NormalCurve.Cumulative(posterior / Math.Sqrt(variance))) - Math.Log(0.5);
        // What all particles share is left out.
        double shared = Math.Log(ofBase.Deviation * all) + DenseNormal.HalfLogTwoPi;
        Assert.Equal(density + positive + shared, found - (Weeks * DenseNormal.HalfLogTwoPi), 1e-8);
        Assert.Equal(model.Cloud[0][model.ParticleLayout.LogLikelihoodAt], found, 1e-8);
    }

    [Theory]
    [InlineData(0.05, 0.26, 0.32)]
    [InlineData(0.99, 0.15, 0.21)]
    public void The_surer_somebody_is_the_nearer_the_share_is_to_what_they_say(double confidence, double least, double most)
    {
        string knowledge = FormattableString.Invariant(
            $"priorKnowledge: {{ channels: {{ x1: {{ share: 0.15, confidence: {confidence} }} }}, base: {{ share: 0.8, confidence: {confidence} }} }}\n");
        MixSpec spec = Parsed(Example("x1", knowledge)) with { Particles = 400 };
        MixReport report = MixReport.Of(MixExample.Fit(spec, MixExample.Rows(spec)));

        // The data say 0.29 for the channel, and 0.64 for the base.
        double share = report.Contributions.Single(each => each.Channel == "x1").Share;
        double channels = report.Contributions.Sum(each => each.Share);
        Assert.InRange(share, least, most);
        Assert.True(confidence > 0.5 ? channels < 0.28 : channels > 0.3, $"{channels}");
    }

    [Fact]
    public void With_little_data_contributions_go_with_spend_and_with_more_they_do_not_have_to()
    {
        MixSpec spec = Parsed("""
            target: y
            date: week
            scale: 10
            channels:
              a: { spend: a, scale: 4 }
              b: { spend: b, scale: 4 }
            noise: { prior: 0.3 }
            spendShare: { confidence: 0.6 }
            particles: 2000
            warmUp: 0
            """);
        Assert.All(spec.Channels, channel => Assert.Equal(EffectKind.SpendShare, channel.Effect.Kind));
        KeyedRandom random = new(5, 0, 77, 0);
        List<MixObservation> weeks = [];
        for (int t = 0; t < 300; t++)
        {
            // b costs a third of a, and brings six times as much a unit.
            (double a, double b) = (6 * random.Uniform(), 2 * random.Uniform());
            weeks.Add(new MixObservation(new DateOnly(2020, 1, 6).AddDays(7 * t), 5 + (0.5 * a) + (3 * b) + (3 * random.Normal()), [a, b]));
        }

        (double Few, double Many) = (Ratio(4), Ratio(300));
        Assert.InRange(Few, 2, 4);
        Assert.InRange(Many, 0.3, 1.2);
        MixModel model = MixExample.Fit(spec, weeks.Take(40));
        Assert.Contains(MixReport.Of(model).Parameters, parameter => parameter.Name == "spendShare.roi");
        Assert.Equal(MixSnapshot.Write(model), MixSnapshot.Write(MixSnapshot.Read(MixSnapshot.Write(model), spec)));

        // Of what a contributed to what b did.
        double Ratio(int count)
        {
            MixReport report = MixReport.Of(MixExample.Fit(spec, weeks.Take(count)));
            return report.Contributions[0].Total.Mean / report.Contributions[1].Total.Mean;
        }
    }

    [Fact]
    public void The_batch_agrees()
    {
        MixSpec spec = Parsed(Example("x1", "priorKnowledge: { channels: { x1: { share: 0.25, confidence: 0.5 } }, base: { share: 0.6, confidence: 0.5 } }\n"));
        MixModel model = MixExample.Fit(spec with { Particles = 2_000 }, MixExample.Rows(spec));

        MixCertificate certificate = MixCertificate.Make(model);

        Assert.True(certificate.MaxDistance < 4.5, $"{certificate.MaxDistance}: {certificate.Distances.MaxBy(each => each.Distance)}");
        Assert.True(certificate.RHatMax < 1.05);
    }

    [Theory]
    [InlineData("priorKnowledge: { channels: { tv: { share: 0.2 } } }", "'confidence'")]
    [InlineData("priorKnowledge: { channels: { tv: { share: 1.2, confidence: 0.5 } } }", "'share'")]
    [InlineData("priorKnowledge: { channels: { tw: { share: 0.2, confidence: 0.5 } } }", "tw")]
    [InlineData("priorKnowledge: { channels: { web: { share: 0.2, confidence: 0.5 } } }", "has an 'effect' of its own")]
    [InlineData("priorKnowledge: { channels: { tv: { share: 0.5, confidence: 0.5 } }, base: { share: 0.6, confidence: 0.5 } }", "sum to 1.1")]
    [InlineData("form: multiplicative\npriorKnowledge: { base: { share: 0.6, confidence: 0.5 } }", "'base' needs the additive form")]
    [InlineData("spendShare: {}\npriorKnowledge: { channels: { tv: { share: 0.2, confidence: 0.5 } } }", "'spendShare' has no channel to speak of")]
    public void What_is_wrong_is_said(string members, string expected)
    {
        MixSpecResult read = MixSpecReader.Parse(
            $"target: y\ndate: d\nchannels:\n  tv: {{ spend: tv_cost }}\n  web: {{ effect: {{ halfNormal: 1 }} }}\n{members}\n", "m.yaml");

        Assert.Contains(expected, Assert.Single(read.Problems).ToString(), StringComparison.Ordinal);
    }

    private static MixSpec Parsed(string text)
    {
        MixSpecResult read = MixSpecReader.Parse(text, "m.yaml");
        return read.Spec ?? throw new InvalidOperationException(string.Join('\n', read.Problems));
    }

    // The public example without an effect for a channel.
    private static string Example(string channel, string more)
    {
        string text = Repository.RepositoryFiles.Read("docs/science/data/mmm_example_ordinary.yaml");
        int at = text.IndexOf("effect:", text.IndexOf($"  {channel}:", StringComparison.Ordinal), StringComparison.Ordinal);
        return text[..at].TrimEnd(' ') + text[(text.IndexOf('\n', at) + 1)..] + more;
    }
}
