using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>A model with a half-life: each observation counts half after so many periods.</summary>
public sealed class MixForgettingTests
{
    private const int Weeks = 80;
    private const double HalfLife = 10;

    [Fact]
    public void The_posterior_is_that_of_observations_with_their_weights()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.Normal, 3, 0.5))) with
        {
            HalfLife = HalfLife, Particles = 4_000,
        };
        List<MixObservation> weeks = MixExample.Weeks(Weeks, 5);
        MixModel model = MixExample.Fit(spec, weeks);

        (double mean, double variance) = Weighted(model.History);

        MixDraws draws = MixReport.DrawsOf(model);
        MixEstimate effect = MixEstimate.Of(draws, draws.Names.ToList().IndexOf("tv.beta"), model.Cloud.Grandparents);
        // Reports count in units of the outcome.
        Assert.Equal(10 * mean, effect.Mean, 10 * 4 * Math.Sqrt(variance / 4_000));
        Assert.Equal(10 * Math.Sqrt(variance), effect.Sd, 0.05 * 10 * Math.Sqrt(variance));
        Assert.Equal((1 - Math.Pow(0.5, Weeks / HalfLife)) / (1 - Math.Pow(0.5, 1 / HalfLife)), model.History.Weight, 1e-9);
        Assert.True(double.IsNaN(model.LogEvidence));
    }

    [Fact]
    public void Sums_that_grew_week_by_week_are_those_made_at_once()
    {
        MixSpec spec = MixExample.Spec("mmm_example_ordinary.yaml") with { Particles = 50, HalfLife = 26 };
        MixModel model = MixExample.Fit(spec, MixExample.Rows(spec).Take(90));
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        for (int i = 0; i < model.Cloud.Count; i++)
        {
            double[] rebuilt = model.Cloud[i].ToArray();
            likelihood.Rebuild(model.History, [], rebuilt);

            Assert.Equal(model.Cloud[i][model.ParticleLayout.LogLikelihoodAt], likelihood.LogLikelihood(model.History, rebuilt), 1e-7);
        }

        byte[] bytes = MixSnapshot.Write(model);
        Assert.Equal(bytes, MixSnapshot.Write(MixSnapshot.Read(bytes, spec)));
        Assert.Throws<InvalidDataException>(() => MixSnapshot.Read(bytes, spec with { HalfLife = null }));
    }

    [Fact]
    public void An_effect_that_changed_is_followed()
    {
        KeyedRandom random = new(3, 0, 77, 0);
        List<MixObservation> weeks = [];
        for (int t = 0; t < 200; t++)
        {
            double media = 4 * random.Uniform();
            double carried = media + (weeks.Count > 0 ? 0.5 * weeks[^1].Inputs[0] : 0) + (weeks.Count > 1 ? 0.25 * weeks[^2].Inputs[0] : 0);
            weeks.Add(new MixObservation(new DateOnly(2022, 1, 3).AddDays(7 * t), 5 + (t < 120 ? 2 : 4) * carried + random.Normal(), [media]));
        }

        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 2)), sigma: 0.1) with { Particles = 1_000 };

        double forgetting = EffectOf(MixExample.Fit(spec with { HalfLife = 13 }, weeks));
        double remembering = EffectOf(MixExample.Fit(spec, weeks));

        // 4 per unit of carried media; media are scaled by 2, outcomes by 10.
        Assert.Equal(8, forgetting, 0.4);
        Assert.InRange(remembering, 4.5, 7);
    }

    [Fact]
    public void The_batch_agrees()
    {
        MixSpec spec = MixExample.Spec("mmm_example_ordinary.yaml") with { HalfLife = 52, Particles = 2_000 };
        MixModel model = MixExample.Fit(spec, MixExample.Rows(spec).Take(104));

        MixCertificate certificate = MixCertificate.Make(model);

        Assert.True(certificate.MaxDistance < 4.5, $"{certificate.MaxDistance}: {certificate.Distances.MaxBy(each => each.Distance)}");
        Assert.True(certificate.RHatMax < 1.05);
    }

    private static double EffectOf(MixModel model)
    {
        MixDraws draws = MixReport.DrawsOf(model);
        return MixEstimate.Of(draws, draws.Names.ToList().IndexOf("tv.beta"), model.Cloud.Grandparents).Mean;
    }

    // Intercept N(0.2, 1.5) and effect N(3, 0.5), outcomes with precision weight / 0.3²: two by two, written out.
    private static (double Mean, double Variance) Weighted(MixHistory history)
    {
        (double a, double b, double d) = (1 / (1.5 * 1.5), 0, 1 / (0.5 * 0.5));
        (double p, double q) = (0.2 * a, 3 * d);
        ReadOnlySpan<double> media = history.Media(0);
        for (int t = 0; t < Weeks; t++)
        {
            double carried = media[t] + (t > 0 ? 0.5 * media[t - 1] : 0) + (t > 1 ? 0.25 * media[t - 2] : 0);
            double precision = Math.Pow(0.5, (Weeks - 1 - t) / HalfLife) / (0.3 * 0.3);
            a += precision;
            b += precision * carried;
            d += precision * carried * carried;
            p += precision * history.Target[t];
            q += precision * carried * history.Target[t];
        }

        double determinant = a * d - b * b;
        return ((a * q - b * p) / determinant, a / determinant);
    }
}
