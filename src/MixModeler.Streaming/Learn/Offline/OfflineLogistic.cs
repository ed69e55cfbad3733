using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Learn.Offline;

/// <summary>
/// Batch logistic regression with an L2 penalty on standardised inputs, by Newton's method (iteratively reweighted least
/// squares): what an analyst would fit who has all examples at once. For comparison only. O(n·d²) per iteration.
/// </summary>
public sealed class OfflineLogistic
{
    private const int IterationsMax = 50;

    // mean and inverse deviation per input, coefficients per input and the bias behind them.
    private readonly double[] mean;
    private readonly double[] inverse;
    private readonly double[] coefficients;

    private OfflineLogistic(int inputCount)
    {
        mean = new double[inputCount];
        inverse = new double[inputCount];
        coefficients = new double[inputCount + 1];
    }

    /// <summary>Newton steps until nothing moved any more.</summary>
    public int Iterations { get; private set; }

    /// <param name="inputs">One row per example, all finite.</param>
    /// <param name="labels">One label per row.</param>
    /// <param name="penalty">Weight of ½·Σw², the bias excepted; 1 is the usual default.</param>
    public static OfflineLogistic Fit(IReadOnlyList<double[]> inputs, IReadOnlyList<bool> labels, double penalty = 1)
    {
        if (inputs.Count == 0 || inputs.Count != labels.Count)
        {
            throw new ArgumentException($"{inputs.Count} rows and {labels.Count} labels cannot be fitted");
        }

        OfflineLogistic model = new(inputs[0].Length);
        model.Standardise(inputs);
        double loss = model.PenalisedLoss(inputs, labels, model.coefficients, penalty);
        for (model.Iterations = 1; model.Iterations <= IterationsMax; model.Iterations++)
        {
            double[] step = model.NewtonStep(inputs, labels, penalty);
            double share = 1;
            double[] moved;
            double lossMoved;
            do
            {
                // Halved until the loss falls: a full step can overshoot where the classes are nearly separable.
                moved = [.. model.coefficients.Zip(step, (coefficient, move) => coefficient - (share * move))];
                lossMoved = model.PenalisedLoss(inputs, labels, moved, penalty);
                share /= 2;
            }
            while (lossMoved > loss && share > 1e-6);

            if (lossMoved > loss)
            {
                break;
            }

            moved.CopyTo(model.coefficients, 0);
            loss = lossMoved;
            if (step.Max(Math.Abs) < 1e-8)
            {
                break;
            }
        }

        return model;
    }

    public double Predict(double[] inputs) => LinearModel.Sigmoid(Score(inputs, coefficients));

    private void Standardise(IReadOnlyList<double[]> inputs)
    {
        for (int i = 0; i < mean.Length; i++)
        {
            double sum = 0;
            foreach (double[] row in inputs)
            {
                sum += row[i];
            }

            mean[i] = sum / inputs.Count;
            double squares = 0;
            foreach (double[] row in inputs)
            {
                squares += (row[i] - mean[i]) * (row[i] - mean[i]);
            }

            double deviation = Math.Sqrt(squares / inputs.Count);
            inverse[i] = deviation > Math.Abs(mean[i]) * 1e-9 ? 1 / deviation : 0;
        }
    }

    private double Score(double[] row, double[] weights)
    {
        double z = weights[^1];
        for (int i = 0; i < row.Length; i++)
        {
            z += weights[i] * (row[i] - mean[i]) * inverse[i];
        }

        return z;
    }

    private double PenalisedLoss(IReadOnlyList<double[]> inputs, IReadOnlyList<bool> labels, double[] weights, double penalty)
    {
        double loss = 0;
        for (int n = 0; n < inputs.Count; n++)
        {
            // ln(1+eᶻ) - y·z, written so that nothing overflows.
            double z = Score(inputs[n], weights);
            loss += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (labels[n] ? z : 0);
        }

        for (int i = 0; i < mean.Length; i++)
        {
            loss += penalty / 2 * weights[i] * weights[i];
        }

        return loss;
    }

    private double[] NewtonStep(IReadOnlyList<double[]> inputs, IReadOnlyList<bool> labels, double penalty)
    {
        int size = coefficients.Length;
        double[] gradient = new double[size];
        double[,] curvature = new double[size, size];
        double[] row = new double[size];
        row[^1] = 1;
        for (int n = 0; n < inputs.Count; n++)
        {
            for (int i = 0; i < mean.Length; i++)
            {
                row[i] = (inputs[n][i] - mean[i]) * inverse[i];
            }

            double p = LinearModel.Sigmoid(Score(inputs[n], coefficients));
            double error = p - (labels[n] ? 1 : 0);
            double weight = p * (1 - p);
            for (int i = 0; i < size; i++)
            {
                gradient[i] += error * row[i];
                double weighted = weight * row[i];
                for (int j = 0; j <= i; j++)
                {
                    curvature[i, j] += weighted * row[j];
                }
            }
        }

        for (int i = 0; i < mean.Length; i++)
        {
            gradient[i] += penalty * coefficients[i];
            curvature[i, i] += penalty;
        }

        // Keeps the factorisation possible without a penalty, or where every p is 0 or 1.
        for (int i = 0; i < size; i++)
        {
            curvature[i, i] += 1e-9;
        }

        return Cholesky.Solve(curvature, gradient);
    }
}
