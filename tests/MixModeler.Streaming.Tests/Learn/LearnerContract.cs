using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>What every learner promises, whatever its inputs and rates.</summary>
public abstract class LearnerContract
{
    private const int Seed = 20_261;

    public abstract FtrlLearner Create();

    /// <summary>Categorical inputs per example.</summary>
    public abstract int HashedCount { get; }

    [Fact]
    public void Predicting_teaches_nothing()
    {
        FtrlLearner learner = Trained(500);
        byte[] before = Saved(learner);
        foreach (Example example in Examples(Seed + 1, 50))
        {
            learner.Predict(example.Inputs, example.Hashed);
        }

        Assert.Equal(before, Saved(learner));
    }

    [Fact]
    public void Same_sequence_gives_the_same_bytes() => Assert.Equal(Saved(Trained(2_000)), Saved(Trained(2_000)));

    [Fact]
    public void Predicting_in_between_leaves_no_trace()
    {
        FtrlLearner learner = Create();
        List<Example> others = Examples(Seed + 1, 2_000);
        List<Example> examples = Examples(Seed, 2_000);
        for (int i = 0; i < examples.Count; i++)
        {
            learner.Learn(examples[i].Inputs, examples[i].Hashed, examples[i].Label);
            learner.Predict(others[i].Inputs, others[i].Hashed);
        }

        Assert.Equal(Saved(Trained(2_000)), Saved(learner));
    }

    [Fact]
    public void Predicting_then_learning_answers_the_prediction_and_learns_the_same()
    {
        FtrlLearner fused = Create();
        FtrlLearner apart = Create();
        foreach (Example example in Examples(Seed, 1_000))
        {
            double predicted = apart.Predict(example.Inputs, example.Hashed);
            apart.Learn(example.Inputs, example.Hashed, example.Label);
            Assert.Equal(predicted, fused.PredictThenLearn(example.Inputs, example.Hashed, example.Label));
        }

        Assert.Equal(Saved(apart), Saved(fused));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void Saving_and_loading_anywhere_changes_no_bit_of_what_follows(int cut)
    {
        FtrlLearner whole = Trained(2_000);
        FtrlLearner first = Trained(cut);
        byte[] saved = Saved(first);
        FtrlLearner second = Trained(77);
        Load(second, saved);
        Assert.Equal(saved, Saved(second));
        foreach (Example example in Examples(Seed, 2_000).Skip(cut))
        {
            second.Learn(example.Inputs, example.Hashed, example.Label);
        }

        Assert.Equal(Saved(whole), Saved(second));
        Assert.Equal(2_000, second.Examples);
        foreach (Example example in Examples(Seed + 1, 50))
        {
            Assert.Equal(whole.Predict(example.Inputs, example.Hashed), second.Predict(example.Inputs, example.Hashed));
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e200)]
    public void What_is_not_a_usable_number_is_refused_and_changes_nothing(double bad)
    {
        FtrlLearner learner = Trained(300);
        byte[] before = Saved(learner);
        Example example = Examples(Seed, 1)[0];
        for (int i = 0; i < learner.InputCount; i++)
        {
            double[] inputs = [.. example.Inputs];
            inputs[i] = bad;
            Assert.Throws<ArgumentException>(() => learner.Predict(inputs, example.Hashed));
            Assert.Throws<ArgumentException>(() => learner.Learn(inputs, example.Hashed, true));
        }

        Assert.Throws<ArgumentException>(() => learner.Learn(example.Inputs.AsSpan(1), example.Hashed, true));
        Assert.Equal(before, Saved(learner));
    }

    [Fact]
    public void A_saved_learner_cut_at_any_byte_is_refused()
    {
        byte[] saved = Saved(Trained(20));
        for (int length = 0; length < saved.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Load(Create(), saved[..length]));
        }
    }

