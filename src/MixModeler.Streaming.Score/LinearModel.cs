using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace MixModeler.Streaming.Score;

/// <summary>
/// A logistic model over the inputs of a <see cref="FeatureSchema"/>, immutable: P(label) = σ(bias + Σ wᵢ·inputᵢ).
/// The learner's scaling of the inputs is folded into the weights, so evaluating needs no statistics.
/// </summary>
public sealed class LinearModel
{
    private readonly double[] weights;

    public LinearModel(long version, double bias, IEnumerable<double> weights)
    {
        Version = version;
        Bias = bias;
        this.weights = [.. weights];
    }

    /// <summary>Number of examples learned; 0 is the model before any example: the declared base rate for everybody.</summary>
    public long Version { get; }

    public double Bias { get; }

    public ImmutableArray<double> Weights => [.. weights];

    /// <summary>The model that knows nothing but how often the label occurs.</summary>
    public static LinearModel OfBaseRate(double baseRate, int inputCount) =>
        new(0, Math.Log(baseRate / (1 - baseRate)), new double[inputCount]);

    /// <remarks>
    /// Four sums side by side, each in order and without fused operations: the same bits on every processor.
    /// </remarks>
    public double Predict(ReadOnlySpan<double> inputs)
    {
        ReadOnlySpan<double> weight = weights;
        inputs = inputs[..weight.Length];
        Vector256<double> sums = Vector256<double>.Zero;
        int i = 0;
        for (; i + Vector256<double>.Count <= weight.Length; i += Vector256<double>.Count)
        {
            sums += Vector256.LoadUnsafe(in weight[i]) * Vector256.LoadUnsafe(in inputs[i]);
        }

        double z = Bias + Vector256.Sum(sums);
        for (; i < weight.Length; i++)
        {
            z += weight[i] * inputs[i];
        }

        return Sigmoid(z);
    }

    /// <summary>1/(1+e⁻ᶻ) without overflow at either end.</summary>
    public static double Sigmoid(double z)
    {
        if (z >= 0)
        {
            return 1 / (1 + Math.Exp(-z));
        }

        double e = Math.Exp(z);
        return e / (1 + e);
    }
}
