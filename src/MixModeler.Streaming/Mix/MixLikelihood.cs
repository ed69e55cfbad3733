// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// The probability of all outcomes so far given a particle, with the linear part integrated exactly. Coefficients with a sign are
/// integrated by a draw of which each particle carries the normals: particle and draw together have exactly the posterior of the
/// constrained model (the sampler of Geweke, Hajivassiliou and Keane as an auxiliary variable). Holds a workspace; one thread.
/// </summary>
internal sealed class MixLikelihood
{
    private const double Certain = 8;     // Standard deviations from zero beyond which a sign costs nothing.

    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly MixTransform transform;
    private readonly double[] factor;
    private readonly double[] solved;
    private readonly double[] series;
    private readonly double[] fixedEffects;
    private readonly ToldEffects told;
    private readonly RegionSums? regions;
    private readonly Forgetting forgetting;
    private readonly int n0;
    private readonly int integrated;

    public MixLikelihood(MixLayout layout, ParticleLayout particles)
    {
        this.layout = layout;
        this.particles = particles;
        transform = new MixTransform(layout);
        told = new ToldEffects(layout, particles);
        forgetting = new Forgetting(particles);
        regions = particles.Regions > 0 ? new RegionSums(layout, particles, transform) : null;
        n0 = layout.BaselineCount;
        integrated = layout.IntegratedCount;
        factor = new double[integrated * integrated];
        solved = new double[integrated];
        series = new double[layout.Channels.Length];
        fixedEffects = new double[layout.Channels.Length];
    }

    public MixTransform Transform => transform;

    public ToldEffects Told => told;

    /// <summary>Null where there is only the whole.</summary>
    public RegionSums? Regions => regions;

    /// <summary>Standard deviation of the noise, scaled.</summary>
    public double Sigma(ReadOnlySpan<double> particle) =>
        layout.SigmaAt < 0 ? layout.Spec.Noise.A : Math.Exp(particle[layout.SigmaAt]);

    /// <summary>Sum of the priors of the coordinates.</summary>
    public double LogPrior(ReadOnlySpan<double> particle)
    {
        double sum = 0;
        for (int i = 0; i < layout.CoordinatePriors.Count; i++)
        {
            sum += layout.CoordinatePriors[i].LogDensity(particle[i]);
        }

        return sum;
    }

    /// <summary>The saturated media of the newest period, one number a channel; valid until the next call.</summary>
    public ReadOnlySpan<double> Newest(MixHistory history, Span<double> particle)
    {
        if (regions is not null)
        {
            return regions.Newest(history, particle);
        }

        for (int c = 0; c < series.Length; c++)
        {
            series[c] = transform.Last(c, history.Media(c), particle);
        }

        return series;
    }

    /// <summary>Adds the newest period, whose saturated media are given, to a particle's sums.</summary>
    public void Extend(MixHistory history, ReadOnlySpan<double> newest, Span<double> particle)
    {
        if (regions is not null)
        {
            regions.Extend(history, particle);
            return;
        }

        double y = history.Target[^1];
        ReadOnlySpan<double> row = history.LastRow;
        for (int c = 0; c < newest.Length; c++)
        {
            Span<double> sums = particles.Channel(particle, c);
            double s = newest[c];
            if (history.Discount < 1)
            {
                forgetting.Forget(history.Discount, sums);
            }

            for (int j = 0; j < n0; j++)
            {
                sums[j] += s * row[j];
            }

            for (int other = 0; other < newest.Length; other++)
            {
                sums[n0 + other] += s * newest[other];
            }

            sums[particles.RhsAt] += s * y;
            sums[particles.SumAt] += s;
            told.AddCredit(history, c, history.Periods - 1, s, 1, sums);
        }
    }

    /// <summary>Makes a particle's sums from the whole history: O(periods).</summary>
    public void Rebuild(MixHistory history, IReadOnlyList<LiftTest> lifts, Span<double> particle)
    {
        if (regions is not null)
        {
            regions.Rebuild(history, particle);
            return;
        }

        transform.Fill(history, particle);
        for (int c = 0; c < series.Length; c++)
        {
            Span<double> sums = particles.Channel(particle, c);
            sums.Clear();
            ReadOnlySpan<double> own = transform.Series(c);
            ReadOnlySpan<double> weighed = forgetting.Weighed(history, own);
            for (int j = 0; j < n0; j++)
            {
                sums[j] = Columns.Dot(weighed, history.Baseline(j));
            }

            for (int other = 0; other <= c; other++)
            {
                double product = Columns.Dot(weighed, transform.Series(other));
                sums[n0 + other] = product;
                particles.Channel(particle, other)[n0 + c] = product;
            }

            sums[particles.RhsAt] = Columns.Dot(weighed, history.Target);
            sums[particles.SumAt] = Columns.Sum(own);
            for (int t = 0; history.Credits[c] > 0 && t < history.Periods; t++)
            {
                told.AddCredit(history, c, t, own[t], history.Weights[t], sums);
            }
        }

        // A channel's row is cleared before later ones write into it, so lifts come last.
        for (int i = 0; i < lifts.Count; i++)
        {
            told.AddLift(history, lifts[i], transform, particle);
        }
    }

