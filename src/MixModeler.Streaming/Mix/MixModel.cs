// Hot path: one closed period into all particles. Budget: 10 ms at 1,000 particles, 0 B but where particles are moved. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// A marketing-mix model that takes in one closed period at a time and stands at the batch posterior: Rao-Blackwellised sequential Monte Carlo
/// (IBIS, Chopin 2002). What is not linear (carry-over, saturation, noise) is on weighted particles, what is linear is integrated
/// exactly for each of them. When the particles' weights become too unequal they are resampled and moved by Metropolis steps on
/// the likelihood of the whole history. Every random number is keyed by (seed, period, particle), so a replay makes the same bits.
/// Not thread-safe: one writer. Moves use all processors and do not depend on how many there are.
/// </summary>
public sealed class MixModel
{
    private readonly MixLikelihood likelihood;
    private readonly ParticleMoves moves;
    private readonly List<LiftTest> waiting;
    private readonly List<LiftTest> applied = [];
    private readonly double[] predicted;
    private readonly double[] steps;
    private readonly double[] priorWeights;
    private bool hasForetold;

    internal MixModel(MixLayout layout, MixScales scales)
    {
        Layout = layout;
        History = new MixHistory(layout, scales);
        ParticleLayout = new ParticleLayout(layout);
        Cloud = new ParticleCloud(layout.Spec.Particles, ParticleLayout.Length);
        likelihood = new MixLikelihood(layout, ParticleLayout);
        moves = new ParticleMoves(layout, ParticleLayout);
        waiting = [.. LiftTest.InOrder(layout.Spec.LiftTests)];
        predicted = new double[Cloud.Count];
        steps = new double[Cloud.Count];
        priorWeights = new double[Cloud.Count];
        DrawPrior();
    }

    internal MixLayout Layout { get; }

    internal MixHistory History { get; }

    internal ParticleLayout ParticleLayout { get; }

    internal ParticleCloud Cloud { get; }

    internal ParticleMoves Moves => moves;

    internal IReadOnlyList<LiftTest> AppliedLifts => applied;

    internal IReadOnlyList<LiftTest> WaitingLifts => waiting;

    public MixSpec Spec => Layout.Spec;

    /// <summary>How well each period was foretold before it was learned.</summary>
    public MixScores Scores { get; internal set; } = new();

    /// <summary>What was expected of the newest period before it was learned; null before the first one, and after a restart until the next.</summary>
    public MixForetold? Newest => hasForetold ? MixForetold.Of(History.Dates[^1], History.Outcome[^1], predicted, priorWeights) : null;

    /// <summary>Periods that were taken in.</summary>
    public int Periods => History.Periods;

    /// <summary>ln p(outcomes): the sum of the log predictive densities of the scaled outcomes; not a number where the spec forgets.</summary>
    public double LogEvidence { get; internal set; }

    /// <summary>How often particles were resampled and moved.</summary>
    public int Resamplings => Cloud.Resamplings;

    /// <summary>Columns that an observation's inputs stand in order of.</summary>
    public IReadOnlyList<string> Inputs => Layout.Inputs;

    /// <summary>A model that has seen nothing; scales that the spec leaves open are taken from the first periods.</summary>
    public static MixModel Create(MixSpec spec, IReadOnlyList<MixObservation> first)
    {
        MixLayout layout = new(spec);
        return new MixModel(layout, ScalesOf(layout, first));
    }

    /// <summary>Takes in one closed period.</summary>
    /// <exception cref="ArgumentException">A number is missing or not finite, media are negative, the date does not follow, or
    /// the outcome is not above 0 in the multiplicative form.</exception>
    public void Update(in MixObservation observation)
    {
        Check(observation);
        int period = History.Periods;
        History.Append(observation);
        Cloud.Weights.CopyTo(priorWeights, 0);
        if (History.Regions is not null)
        {
            TakeInRegions(period);
        }
        else
        {
            for (int i = 0; i < Cloud.Count; i++)
            {
                TakeIn(likelihood, period, i);
            }
        }

        double evidence = 0;
        double most = double.NegativeInfinity;
        for (int i = 0; i < Cloud.Count; i++)
        {
            Cloud.LogWeights[i] += double.IsFinite(steps[i]) ? steps[i] : double.NegativeInfinity;
            most = Math.Max(most, steps[i]);
            evidence += priorWeights[i] * Math.Exp(Math.Clamp(steps[i], -700, 700));
        }

        hasForetold = true;
        // Where the past is forgotten, the steps from likelihood to likelihood are no predictive densities.
        LogEvidence += History.Discount < 1 ? double.NaN : evidence > 0 ? Math.Log(evidence) : most;
        if (period >= Spec.WarmUp)
        {
            Scores.Add(observation.Target, predicted, priorWeights);
        }

        Cloud.Normalise();
        ApplyLifts(period);
        if (Cloud.EffectiveCount < Cloud.Count / 2.0)
        {
            Move(period);
        }
    }

