using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>How well a model fits what it has learned, and how well it foretold it.</summary>
/// <param name="R2">Mean over posterior-predictive draws of var(y') / (var(y') + var(y - y')): PyMC-Marketing's figure.</param>
/// <param name="Rmse">Mean over posterior-predictive draws, which have noise of their own.</param>
/// <param name="Nrmse">The same over the range of the outcomes.</param>
/// <param name="Mape">Mean over posterior-predictive draws.</param>
/// <param name="OfMean">The same figures of the posterior mean, without noise of its own.</param>
/// <param name="Residuals">Outcome less posterior mean, by period.</param>
public sealed record MixFitFigures(double R2, double Rmse, double Nrmse, double Mape, FitOfMean OfMean, IReadOnlyList<double> Residuals)
{
    /// <summary>Of the regions; null where there is only the whole.</summary>
    public RegionFit? Regions { get; init; }
}

/// <summary>Figures of the posterior mean of the expected outcome.</summary>
/// <param name="R2">1 - residual squares / squares around the mean.</param>
/// <param name="BayesR2">Mean over draws of var(fit) / (var(fit) + var(y - fit)) (Gelman and others 2019).</param>
/// <param name="Rmse">In units of the outcome.</param>
/// <param name="Nrmse">Rmse / (max - min), as Robyn has it.</param>
/// <param name="Mape">Mean of |y - fit| / |y|.</param>
/// <param name="Smape">Mean of 2 |y - fit| / (|y| + |fit|).</param>
public sealed record FitOfMean(double R2, double BayesR2, double Rmse, double Nrmse, double Mape, double Smape);

/// <summary>Every particle's view of every period, brought together.</summary>
internal sealed class MixPosteriorPaths
{
    // So many noisy copies of each particle's view that the figures do not depend on the noise.
    private const int Copies = 8;

    private readonly MixModel model;
    private readonly MixPath path;
    private readonly double[] mean;
    private readonly double[] copy;
    private readonly double[][] regions;
    private (double R2, double Rmse, double Mape, double BayesR2) sums;

    private MixPosteriorPaths(MixModel model)
    {
        this.model = model;
        path = new MixPath(model.Layout, model.ParticleLayout, model.History);
        mean = new double[model.Periods];
        copy = new double[model.Periods];
        regions = [.. Enumerable.Range(0, model.ParticleLayout.Regions).Select(_ => new double[model.Periods])];
    }

    public PeriodContribution[][] Periods { get; private set; } = [];

    public MixFitFigures Fit { get; private set; } = null!;

    public static MixPosteriorPaths Of(MixModel model)
    {
        MixPosteriorPaths paths = new(model);
        paths.Walk();
        return paths;
    }

    private void Walk()
    {
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        ParticleCloud cloud = model.Cloud;
        int periods = model.Periods;
        int channels = model.Layout.Channels.Length;
        // By channel, period and particle, so that a period's draws lie side by side to be sorted.
        double[] all = new double[channels * periods * cloud.Count];
        for (int i = 0; i < cloud.Count; i++)
        {
            path.Fill(likelihood, cloud[i]);
            Columns.AddScaled(cloud.Weights[i], path.Expected, mean);
            for (int r = 0; r < regions.Length; r++)
            {
                Columns.AddScaled(cloud.Weights[i], path.Region(r), regions[r]);
            }

            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<double> contribution = path.Contribution(c);
                for (int t = 0; t < periods; t++)
                {
                    all[((c * periods) + t) * cloud.Count + i] = contribution[t];
                }
            }

            Replicate(i, likelihood.Sigma(cloud[i]), cloud.Weights[i]);
        }

        Periods = [.. Enumerable.Range(0, channels).Select(c => Summarise(all, c))];
        Fit = Figures();
    }

    private void Replicate(int particle, double sigma, double weight)
    {
        ReadOnlySpan<double> y = model.History.Outcome;
        ReadOnlySpan<double> expected = path.Expected;
        sums.BayesR2 += weight * RatioOfVariances(y, expected);
        KeyedRandom random = new(model.Spec.Seed, model.Periods, Purpose.Replicate, particle);
        bool isAdditive = model.Spec.Form == MixForm.Additive;
        for (int k = 0; k < Copies; k++)
        {
            double squares = 0;
            double shares = 0;
            for (int t = 0; t < copy.Length; t++)
            {
                double noise = sigma * model.History.NoiseShare * random.Normal();
                copy[t] = isAdditive ? expected[t] + noise * model.History.Scales.Target : expected[t] * Math.Exp(noise);
                squares += (copy[t] - y[t]) * (copy[t] - y[t]);
                shares += Math.Abs((copy[t] - y[t]) / y[t]);
            }

            sums.R2 += weight / Copies * RatioOfVariances(y, copy);
            sums.Rmse += weight / Copies * Math.Sqrt(squares / y.Length);
            sums.Mape += weight / Copies * shares / y.Length;
        }
    }

    private PeriodContribution[] Summarise(double[] all, int channel)
    {
        int count = model.Cloud.Count;
        double[] weights = new double[count];
        PeriodContribution[] periods = new PeriodContribution[model.Periods];
        for (int t = 0; t < periods.Length; t++)
        {
            Span<double> values = all.AsSpan(((channel * periods.Length) + t) * count, count);
            model.Cloud.Weights.CopyTo(weights, 0);
            double average = Columns.Dot(values, weights);
            values.Sort(weights.AsSpan());
            periods[t] = new PeriodContribution(
                model.History.Dates[t], average, MixEstimate.Quantile(values, weights, 0.05), MixEstimate.Quantile(values, weights, 0.95));
        }

        return periods;
    }

    private MixFitFigures Figures()
    {
        ReadOnlySpan<double> y = model.History.Outcome;
        double average = Columns.Sum(y) / y.Length;
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        (double squares, double around, double shares, double symmetric) = (0, 0, 0, 0);
        double[] residuals = new double[y.Length];
        for (int t = 0; t < y.Length; t++)
        {
            double residual = y[t] - mean[t];
            residuals[t] = residual;
            squares += residual * residual;
            around += (y[t] - average) * (y[t] - average);
            shares += Math.Abs(residual / y[t]);
            symmetric += 2 * Math.Abs(residual) / (Math.Abs(y[t]) + Math.Abs(mean[t]));
            (least, most) = (Math.Min(least, y[t]), Math.Max(most, y[t]));
        }

        double range = most - least;
        double rmse = Math.Sqrt(squares / y.Length);
        FitOfMean ofMean = new(1 - squares / around, sums.BayesR2, rmse, rmse / range, shares / y.Length, symmetric / y.Length);
        return new MixFitFigures(sums.R2, sums.Rmse, sums.Rmse / range, sums.Mape, ofMean, residuals)
        {
            Regions = model.History.Regions is { } own ? RegionFit.Of(own, regions) : null,
        };
    }

    private static double RatioOfVariances(ReadOnlySpan<double> y, ReadOnlySpan<double> fit)
    {
        (double fitSum, double restSum, double fitSquares, double restSquares) = (0, 0, 0, 0);
        for (int t = 0; t < y.Length; t++)
        {
            double rest = y[t] - fit[t];
            fitSum += fit[t];
            restSum += rest;
            fitSquares += fit[t] * fit[t];
            restSquares += rest * rest;
        }

        double fitVariance = fitSquares / y.Length - fitSum / y.Length * (fitSum / y.Length);
        double restVariance = restSquares / y.Length - restSum / y.Length * (restSum / y.Length);
        return fitVariance / (fitVariance + restVariance);
    }
}