    /// <summary>ln p(outcomes | coordinates, normals) up to a constant that all particles share.</summary>
    public double LogLikelihood(MixHistory history, Span<double> particle)
    {
        double sigma = Sigma(particle);
        double precision = 1 / (sigma * sigma);
        double prior = layout.Spec.CoefficientsInNoiseUnits ? sigma : 1;
        FillFixedEffects(history, particle);
        double squares = regions is null ? FillSystem(history, particle, precision, prior) : FillRegionalSystem(history, particle, precision, prior);
        double result = (regions?.LogVolume ?? 0) - history.Weight * Math.Max(1, particles.Regions) * Math.Log(sigma) - 0.5 * precision * squares
            + FixedTold(particle) + told.CreditConstant(history, particle);
        result += Factorise(prior);
        for (int j = 0; j < integrated; j++)
        {
            result += 0.5 * solved[j] * solved[j];
        }

        return result + DrawSigned(particle, prior);
    }

    /// <summary>Draws the coefficients that have no sign, after <see cref="LogLikelihood"/> of the same particle drew the others.</summary>
    public void DrawRest(Span<double> particle, ref KeyedRandom random)
    {
        Span<double> coefficients = particles.CoefficientsOf(particle);
        for (int j = integrated - layout.SignedCount - 1; j >= 0; j--)
        {
            coefficients[j] = Mean(j, coefficients) + random.Normal() / factor[j * integrated + j];
        }

        if (regions is not null)
        {
            double sigma = Sigma(particle);
            regions.Draw(particle, coefficients, 1 / (sigma * sigma), ref random);
        }
    }

    // What the particle itself says of a channel's effect, as a coefficient of the scaled target.
    private void FillFixedEffects(MixHistory history, Span<double> particle)
    {
        Span<double> coefficients = particles.CoefficientsOf(particle);
        for (int c = integrated - n0; c < series.Length; c++)
        {
            EffectSpec effect = layout.Channels[c].Effect;
            int at = layout.Places[c].Effect;
            double value = at < 0 ? effect.Prior.A : effect.Prior.Value(particle[at]);
            double sum = particles.Channel(particle, c)[particles.SumAt];
            double all = effect.Kind switch
            {
                EffectKind.Roi => history.Spend[c] / (layout.Spec.RevenuePerUnit * history.Scales.Target),
                EffectKind.Contribution => history.OutcomeSum / history.Scales.Target,
                _ => 0,
            };
            // Before there are any media the effect is not yet tied to a coefficient.
            fixedEffects[c] = effect.Kind == EffectKind.Coefficient ? value : sum > 0 ? value * all / sum : 0;
            coefficients[n0 + c] = fixedEffects[c];
        }
    }

    // The system of the integrated coefficients: precision matrix into the lower half of `factor`, right side into `solved`.
    // Returns the squares that are left once the fixed effects are taken off the target.
    private double FillSystem(MixHistory history, Span<double> particle, double precision, double priorScale)
    {
        for (int i = 0; i < n0; i++)
        {
            solved[i] = precision * history.Rhs[i];
            for (int j = 0; j <= i; j++)
            {
                factor[i * integrated + j] = precision * history.Gram[i * n0 + j];
            }
        }

        for (int i = n0; i < integrated; i++)
        {
            ReadOnlySpan<double> sums = particles.Channel(particle, i - n0);
            (double toldPrecision, double toldProduct) = told.Of(i - n0, particle);
            solved[i] = precision * sums[particles.RhsAt] + toldProduct;
            for (int j = 0; j <= i; j++)
            {
                factor[i * integrated + j] = precision * sums[j];
            }

            factor[i * integrated + i] += toldPrecision;
        }

        double squares = history.Squares;
        for (int c = integrated - n0; c < series.Length; c++)
        {
            ReadOnlySpan<double> sums = particles.Channel(particle, c);
            double effect = fixedEffects[c];
            squares -= 2 * effect * sums[particles.RhsAt];
            for (int j = 0; j < integrated; j++)
            {
                solved[j] -= precision * effect * sums[j];
            }

            for (int other = integrated - n0; other < series.Length; other++)
            {
                squares += effect * fixedEffects[other] * sums[n0 + other];
            }
        }

        AddPriors(priorScale);
        return squares;
    }