    /// <summary>Takes in an experiment, at any time: at once where its last measured period is in, otherwise when it is.</summary>
    /// <exception cref="ArgumentException">The model is not additive, or has no such channel or region.</exception>
    public void AddLiftTest(LiftTest test)
    {
        if (MixOrders.ProblemOf(test, Spec) is { } problem)
        {
            throw new ArgumentException(problem, nameof(test));
        }

        waiting.Add(test);
        if (History.Periods > 0)
        {
            ApplyLifts(History.Periods - 1);
            if (Cloud.EffectiveCount < Cloud.Count / 2.0)
            {
                Move(History.Periods - 1);
            }
        }
    }

    /// <summary>Of these experiments, those that were not applied yet wait for their last measured period.</summary>
    internal void WaitFor(IReadOnlyList<LiftTest> tests)
    {
        waiting.Clear();
        waiting.AddRange(tests.Except(applied));
    }

    internal void RestoreLifts(IReadOnlyList<LiftTest> done, IReadOnlyList<LiftTest> open)
    {
        applied.AddRange(done);
        waiting.Clear();
        waiting.AddRange(open);
    }

    // So much work for each particle that it pays to share it out; a particle's numbers do not depend on who makes them.
    private void TakeInRegions(int period) => moves.ForEach(Cloud.Count, (each, i) => TakeIn(each, period, i));

    private void TakeIn(MixLikelihood with, int period, int i)
    {
        Span<double> particle = Cloud[i];
        KeyedRandom random = new(Spec.Seed, period, Purpose.Predict, i);
        ReadOnlySpan<double> newest = with.Newest(History, particle);
        predicted[i] = Foretold(with, newest, particle, ref random);
        with.Extend(History, newest, particle);
        double before = particle[ParticleLayout.LogLikelihoodAt];
        double after = with.LogLikelihood(History, particle);
        with.DrawRest(particle, ref random);
        particle[ParticleLayout.LogLikelihoodAt] = after;
        steps[i] = after - before;
    }

    private void Move(int period)
    {
        double effective = Cloud.EffectiveCount;
        Cloud.Resample(new KeyedRandom(Spec.Seed, period, Purpose.Resample + Cloud.Resamplings, 0).Uniform(), moves.Learn);
        moves.Run(Cloud, History, applied, period, effective);
    }

    // An experiment that contradicts what was learned would leave few particles alive. It enters by parts, each as a test with a larger
    // standard error, and particles are moved in between.
    private void ApplyLifts(int period)
    {
        for (int w = waiting.Count - 1; w >= 0; w--)
        {
            if (History.Dates[period] < waiting[w].MeasuredTo)
            {
                continue;
            }

            LiftTest test = waiting[w];
            waiting.RemoveAt(w);
            applied.Add(test);
            double entered = 0;
            while (entered < 1)
            {
                entered = Enter(test, entered, period);
                applied[^1] = entered < 1 ? test with { StandardError = test.StandardError / Math.Sqrt(entered) } : test;
                if (Cloud.EffectiveCount < Cloud.Count / 2.0)
                {
                    Move(period);
                }
            }
        }
    }

    // Weighs the particles by the largest part of what is left of a test that does not halve their effective number.
    private double Enter(LiftTest test, double entered, int period)
    {
        const double PartMin = 1e-3;
        double effective = Cloud.EffectiveCount;
        double[] before = [.. Cloud.Values];
        double[] logWeights = [.. Cloud.LogWeights];
        for (double part = 1 - entered; ; part /= 2)
        {
            LiftTest weaker = test with { StandardError = test.StandardError / Math.Sqrt(part) };
            for (int i = 0; i < Cloud.Count; i++)
            {
                Span<double> particle = Cloud[i];
                likelihood.AddLift(History, weaker, particle);
                double after = likelihood.LogLikelihood(History, particle);
                KeyedRandom random = new(Spec.Seed, period, Purpose.Lift + applied.Count, i);
                likelihood.DrawRest(particle, ref random);
                Cloud.LogWeights[i] += after - particle[ParticleLayout.LogLikelihoodAt];
                particle[ParticleLayout.LogLikelihoodAt] = after;
            }

            Cloud.Normalise();
            if (Cloud.EffectiveCount >= effective / 2 || part < PartMin)
            {
                return part >= 1 - entered ? 1 : entered + part;
            }

            before.CopyTo(Cloud.Values);
            logWeights.CopyTo(Cloud.LogWeights, 0);
        }
    }

