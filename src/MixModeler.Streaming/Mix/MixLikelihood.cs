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
    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly NormalSystem system;
    private readonly MediaSums media;
    private readonly RegionIntegral? integral;
    private readonly BaselineKnowledge? baselineKnowledge;
    private readonly double[] fixedEffects;
    private readonly double[] stepGains;
    private readonly int n0;
    private readonly int channels;
    private readonly int steps;
    private readonly int integratedChannels;

    public MixLikelihood(MixLayout layout, ParticleLayout particles)
    {
        this.layout = layout;
        this.particles = particles;
        Transform = new MixTransform(layout);
        Paths = new EffectPaths(layout, particles);
        Told = new ToldEffects(layout, particles, Paths);
        media = new MediaSums(layout, particles, Transform, Paths, Told);
        Regions = particles.Regions > 0 ? new RegionSums(layout, particles, Transform, Paths) : null;
        integral = particles.Regions > 0 ? new RegionIntegral(layout, particles) : null;
        system = new NormalSystem(layout);
        baselineKnowledge = layout.Spec.Base is null ? null : new BaselineKnowledge(layout, particles);
        n0 = layout.BaselineCount;
        channels = layout.Channels.Length;
        steps = layout.StepCount;
        integratedChannels = system.Size - n0 - steps;
        fixedEffects = new double[channels];
        stepGains = new double[steps];
    }

    public MixTransform Transform { get; }

    public EffectPaths Paths { get; }

    public ToldEffects Told { get; }

    /// <summary>Null where there is only the whole.</summary>
    public RegionSums? Regions { get; }

    /// <summary>Standard deviation of the noise, scaled.</summary>
    public double Sigma(ReadOnlySpan<double> particle) =>
        layout.SigmaAt < 0 ? layout.Spec.Noise.A : Math.Exp(particle[layout.SigmaAt]);

    /// <summary>The ROI that channels are spread around whose contribution goes with their spend.</summary>
    public double CommonRoi(ReadOnlySpan<double> particle) =>
        layout.CommonRoiAt < 0 ? layout.Spec.CommonRoi!.Value.A : layout.Spec.CommonRoi!.Value.Value(particle[layout.CommonRoiAt]);

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
    public ReadOnlySpan<double> Newest(MixHistory history, Span<double> particle) =>
        Regions is not null ? Regions.Newest(history, particle) : media.Newest(history, particle);

    /// <summary>Adds the newest period, whose saturated media are given, to a particle's sums.</summary>
    public void Extend(MixHistory history, ReadOnlySpan<double> newest, Span<double> particle)
    {
        if (Regions is not null)
        {
            Regions.Extend(history, particle);
        }
        else
        {
            media.Extend(history, newest, particle);
        }
    }

    /// <summary>Makes a particle's sums from the whole history: O(periods).</summary>
    public void Rebuild(MixHistory history, IReadOnlyList<LiftTest> lifts, Span<double> particle)
    {
        if (Regions is not null)
        {
            Regions.Rebuild(history, lifts, particle);
        }
        else
        {
            media.Rebuild(history, lifts, particle);
        }
    }

    /// <summary>Adds an experiment to a particle's sums.</summary>
    public void AddLift(MixHistory history, LiftTest test, Span<double> particle)
    {
        if (Regions is not null)
        {
            Regions.AddLift(history, test, particle);
        }
        else
        {
            Told.AddLift(history, test, Transform, particle);
        }
    }

    /// <summary>ln p(outcomes | coordinates, normals) up to a constant that all particles share.</summary>
    public double LogLikelihood(MixHistory history, Span<double> particle)
    {
        double sigma = Sigma(particle);
        double precision = 1 / (sigma * sigma);
        double prior = layout.Spec.CoefficientsInNoiseUnits ? sigma : 1;
        FillFixedEffects(history, particle);
        double squares = integral is null ? FillSystem(history, particle, precision) : FillRegionalSystem(history, particle, precision);
        double result = (integral?.LogVolume ?? 0) - history.Weight * Math.Max(1, particles.Regions) * Math.Log(sigma) - 0.5 * precision * squares
            + (integral?.Told(particle, fixedEffects) ?? FixedTold(particle)) + Told.CreditConstant(history, particle);
        result += baselineKnowledge?.Add(history, particle, fixedEffects, stepGains, system) ?? 0;
        result += system.Factorise(prior);
        return result + system.DrawSigned(particle.Slice(particles.Coordinates, particles.Normals), prior, particles.CoefficientsOf(particle));
    }

    /// <summary>Draws the coefficients that have no sign, after <see cref="LogLikelihood"/> of the same particle drew the others.</summary>
    public void DrawRest(Span<double> particle, ref KeyedRandom random)
    {
        system.DrawRest(particles.CoefficientsOf(particle), ref random);
        if (integral is not null)
        {
            double sigma = Sigma(particle);
            integral.Draw(particle, particles.CoefficientsOf(particle), 1 / (sigma * sigma), ref random);
        }
    }

    // What the particle itself says of a channel's effect, as a coefficient of the scaled target.
    private void FillFixedEffects(MixHistory history, Span<double> particle)
    {
        Span<double> coefficients = particles.CoefficientsOf(particle);
        for (int c = integratedChannels; c < channels; c++)
        {
            EffectSpec effect = layout.Channels[c].Effect;
            int at = layout.Places[c].Effect;
            double value = at < 0 ? effect.Prior.A : effect.Prior.Value(particle[at]);
            value *= effect.Kind == EffectKind.SpendShare ? CommonRoi(particle) : 1;
            double sum = particles.Channel(particle, c)[particles.SumAt];
            // A unit of the logarithm is, to first order, the mean outcome.
            double unit = layout.Spec.Form == MixForm.Additive ? history.Scales.Target : history.OutcomeSum / Math.Max(1, history.Periods);
            double all = effect.Kind switch
            {
                EffectKind.Roi or EffectKind.SpendShare => history.Spend[c] / (layout.Spec.RevenuePerUnit * unit),
                EffectKind.Contribution => history.OutcomeSum / unit,
                _ => 0,
            };
            // Before there are any media the effect is not yet tied to a coefficient.
            fixedEffects[c] = effect.Kind == EffectKind.Coefficient ? value : sum > 0 ? value * all / sum : 0;
            coefficients[n0 + c] = fixedEffects[c];
        }

        for (int k = 0; k < steps; k++)
        {
            int channel = layout.MediaColumns[channels + k].Channel;
            stepGains[k] = fixedEffects[channel] * Paths.StepOf(channel, particle);
        }
    }

    // The system of the integrated coefficients. Returns the squares that are left once the fixed effects are taken off the target.
    private double FillSystem(MixHistory history, Span<double> particle, double precision)
    {
        FillSteps(particle, precision);
        for (int i = 0; i < n0; i++)
        {
            Span<double> row = system.Row(steps + i);
            system.Right[steps + i] = precision * history.Rhs[i];
            for (int k = 0; k < steps; k++)
            {
                row[k] = precision * stepGains[k] * particles.Channel(particle, channels + k)[i];
            }

            for (int j = 0; j <= i; j++)
            {
                row[steps + j] = precision * history.Gram[i * n0 + j];
            }
        }

        for (int c = 0; c < integratedChannels; c++)
        {
            Span<double> row = system.Row(steps + n0 + c);
            ReadOnlySpan<double> sums = particles.Channel(particle, c);
            (double toldPrecision, double toldProduct) = Told.Of(c, 0, particle);
            system.Right[steps + n0 + c] = precision * sums[particles.RhsAt] + toldProduct;
            for (int k = 0; k < steps; k++)
            {
                row[k] = precision * stepGains[k] * sums[n0 + channels + k];
            }

            for (int j = 0; j <= n0 + c; j++)
            {
                row[steps + j] = precision * sums[j];
            }

            row[^1] += toldPrecision;
        }

        return TakeOffFixed(history, particle, precision);
    }

    // A step's coefficient counts in steps of the channel's effect; what others say of the channel is also about its steps.
    private void FillSteps(Span<double> particle, double precision)
    {
        for (int k = 0; k < steps; k++)
        {
            MediaColumn step = layout.MediaColumns[channels + k];
            ReadOnlySpan<double> sums = particles.Channel(particle, channels + k);
            (double toldOwn, double toldProduct) = Told.Of(channels + k, 0, particle);
            system.Right[k] = stepGains[k] * (precision * sums[particles.RhsAt] + toldProduct - fixedEffects[step.Channel] * toldOwn);
            Span<double> row = system.Row(k);
            for (int j = 0; j <= k; j++)
            {
                MediaColumn other = layout.MediaColumns[channels + j];
                double told = other.Channel == step.Channel ? Told.Of(channels + k, 1 + other.Step, particle).Precision : 0;
                row[j] = stepGains[k] * stepGains[j] * (precision * sums[n0 + channels + j] + told);
            }
        }
    }

    private double TakeOffFixed(MixHistory history, Span<double> particle, double precision)
    {
        double squares = history.Squares;
        for (int c = integratedChannels; c < channels; c++)
        {
            ReadOnlySpan<double> sums = particles.Channel(particle, c);
            double effect = fixedEffects[c];
            squares -= 2 * effect * sums[particles.RhsAt];
            for (int k = 0; k < steps; k++)
            {
                system.Right[k] -= precision * effect * stepGains[k] * sums[n0 + channels + k];
            }

            for (int j = 0; j < n0 + integratedChannels; j++)
            {
                system.Right[steps + j] -= precision * effect * sums[j];
            }

            for (int other = integratedChannels; other < channels; other++)
            {
                squares += effect * fixedEffects[other] * sums[n0 + other];
            }
        }

        return squares;
    }

    // The same where regions are integrated first: then all effects are on the particle.
    private double FillRegionalSystem(MixHistory history, Span<double> particle, double precision)
    {
        double squares = integral!.Gather(history, particle, fixedEffects, precision);
        for (int i = 0; i < n0; i++)
        {
            Span<double> row = system.Row(i);
            system.Right[i] = precision * integral.Rhs[i];
            for (int j = 0; j <= i; j++)
            {
                row[j] = precision * integral.Gram[i * n0 + j];
            }
        }

        return squares;
    }

    private double FixedTold(Span<double> particle)
    {
        double sum = 0;
        for (int c = integratedChannels; c < channels; c++)
        {
            (double precision, double product) = Told.Of(c, 0, particle);
            sum += fixedEffects[c] * (product - 0.5 * fixedEffects[c] * precision);
        }

        return sum;
    }
}