    // The same where regions are integrated first: then all effects are on the particle.
    private double FillRegionalSystem(MixHistory history, Span<double> particle, double precision, double priorScale)
    {
        double squares = regions!.Gather(history, particle, fixedEffects, precision);
        for (int i = 0; i < n0; i++)
        {
            solved[i] = precision * regions.Rhs[i];
            for (int j = 0; j <= i; j++)
            {
                factor[i * integrated + j] = precision * regions.Gram[i * n0 + j];
            }
        }

        AddPriors(priorScale);
        return squares;
    }

    private void AddPriors(double priorScale)
    {
        for (int i = 0; i < integrated; i++)
        {
            (double mean, double deviation) = PriorOf(i, priorScale);
            factor[i * integrated + i] += 1 / (deviation * deviation);
            solved[i] += mean / (deviation * deviation);
        }
    }

    // Cholesky in place, then the forward half of the solution; returns the part of the likelihood that only depends on them.
    private double Factorise(double priorScale)
    {
        double result = 0;
        for (int i = 0; i < integrated; i++)
        {
            Span<double> row = factor.AsSpan(i * integrated, i + 1);
            double right = solved[i];
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> above = factor.AsSpan(j * integrated, j + 1);
                double sum = row[j];
                for (int k = 0; k < j; k++)
                {
                    sum -= row[k] * above[k];
                }

                row[j] = sum / above[j];
                right -= row[j] * solved[j];
            }

            double rest = row[i];
            for (int k = 0; k < i; k++)
            {
                rest -= row[k] * row[k];
            }

            // The prior keeps the matrix positive; what rounding leaves of a column that is all but another one is not less than this.
            row[i] = Math.Sqrt(Math.Max(rest, 1e-12));
            solved[i] = right / row[i];
            (double mean, double deviation) = PriorOf(i, priorScale);
            result -= Math.Log(row[i] * deviation) + 0.5 * (mean / deviation) * (mean / deviation);
        }

        return result;
    }

    // Draws coefficients with a sign from the last one on, each given those after it, from what of its normal is not below zero.
    private double DrawSigned(Span<double> particle, double priorScale)
    {
        Span<double> coefficients = particles.CoefficientsOf(particle);
        int first = integrated - layout.SignedCount;
        double result = 0;
        for (int j = integrated - 1; j >= first; j--)
        {
            double mean = Mean(j, coefficients);
            double deviation = 1 / factor[j * integrated + j];
            double normal = particle[particles.Coordinates + j - first];
            double ratio = mean / deviation;
            if (ratio < Certain)
            {
                double logAbove = NormalCurve.LogCumulative(ratio);
                result += logAbove;
                // So far below zero that the rest of the curve is an exponential.
                normal = ratio < -30
                    ? -ratio - Math.Log(NormalCurve.Cumulative(-normal)) / -ratio
                    : -NormalCurve.Quantile(Math.Max(double.Epsilon, NormalCurve.Cumulative(ratio) * NormalCurve.Cumulative(-normal)));
            }

            coefficients[j] = Math.Max(0, mean + normal * deviation);
            (double priorMean, double priorDeviation) = PriorOf(j, priorScale);
            result -= NormalCurve.LogCumulative(priorMean / priorDeviation);
        }

        return result;
    }

    private double Mean(int j, ReadOnlySpan<double> coefficients)
    {
        double sum = solved[j];
        for (int k = j + 1; k < integrated; k++)
        {
            sum -= factor[k * integrated + j] * coefficients[k];
        }

        return sum / factor[j * integrated + j];
    }

    private double FixedTold(Span<double> particle)
    {
        double sum = 0;
        for (int c = integrated - n0; c < series.Length; c++)
        {
            (double precision, double product) = told.Of(c, particle);
            sum += fixedEffects[c] * (product - 0.5 * fixedEffects[c] * precision);
        }

        return sum;
    }

    private (double Mean, double Deviation) PriorOf(int coefficient, double scale)
    {
        Prior prior = layout.CoefficientPriors[coefficient];
        return prior.Kind == PriorKind.HalfNormal
            ? (0, prior.A * scale)
            : (layout.Signs[coefficient] < 0 ? -prior.A : prior.A, prior.B * scale);
    }
}
