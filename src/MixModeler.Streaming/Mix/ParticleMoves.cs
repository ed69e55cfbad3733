using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Metropolis steps that make resampled particles different again without changing what they stand for: a random walk shaped like
/// the cloud for the coordinates, and an autoregressive step for the normals, which keeps their distribution by itself.
/// </summary>
internal sealed class ParticleMoves
{
    private const int StepsMin = 3;
    private const int StepsMax = 12;
    private const int StepsMost = 48;
    private const double AcceptedPerParticle = 2;
    private const double Persistence = 0.8;

    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly int size;
    private readonly double[] factor;
    private readonly Worker[] workers;

    public ParticleMoves(MixLayout layout, ParticleLayout particles)
    {
        this.layout = layout;
        this.particles = particles;
        size = particles.Coordinates;
        factor = new double[size * size];
        workers = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 8)).Select(_ => new Worker(layout, particles))];
    }

    /// <summary>Times the cloud's shape: follows the share of steps that are accepted.</summary>
    public double Scale { get; set; } = 1;

    public double LastAcceptance { get; set; }

    public long StepsDone { get; set; }

    /// <summary>Takes the covariance of the weighted coordinates as the shape of a step.</summary>
    public void Learn(ParticleCloud cloud)
    {
        double[] mean = new double[size];
        for (int i = 0; i < cloud.Count; i++)
        {
            Columns.AddScaled(cloud.Weights[i], cloud[i][..size], mean);
        }

        double[] covariance = new double[size * size];
        double[] centred = new double[size];
        for (int i = 0; i < cloud.Count; i++)
        {
            for (int j = 0; j < size; j++)
            {
                centred[j] = cloud[i][j] - mean[j];
            }

            for (int j = 0; j < size; j++)
            {
                Columns.AddScaled(cloud.Weights[i] * centred[j], centred, covariance.AsSpan(j * size, size));
            }
        }

        Cholesky(covariance, factor, size);
    }

    /// <summary>Moves until particles are different again: twice each, and twice more for each halving by which fewer were left.</summary>
    /// <param name="cloud">Just resampled.</param>
    /// <param name="history">All of it.</param>
    /// <param name="lifts">Experiments that count.</param>
    /// <param name="period">Part of the random numbers' key.</param>
    /// <param name="effective">The effective number of particles before they were resampled.</param>
    public void Run(ParticleCloud cloud, MixHistory history, IReadOnlyList<LiftTest> lifts, int period, double effective)
    {
        double halvings = Math.Clamp(Math.Log2(cloud.Count / 4.0 / effective), 0, 8);
        double wanted = AcceptedPerParticle * (1 + halvings);
        int most = Math.Min(StepsMost, (int)(StepsMax * (1 + halvings)));
        double accepted = 0;
        for (int step = 0; step < most && (step < StepsMin || accepted < wanted); step++)
        {
            int round = Purpose.Move + cloud.Resamplings * StepsMost + step;
            long count = Step(cloud, history, lifts, period, round);
            LastAcceptance = (double)count / cloud.Count;
            accepted += LastAcceptance;
            Scale = Math.Clamp(Scale * Math.Exp(LastAcceptance - 0.28), 0.05, 3);
            StepsDone++;
        }
    }

    /// <summary>Does something to every particle, each with the workspace of whoever does it.</summary>
    public void ForEach(int count, Action<MixLikelihood, int> act) => Parallel.For(0, workers.Length, w =>
    {
        int end = (int)((long)count * (w + 1) / workers.Length);
        for (int i = (int)((long)count * w / workers.Length); i < end; i++)
        {
            act(workers[w].Likelihood, i);
        }
    });

    private long Step(ParticleCloud cloud, MixHistory history, IReadOnlyList<LiftTest> lifts, int period, int round)
    {
        double scale = Scale * 2.38 / Math.Sqrt(Math.Max(1, size));
        Parallel.For(0, workers.Length, w =>
        {
            Worker worker = workers[w];
            worker.Accepted = 0;
            int end = (int)((long)cloud.Count * (w + 1) / workers.Length);
            for (int i = (int)((long)cloud.Count * w / workers.Length); i < end; i++)
            {
                KeyedRandom random = new(layout.Spec.Seed, period, round, i);
                worker.Accepted += worker.Try(cloud[i], factor, scale, history, lifts, ref random) ? 1 : 0;
            }
        });
        return workers.Sum(worker => worker.Accepted);
    }

    /// <summary>Lower factor of a covariance; a direction without spread gets a little.</summary>
    internal static void Cholesky(ReadOnlySpan<double> covariance, Span<double> lower, int size)
    {
        lower.Clear();
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = covariance[i * size + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= lower[i * size + k] * lower[j * size + k];
                }

                lower[i * size + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-8)) : sum / lower[j * size + j];
            }
        }
    }

    /// <summary>One processor's workspace.</summary>
    internal sealed class Worker(MixLayout layout, ParticleLayout particles)
    {
        private readonly double[] proposal = new double[particles.Length];

        public MixLikelihood Likelihood { get; } = new(layout, particles);

        public long Accepted { get; set; }

        /// <summary>Proposes one step from a particle and takes it or not.</summary>
        public bool Try(
            Span<double> particle, ReadOnlySpan<double> shape, double scale, MixHistory history, IReadOnlyList<LiftTest> lifts, ref KeyedRandom random)
        {
            int size = particles.Coordinates;
            Span<double> next = proposal;
            particle.CopyTo(next);
            for (int k = 0; k < size; k++)
            {
                double normal = scale * random.Normal();
                for (int j = k; j < size; j++)
                {
                    next[j] += shape[j * size + k] * normal;
                }
            }

            double innovation = Math.Sqrt(1 - Persistence * Persistence);
            for (int j = size; j < size + particles.Normals; j++)
            {
                next[j] = Persistence * particle[j] + innovation * random.Normal();
            }

            double prior = Likelihood.LogPrior(next);
            Likelihood.Rebuild(history, lifts, next);
            double after = Likelihood.LogLikelihood(history, next);
            double ratio = after + prior - particle[particles.LogLikelihoodAt] - particle[particles.LogPriorAt];
            if (!(Math.Log(random.Uniform()) < ratio))
            {
                return false;
            }

            next[particles.LogLikelihoodAt] = after;
            next[particles.LogPriorAt] = prior;
            Likelihood.DrawRest(next, ref random);
            next.CopyTo(particle);
            return true;
        }
    }
}
