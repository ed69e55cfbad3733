using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench learner`: 1 million synthetic conversions, 20 numeric and 6 categorical inputs, 10 % positive: predict, then learn.
/// Beside it the same FTRL-Proximal written as a plain loop over arrays, which takes inputs as they are: no scaling is learned,
/// nothing is checked. (Vowpal Wabbit 9 `--ftrl` reached 648,000 such examples/s from its binary cache.)
/// </summary>
internal sealed class LearnerBench : IBench
{
    private const int Numeric = 20;
    private const int Categorical = 6;
    private const int HashBits = 18;
    private const int Distinct = 65_536;

    private static readonly LearnerOptions Rates = new();

    public string Name => "learner";

    public string Summary => "examples/s of the online learner on 20 numeric and 6 hashed inputs, beside a plain loop";

    private sealed record Examples(double[] Inputs, uint[] Hashed, bool[] Labels);

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        Examples examples = Make();
        settings.Say($"{(double)examples.Labels.Count(label => label) / Distinct:P1} positive");
        int count = settings.Quick ? 100_000 : 1_000_000;
        FtrlLearner learner = new(Rates, Numeric, HashBits);
        PlainLoop loop = new();
        (Rate ours, Rate peer) = Measure.ByTurns(
            settings.Quick ? 3 : 7, count, () => Learn(learner, examples, count), () => loop.Learn(examples, count));
        (double oursLoss, double peerLoss) = Losses(examples);
        IReadOnlyList<BenchRow> rows =
        [
            new("learner examples/s", ours.PerSecond, "examples/s", "plain loop without scaling", peer.PerSecond),
            new("learner bytes allocated", ours.BytesPerOperation, "B/example", "plain loop without scaling", peer.BytesPerOperation),
            new("learner log-loss over the first 65,536", oursLoss, "nats", "plain loop without scaling", peerLoss),
        ];
        return Task.FromResult(rows);
    }

    private static void Learn(FtrlLearner learner, Examples examples, int count)
    {
        for (int n = 0; n < count; n++)
        {
            int i = n & (Distinct - 1);
            learner.PredictThenLearn(
                examples.Inputs.AsSpan(i * Numeric, Numeric), examples.Hashed.AsSpan(i * Categorical, Categorical), examples.Labels[i]);
        }
    }

    // Both learn something: else the loop beside us would measure nothing.
    private static (double Ours, double Peer) Losses(Examples examples)
    {
        FtrlLearner learner = new(Rates, Numeric, HashBits);
        PlainLoop loop = new();
        double ours = 0;
        double peer = 0;
        for (int i = 0; i < Distinct; i++)
        {
            bool label = examples.Labels[i];
            double p = learner.PredictThenLearn(
                examples.Inputs.AsSpan(i * Numeric, Numeric), examples.Hashed.AsSpan(i * Categorical, Categorical), label);
            double q = loop.PredictThenLearn(examples, i);
            ours -= Math.Log(label ? p : 1 - p);
            peer -= Math.Log(label ? q : 1 - q);
        }

        return (ours / Distinct, peer / Distinct);
    }

    private static Examples Make()
    {
        Random random = new(7);
        double[] truth = [.. Enumerable.Range(0, Numeric).Select(_ => random.NextDouble() - 0.5)];
        Examples examples = new(new double[Distinct * Numeric], new uint[Distinct * Categorical], new bool[Distinct]);
        for (int i = 0; i < Distinct; i++)
        {
            double z = -3.45;
            for (int f = 0; f < Numeric; f++)
            {
                // log1p of counts and minutes, as the feature schema makes them.
                double input = Math.Log(1 + (random.NextDouble() * random.NextDouble() * 50));
                examples.Inputs[(i * Numeric) + f] = input;
                z += truth[f] * (input - 2);
            }

            for (int f = 0; f < Categorical; f++)
            {
                uint category = (uint)random.Next(20 << f);
                examples.Hashed[(i * Categorical) + f] = ((category << 3) | (uint)f) * 2_654_435_761;
                z += (((category * 7) % 11) - 5.0) * 0.15;
            }

            examples.Labels[i] = random.NextDouble() < LinearModel.Sigmoid(z);
        }

        return examples;
    }

    /// <summary>What a person writes in ten minutes; the same rates, double precision, weights kept beside their sums.</summary>
    private sealed class PlainLoop
    {
        private readonly double[] z = new double[Numeric + 1 + (1 << HashBits)];
        private readonly double[] n = new double[Numeric + 1 + (1 << HashBits)];
        private readonly double[] w = new double[Numeric + 1 + (1 << HashBits)];

        public void Learn(Examples examples, int count)
        {
            for (int k = 0; k < count; k++)
            {
                PredictThenLearn(examples, k & (Distinct - 1));
            }
        }

        public double PredictThenLearn(Examples examples, int i)
        {
            ReadOnlySpan<double> inputs = examples.Inputs.AsSpan(i * Numeric, Numeric);
            ReadOnlySpan<uint> hashed = examples.Hashed.AsSpan(i * Categorical, Categorical);
            double sum = w[Numeric];
            for (int f = 0; f < Numeric; f++)
            {
                sum += w[f] * inputs[f];
            }

            foreach (uint hash in hashed)
            {
                sum += w[Numeric + 1 + (int)(hash & ((1 << HashBits) - 1))];
            }

            double p = 1 / (1 + Math.Exp(-sum));
            double error = p - (examples.Labels[i] ? 1 : 0);
            for (int f = 0; f < Numeric; f++)
            {
                Step(f, error * inputs[f]);
            }

            Step(Numeric, error);
            foreach (uint hash in hashed)
            {
                Step(Numeric + 1 + (int)(hash & ((1 << HashBits) - 1)), error);
            }

            return p;
        }

        private void Step(int at, double gradient)
        {
            double root = Math.Sqrt(n[at]);
            n[at] += gradient * gradient;
            double grown = Math.Sqrt(n[at]);
            z[at] += gradient - ((grown - root) / Rates.Alpha * w[at]);
            w[at] = Math.Abs(z[at]) <= Rates.L1
                ? 0
                : -(z[at] - (Math.Sign(z[at]) * Rates.L1)) / (((Rates.Beta + grown) / Rates.Alpha) + Rates.L2);
        }
    }
}