    // An outcome that this particle holds possible, before it has learned the real one.
    private double Foretold(MixLikelihood with, ReadOnlySpan<double> newest, Span<double> particle, ref KeyedRandom random)
    {
        ReadOnlySpan<double> coefficients = ParticleLayout.CoefficientsOf(particle);
        double sum = with.Sigma(particle) * History.NoiseShare * random.Normal() + (with.Regions?.OwnLevel(History, particle) ?? 0);
        ReadOnlySpan<double> row = History.LastRow;
        for (int j = 0; j < row.Length; j++)
        {
            sum += coefficients[j] * row[j];
        }

        for (int c = 0; c < newest.Length; c++)
        {
            sum += coefficients[row.Length + c] * with.Paths.Share(c, History.Periods - 1, particle) * newest[c];
        }

        return History.Scales.Target * (Spec.Form == MixForm.Additive ? sum : Math.Exp(sum));
    }

    private void DrawPrior()
    {
        for (int i = 0; i < Cloud.Count; i++)
        {
            Span<double> particle = Cloud[i];
            KeyedRandom random = new(Spec.Seed, -1, Purpose.Prior, i);
            for (int j = 0; j < ParticleLayout.Coordinates; j++)
            {
                particle[j] = Layout.CoordinatePriors[j].Draw(ref random);
            }

            for (int j = 0; j < ParticleLayout.Normals; j++)
            {
                particle[ParticleLayout.Coordinates + j] = random.Normal();
            }

            particle[ParticleLayout.LogPriorAt] = likelihood.LogPrior(particle);
            particle[ParticleLayout.LogLikelihoodAt] = likelihood.LogLikelihood(History, particle);
            likelihood.DrawRest(particle, ref random);
        }
    }

    private void Check(in MixObservation observation)
    {
        if (!double.IsFinite(observation.Target) || observation.Inputs.Length != Layout.Inputs.Length)
        {
            throw new ArgumentException($"{observation.Date:yyyy-MM-dd}: the outcome is not a finite number, or inputs are missing");
        }

        if (Spec.Form == MixForm.Multiplicative && observation.Target <= 0)
        {
            throw new ArgumentException($"{observation.Date:yyyy-MM-dd}: the outcome {observation.Target} is not above 0, which the multiplicative form needs");
        }

        if (History.Periods > 0 && observation.Date <= History.Dates[^1])
        {
            throw new ArgumentException($"{observation.Date:yyyy-MM-dd} does not come after {History.Dates[^1]:yyyy-MM-dd}");
        }

        CheckInputs(observation.Date, observation.Inputs);
        if (observation.Regions?.Length != Spec.Regions?.Members.Count)
        {
            throw new ArgumentException(
                $"{observation.Date:yyyy-MM-dd}: the model has {Spec.Regions?.Members.Count ?? 0} regions, the period {observation.Regions?.Length ?? 0}");
        }

        foreach (RegionNumbers region in observation.Regions ?? [])
        {
            if (!double.IsFinite(region.Target) || region.Inputs.Length != Layout.Inputs.Length)
            {
                throw new ArgumentException($"{observation.Date:yyyy-MM-dd}: the outcome of a region is not a finite number, or inputs are missing");
            }

            CheckInputs(observation.Date, region.Inputs);
        }
    }

    private void CheckInputs(DateOnly date, double[] inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            bool isMedia = Array.IndexOf(Layout.MediaInputs, i) >= 0 || Array.IndexOf(Layout.SpendInputs, i) >= 0;
            bool isUntold = double.IsNaN(inputs[i]) && Array.IndexOf(Layout.CreditInputs, i) >= 0;
            if ((!double.IsFinite(inputs[i]) && !isUntold) || isMedia && inputs[i] < 0)
            {
                throw new ArgumentException($"{date:yyyy-MM-dd}: '{Layout.Inputs[i]}' is {inputs[i]}: media are finite numbers from 0 on, factors finite");
            }
        }
    }

    internal static MixScales ScalesOf(MixLayout layout, IReadOnlyList<MixObservation> first)
    {
        int window = Math.Min(first.Count, layout.Spec.ScaleWindow);
        double Largest(Func<MixObservation, double> of)
        {
            double most = 0;
            for (int t = 0; t < window; t++)
            {
                most = Math.Max(most, Math.Abs(of(first[t])));
            }

            return most > 0 ? most : 1;
        }

        double[] media = [.. layout.Channels.Select((channel, c) => channel.Scale ?? Largest(row => row.Inputs[layout.MediaInputs[c]]))];
        return new MixScales(layout.Spec.TargetScale ?? Largest(row => row.Target), media);
    }
}