    [Fact]
    public void Learning_allocates_nothing()
    {
        FtrlLearner learner = Trained(1_000);
        Example example = Examples(Seed + 2, 1)[0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            learner.PredictThenLearn(example.Inputs, example.Hashed, example.Label);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_can_be_learned_is_learned()
    {
        FtrlLearner learner = Create();
        PrequentialMetrics metrics = new(2_000);
        foreach (Example example in Examples(Seed, 20_000))
        {
            metrics.Add(learner.PredictThenLearn(example.Inputs, example.Hashed, example.Label), example.Label);
        }

        // The examples' own probabilities reach .90; the label's share is about .21.
        Assert.InRange(metrics.OverWindow().Auc, 0.87, 1);
        Assert.InRange(metrics.OverWindow().CalibrationError, 0, 0.05);
    }

    protected static byte[] Saved(FtrlLearner learner)
    {
        PackedWriter writer = new();
        learner.Save(writer);
        return writer.Written.ToArray();
    }

    protected static void Load(FtrlLearner learner, byte[] saved)
    {
        PackedReader reader = new(saved);
        learner.Load(ref reader);
        Assert.Equal(0, reader.Remaining);
    }

    protected FtrlLearner Trained(int count)
    {
        FtrlLearner learner = Create();
        foreach (Example example in Examples(Seed, count))
        {
            learner.Learn(example.Inputs, example.Hashed, example.Label);
        }

        return learner;
    }

    protected List<Example> Examples(int seed, int count)
    {
        Random random = new(seed);
        int inputs = Create().InputCount;
        List<Example> examples = [];
        for (int n = 0; n < count; n++)
        {
            Example example = new(new double[inputs], new uint[HashedCount], false);
            double z = -2.2;
            for (int i = 0; i < inputs; i++)
            {
                // Dense ones of various sizes, a sparse indicator, and a constant.
                example.Inputs[i] = (i % 5) switch
                {
                    3 => random.NextDouble() < 0.02 ? 1 : 0,
                    4 => 42.5,
                    _ => Math.Exp(i) * (random.NextDouble() + random.NextDouble() - 0.7),
                };
                z += i % 5 == 4 ? 0 : example.Inputs[i] / (i % 5 == 3 ? 1 : Math.Exp(i)) * (i % 2 == 0 ? 2.5 : -2.5);
            }

            for (int i = 0; i < HashedCount; i++)
            {
                uint category = (uint)random.Next(8);
                example.Hashed[i] = (category + (100 * (uint)i)) * 2_654_435_761;
                z += (category - 3.5) * 0.3;
            }

            examples.Add(example with { Label = random.NextDouble() < LinearModel.Sigmoid(z) });
        }

        return examples;
    }

    protected sealed record Example(double[] Inputs, uint[] Hashed, bool Label);
}

public sealed class NumericLearnerTests : LearnerContract
{
    public override int HashedCount => 0;

    public override FtrlLearner Create() => new(new LearnerOptions(), 13, baseRate: 0.02);

    [Fact]
    public void Exported_model_predicts_the_same()
    {
        FtrlLearner learner = Create();
        List<Example> examples = Examples(7, 3_000);
        for (int i = 0; i < examples.Count; i++)
        {
            if (i % 50 < 5)
            {
                LinearModel model = learner.Export();
                Assert.Equal(i, model.Version);
                Assert.Equal(learner.Predict(examples[i].Inputs, []), model.Predict(examples[i].Inputs), 1e-12);
            }

            learner.Learn(examples[i].Inputs, [], examples[i].Label);
        }
    }

    [Fact]
    public void Before_the_first_example_everybody_has_the_base_rate() =>
        Assert.Equal(0.02, Create().Predict(Examples(3, 1)[0].Inputs, []), 1e-15);

    [Fact]
    public void Editing_the_base_rate_leaves_what_was_learned_alone()
    {
        FtrlLearner edited = new(new LearnerOptions(), 13, baseRate: 0.3);
        Load(edited, Saved(Trained(100)));

        Assert.Equal(Trained(100).Predict(Examples(3, 1)[0].Inputs, []), edited.Predict(Examples(3, 1)[0].Inputs, []));
    }

    [Fact]
    public void A_record_of_other_inputs_is_refused()
    {
        byte[] saved = Saved(Trained(10));

        Assert.Throws<InvalidDataException>(() => Load(new FtrlLearner(new LearnerOptions(), 12), saved));
        Assert.Throws<InvalidDataException>(() => Load(new FtrlLearner(new LearnerOptions(), 13, hashBits: 4), saved));
    }

    [Fact]
    public void Categorical_inputs_without_a_table_are_refused() =>
        Assert.Throws<ArgumentException>(() => Create().Predict(Examples(3, 1)[0].Inputs, [1u]));

    [Fact]
    public void Vectors_compute_what_the_published_formulas_say()
    {
        // The same learner written plainly, one coordinate after the other.
        LearnerOptions options = new() { Alpha = 0.2, Beta = 0.7, L1 = 0.3, L2 = 0.1 };
        FtrlLearner learner = new(options, 13);
        PlainLearner plain = new(options, 13);
        foreach (Example example in Examples(11, 3_000))
        {
            Assert.Equal(plain.PredictThenLearn(example.Inputs, example.Label), learner.PredictThenLearn(example.Inputs, [], example.Label));
        }
    }

    [Fact]
    public void One_outlier_does_not_end_the_learning_of_its_input()
    {
        double undisturbed = LossAfterOutlier(0.5);
        Assert.InRange(undisturbed, 0.4, 0.5);
        Assert.InRange(LossAfterOutlier(30), undisturbed - 0.01, undisturbed + 0.005);

        static double LossAfterOutlier(double outlier)
        {
            Random random = new(5);
            FtrlLearner learner = new(new LearnerOptions(), 1);
            PrequentialMetrics metrics = new(5_000);
            for (int i = 0; i < 30_000; i++)
            {
                double input = i == 500 ? outlier : (2 * random.NextDouble()) - 1;
                bool label = i != 500 && random.NextDouble() < LinearModel.Sigmoid(3 * input);
                metrics.Add(learner.PredictThenLearn([input], [], label), label);
            }

            return metrics.OverWindow().LogLoss;
        }
    }

    private sealed class PlainLearner(LearnerOptions options, int inputCount)
    {
        private readonly FtrlRates rates = new(options);
        private readonly FtrlCoordinate[] coordinates = new FtrlCoordinate[inputCount];
        private readonly double[] mean = new double[inputCount];
        private readonly double[] squares = new double[inputCount];
        private readonly double[] reach = new double[inputCount];
        private FtrlCoordinate bias;
        private double count;

        public double PredictThenLearn(double[] inputs, bool label)
        {
            double[] x = new double[inputs.Length];
            double[] lanes = new double[4];
            for (int i = 0; i < x.Length; i++)
            {
                double scale = Math.Max(Math.Sqrt(squares[i] * (1 / count)), reach[i] * (1 / InputScaling.ReachMax));
                x[i] = count > 0 && scale > Math.Abs(mean[i]) * 1e-6 ? (inputs[i] - mean[i]) * (1 / scale) : 0;
                lanes[i % 4] += coordinates[i].Weight(in rates) * x[i];
            }

            double predicted = LinearModel.Sigmoid(0 + bias.Weight(in rates) + (lanes[0] + lanes[1] + (lanes[2] + lanes[3])) + 0);
            double error = predicted - (label ? 1 : 0);
            bias.Learn(error, in rates);
            count++;
            for (int i = 0; i < x.Length; i++)
            {
                coordinates[i].Learn(error * Math.Clamp(x[i], -InputScaling.ReachMax, InputScaling.ReachMax), in rates);
                double deviation = inputs[i] - mean[i];
                mean[i] += deviation * (1 / count);
                squares[i] += deviation * (inputs[i] - mean[i]);
                reach[i] = Math.Max(reach[i] * (1 - 4.230545e-5), Math.Abs(inputs[i] - mean[i]));
            }

            return predicted;
        }
    }
}

public sealed class HashedLearnerTests : LearnerContract
{
    public override int HashedCount => 6;

    public override FtrlLearner Create() => new(new LearnerOptions { Alpha = 0.2 }, 4, hashBits: 12);

    [Fact]
    public void Export_is_refused() => Assert.Throws<InvalidOperationException>(() => Trained(10).Export());
}

public sealed class ShrinkingLearnerTests : LearnerContract
{
    public override int HashedCount => 2;

    public override FtrlLearner Create() => new(new LearnerOptions { Alpha = 0.3, Beta = 0.5, L1 = 0.5, L2 = 0.2 }, 7, hashBits: 10);
}
