// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// The normal posterior of the integrated coefficients, in the order of <see cref="MixLayout.Integrated"/>: its precision matrix and right side are
/// filled in, priors included, and factored in place. Coefficients are then drawn from the last one on. A workspace; one thread.
/// </summary>
internal sealed class NormalSystem
{
    private const double Certain = 8;     // Standard deviations from zero beyond which a sign costs nothing.

    private readonly MixLayout layout;
    private readonly double[] factor;
    private readonly double[] drawn;

    public NormalSystem(MixLayout layout)
    {
        this.layout = layout;
        Size = layout.Integrated.Length;
        factor = new double[Size * Size];
        drawn = new double[Size];
        Right = new double[Size];
    }

    public int Size { get; }

    /// <summary>The right side; after <see cref="Factorise"/> the forward half of the solution.</summary>
    public double[] Right { get; }

    /// <summary>A row of the precision matrix up to its diagonal; after <see cref="Factorise"/> of its Cholesky factor.</summary>
    public Span<double> Row(int i) => factor.AsSpan(i * Size, i + 1);

    /// <summary>Adds the priors, then Cholesky in place; returns the part of the likelihood that only depends on them.</summary>
    /// <param name="priorScale">Times the priors' standard deviations.</param>
    public double Factorise(double priorScale)
    {
        for (int i = 0; i < Size; i++)
        {
            (double mean, double deviation) = PriorOf(i, priorScale);
            factor[i * Size + i] += 1 / (deviation * deviation);
            Right[i] += mean / (deviation * deviation);
        }

        double result = 0;
        for (int i = 0; i < Size; i++)
        {
            Span<double> row = Row(i);
            double right = Right[i];
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> above = Row(j);
                double sum = row[j];
                for (int k = 0; k < j; k++)
                {
                    sum -= row[k] * above[k];
                }

                row[j] = sum / above[j];
                right -= row[j] * Right[j];
            }

            double rest = row[i];
            for (int k = 0; k < i; k++)
            {
                rest -= row[k] * row[k];
            }

            // The prior keeps the matrix positive; what rounding leaves of a column that is all but another one is not less than this.
            row[i] = Math.Sqrt(Math.Max(rest, 1e-12));
            Right[i] = right / row[i];
            (double mean, double deviation) = PriorOf(i, priorScale);
            result -= Math.Log(row[i] * deviation) + 0.5 * (mean / deviation) * (mean / deviation);
        }

        for (int j = 0; j < Size; j++)
        {
            result += 0.5 * Right[j] * Right[j];
        }

        return result;
    }

    /// <summary>
    /// Draws coefficients with a sign from the last one on, each given those after it, from what of its normal is not below zero; returns ln of the
    /// probability of that.
    /// </summary>
    /// <param name="normals">One for each, from the first one with a sign on.</param>
    /// <param name="priorScale">As before.</param>
    /// <param name="coefficients">All of the layout's.</param>
    public double DrawSigned(ReadOnlySpan<double> normals, double priorScale, Span<double> coefficients)
    {
        int first = Size - layout.SignedCount;
        double result = 0;
        for (int j = Size - 1; j >= first; j--)
        {
            double mean = Mean(j);
            double deviation = 1 / factor[j * Size + j];
            double normal = normals[j - first];
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

            Take(j, Math.Max(0, mean + normal * deviation), coefficients);
            (double priorMean, double priorDeviation) = PriorOf(j, priorScale);
            result -= NormalCurve.LogCumulative(priorMean / priorDeviation);
        }

        return result;
    }

    /// <summary>Draws the others, after <see cref="DrawSigned"/>.</summary>
    public void DrawRest(Span<double> coefficients, ref KeyedRandom random)
    {
        for (int j = Size - layout.SignedCount - 1; j >= 0; j--)
        {
            Take(j, Mean(j) + random.Normal() / factor[j * Size + j], coefficients);
        }
    }

    private void Take(int j, double value, Span<double> coefficients)
    {
        drawn[j] = value;
        coefficients[layout.Integrated[j]] = value;
    }

    private double Mean(int j)
    {
        double sum = Right[j];
        for (int k = j + 1; k < Size; k++)
        {
            sum -= factor[k * Size + j] * drawn[k];
        }

        return sum / factor[j * Size + j];
    }

    private (double Mean, double Deviation) PriorOf(int j, double scale)
    {
        int coefficient = layout.Integrated[j];
        Prior prior = layout.CoefficientPriors[coefficient];
        // A step is a share of an effect, whatever unit that is in.
        double unit = coefficient >= layout.BaselineCount + layout.Channels.Length ? 1 : scale;
        return prior.Kind == PriorKind.HalfNormal
            ? (0, prior.A * unit)
            : (layout.Signs[coefficient] < 0 ? -prior.A : prior.A, prior.B * unit);
    }
}
