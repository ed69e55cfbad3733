using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>The integrated likelihood against a multivariate normal written out in full.</summary>
public sealed class MixLikelihoodTests
{
    private const int Weeks = 12;
    private const double Alpha = 0.5;
    private const double Sigma = 0.3;

    [Theory]
    [InlineData(PriorKind.HalfNormal, 0.7, 0)]
    [InlineData(PriorKind.Normal, 0.4, 0.2)]
    public void A_conjugate_effect_is_integrated_over_its_positive_half(PriorKind kind, double a, double b)
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(kind, a, b)));
        List<MixObservation> weeks = MixExample.Weeks(Weeks, 3);
        (double found, _, MixHistory history) = Evaluate(spec, weeks);
        (double mean, double deviation) = kind == PriorKind.HalfNormal ? (0, a) : (a, b);

        double[] media = Adstocked(history);
        double[,] covariance = Covariance(media, deviation);
        double[] residual = [.. history.Target.ToArray().Select((y, t) => y - 0.2 - mean * media[t])];
        (double density, double[] solved) = DenseNormal.Density(covariance, residual);
        // The posterior of the effect alone, from the joint normal of effect and outcomes.
        double posterior = mean;
        double variance = deviation * deviation;
        for (int t = 0; t < Weeks; t++)
        {
            posterior += deviation * deviation * media[t] * solved[t];
        }

        double[] back = DenseNormal.Density(covariance, media).Solved;
        for (int t = 0; t < Weeks; t++)
        {
            variance -= Math.Pow(deviation, 4) * media[t] * back[t];
        }

        double positive = Math.Log(NormalCurve.Cumulative(posterior / Math.Sqrt(variance))) - Math.Log(NormalCurve.Cumulative(mean / deviation));
        Assert.Equal(density + positive, found - Weeks * DenseNormal.HalfLogTwoPi, 1e-8);
    }

    [Fact]
    public void An_effect_on_the_particle_is_taken_off_the_outcomes()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Roi, new Prior(PriorKind.Fixed, 1.3)));
        List<MixObservation> weeks = MixExample.Weeks(Weeks, 4);
        (double found, double effect, MixHistory history) = Evaluate(spec, weeks);
        double[] media = Adstocked(history);

        double expected = 1.3 * weeks.Sum(week => week.Inputs[0]) / 10 / media.Sum();
        double[] residual = [.. history.Target.ToArray().Select((y, t) => y - 0.2 - expected * media[t])];
        double density = DenseNormal.Density(Covariance(media, 0), residual).Log;

        Assert.Equal(expected, effect, 1e-12);
        Assert.Equal(density, found - Weeks * DenseNormal.HalfLogTwoPi, 1e-8);
    }

    [Fact]
    public void Sums_that_grew_week_by_week_are_those_made_at_once()
    {
        MixSpec spec = MixExample.Spec() with { Particles = 50 };
        MixModel model = MixExample.Fit(spec, MixExample.Rows(spec).Take(60));
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        for (int i = 0; i < model.Cloud.Count; i++)
        {
            double[] rebuilt = model.Cloud[i].ToArray();
            likelihood.Rebuild(model.History, [], rebuilt);
            double log = likelihood.LogLikelihood(model.History, rebuilt);

            Assert.Equal(model.Cloud[i][model.ParticleLayout.LogLikelihoodAt], log, 1e-7);
        }
    }

    private static (double Log, double Effect, MixHistory History) Evaluate(MixSpec spec, List<MixObservation> weeks)
    {
        MixModel model = MixExample.Fit(spec, weeks);
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        double[] particle = model.Cloud[0].ToArray();
        likelihood.Rebuild(model.History, [], particle);
        double log = likelihood.LogLikelihood(model.History, particle);
        return (log, model.ParticleLayout.CoefficientsOf(particle)[1], model.History);
    }

    private static double[] Adstocked(MixHistory history)
    {
        double[] result = new double[Weeks];
        AdstockKernel.Convolve(history.Media(0), [1, Alpha, Alpha * Alpha], result);
        return result;
    }

    // Noise, an intercept with standard deviation 1.5, and an effect.
    private static double[,] Covariance(double[] media, double deviation)
    {
        double[,] covariance = new double[Weeks, Weeks];
        for (int i = 0; i < Weeks; i++)
        {
            for (int j = 0; j < Weeks; j++)
            {
                covariance[i, j] = 1.5 * 1.5 + deviation * deviation * media[i] * media[j] + (i == j ? Sigma * Sigma : 0);
            }
        }

        return covariance;
    }
}
