using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>How long the batch sampler runs.</summary>
/// <param name="Chains">Run side by side.</param>
/// <param name="WarmUp">Steps of each in which it learns the shape of its steps; thrown away.</param>
/// <param name="Draws">Steps of each that are kept.</param>
public sealed record MixBatchOptions(int Chains = 4, int WarmUp = 3_000, int Draws = 10_000)
{
    /// <summary>One chain after the other, on one processor.</summary>
    public bool IsSequential { get; init; }

    /// <summary>Gives it up.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Longer with the square of the coordinates: so many steps a random walk needs to learn their covariance and to go round.</summary>
    public static MixBatchOptions For(MixModel model)
    {
        int squared = model.ParticleLayout.Coordinates * model.ParticleLayout.Coordinates;
        return new MixBatchOptions(4, Math.Max(3_000, 60 * squared), Math.Max(10_000, 120 * squared));
    }
}

/// <summary>
/// The reference that the stream is held against: adaptive random-walk Metropolis (Haario, Saksman and Tamminen 2001) on the same
/// posterior, from draws of the prior, over all periods at once. It shares the likelihood with the stream and nothing else.
/// </summary>
internal sealed class MixBatch
{
    private const int AdaptEvery = 100;
    private const double AcceptanceWanted = 0.27;

    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly MixHistory history;
    private readonly IReadOnlyList<LiftTest> lifts;
    private readonly MixBatchOptions options;
    private readonly ulong seed;

    private MixBatch(MixModel model, MixBatchOptions options, ulong seed)
    {
        (layout, particles, history, lifts) = (model.Layout, model.ParticleLayout, model.History, model.AppliedLifts);
        (this.options, this.seed) = (options, seed);
    }

    /// <summary>Draws of each chain on the data and the experiments that a model has seen.</summary>
    public static MixDraws[] Run(MixModel model, MixBatchOptions options, ulong seed)
    {
        MixBatch batch = new(model, options, seed);
        MixDraws[] chains = new MixDraws[options.Chains];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.IsSequential ? 1 : -1, CancellationToken = options.Stop };
        Parallel.For(0, options.Chains, parallel, chain => chains[chain] = batch.RunChain(chain));
        return chains;
    }

    private MixDraws RunChain(int chain)
    {
        ParticleMoves.Worker worker = new(layout, particles);
        KeyedRandom random = new(seed, 0, Purpose.Chain, chain);
        double[] particle = Start(worker.Likelihood, ref random);
        int size = particles.Coordinates;
        Shape shape = new(size);
        for (int step = 0; step < options.WarmUp; step++)
        {
            options.Stop.ThrowIfCancellationRequested();
            bool accepted = worker.Try(particle, shape.Factor, shape.Step, history, lifts, ref random);
            shape.Adapt(particle, accepted, step);
            if (step == options.WarmUp / 3)
            {
                shape.Forget();       // The way from the prior is no part of the posterior's shape.
            }
        }

        MixDraws draws = new(layout, particles, history);
        for (int step = 0; step < options.Draws; step++)
        {
            options.Stop.ThrowIfCancellationRequested();
            worker.Try(particle, shape.Factor, shape.Step, history, lifts, ref random);
            draws.Add(worker.Likelihood, particle, 1.0 / options.Draws);
        }

        return draws;
    }

    // The most probable of some draws of the prior: a chain from the far end of it would spend its warm-up on the way.
    private double[] Start(MixLikelihood likelihood, ref KeyedRandom random)
    {
        const int Tries = 200;
        double[] best = new double[particles.Length];
        double[] candidate = new double[particles.Length];
        double most = double.NegativeInfinity;
        for (int i = 0; i < Tries; i++)
        {
            for (int j = 0; j < particles.Coordinates; j++)
            {
                candidate[j] = layout.CoordinatePriors[j].Draw(ref random);
            }

            for (int j = 0; j < particles.Normals; j++)
            {
                candidate[particles.Coordinates + j] = random.Normal();
            }

            likelihood.Rebuild(history, lifts, candidate);
            candidate[particles.LogPriorAt] = likelihood.LogPrior(candidate);
            candidate[particles.LogLikelihoodAt] = likelihood.LogLikelihood(history, candidate);
            likelihood.DrawRest(candidate, ref random);
            double log = candidate[particles.LogPriorAt] + candidate[particles.LogLikelihoodAt];
            if (log > most)
            {
                most = log;
                candidate.CopyTo(best, 0);
            }
        }

        return best;
    }

    // Shape and size of a chain's steps.
    private sealed class Shape
    {
        private readonly int size;
        private readonly double[] mean;
        private readonly double[] products;
        private double count;
        private double scale = 1;

        public Shape(int size)
        {
            this.size = size;
            mean = new double[size];
            products = new double[size * size];
            Factor = new double[size * size];
            for (int j = 0; j < size; j++)
            {
                Factor[j * size + j] = 0.2;
            }
        }

        public double[] Factor { get; }

        public double Step => scale * 2.38 / Math.Sqrt(Math.Max(1, size));

        public void Adapt(ReadOnlySpan<double> particle, bool accepted, int step)
        {
            scale *= Math.Exp(((accepted ? 1 : 0) - AcceptanceWanted) / Math.Sqrt(1 + step * 0.05));
            scale = Math.Clamp(scale, 0.02, 5);
            count++;
            Span<double> before = stackalloc double[size];
            for (int j = 0; j < size; j++)
            {
                before[j] = particle[j] - mean[j];
                mean[j] += before[j] / count;
            }

            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < size; j++)
                {
                    products[i * size + j] += before[i] * (particle[j] - mean[j]);
                }
            }

            if (count >= 5 * AdaptEvery && step % AdaptEvery == 0)
            {
                double[] covariance = [.. products.Select(product => product / count)];
                ParticleMoves.Cholesky(covariance, Factor, size);
            }
        }

        public void Forget()
        {
            count = 0;
            Array.Clear(mean);
            Array.Clear(products);
        }
    }
}
