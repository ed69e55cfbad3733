using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

// The weights of the numeric inputs, four at a time. Lane for lane the arithmetic of FtrlCoordinate, and the one sum has a
// fixed order of four lanes whatever the machine's vectors, so the width of the registers never shows in the weights.
internal sealed class DenseWeights
{
    private readonly FtrlRates rates;
    private readonly Vector256<double>[] z;
    private readonly Vector256<double>[] n;

    // Follow from z and n; kept because taking roots and dividing is most of the work.
    private readonly Vector256<double>[] rootN;
    private readonly Vector256<double>[] weights;

    public DenseWeights(int vectors, in FtrlRates rates)
    {
        this.rates = rates;
        z = new Vector256<double>[vectors];
        n = new Vector256<double>[vectors];
        rootN = new Vector256<double>[vectors];
        weights = new Vector256<double>[vectors];
    }

    public double this[int input] => Lanes(weights)[input];

    public double Dot(ReadOnlySpan<Vector256<double>> standardised)
    {
        Vector256<double> sum = Vector256<double>.Zero;
        Vector256<double>[] w = weights;
        for (int i = 0; i < w.Length; i++)
        {
            sum += w[i] * standardised[i];
        }

        return sum[0] + sum[1] + (sum[2] + sum[3]);
    }

    /// <summary>
    /// One step along the gradient error·input. An input beyond everything seen counts as one at the edge of what was seen:
    /// a single outlier must not use up the learning rate of its weight.
    /// </summary>
    public void Learn(ReadOnlySpan<Vector256<double>> standardised, double error)
    {
        Vector256<double> limit = Vector256.Create(InputScaling.ReachMax);
        Vector256<double> errors = Vector256.Create(error);
        Vector256<double> inverseAlpha = Vector256.Create(rates.InverseAlpha);
        for (int i = 0; i < z.Length; i++)
        {
            Vector256<double> x = standardised[i];
            x = Vector256.ConditionalSelect(Vector256.GreaterThan(x, limit), limit, x);
            x = Vector256.ConditionalSelect(Vector256.LessThan(x, -limit), -limit, x);
            Vector256<double> gradient = errors * x;
            Vector256<double> grown = n[i] + (gradient * gradient);
            Vector256<double> root = Vector256.Sqrt(grown);
            Vector256<double> sigma = (root - rootN[i]) * inverseAlpha;
            Vector256<double> moved = z[i] + (gradient - (sigma * weights[i]));
            n[i] = grown;
            rootN[i] = root;
            z[i] = moved;
            weights[i] = Weight(moved, root);
        }
    }

    public void Save(PackedWriter writer, int input)
    {
        writer.Double(Lanes(z)[input]);
        writer.Double(Lanes(n)[input]);
    }

    public void Load(ref PackedReader reader, int input)
    {
        Lanes(z)[input] = reader.Double();
        Lanes(n)[input] = reader.Double();
        Lanes(rootN)[input] = Math.Sqrt(Lanes(n)[input]);
        Lanes(weights)[input] = rates.Weight(Lanes(z)[input], Lanes(rootN)[input]);
    }

    private Vector256<double> Weight(Vector256<double> z, Vector256<double> rootN)
    {
        Vector256<double> shrunk = Vector256.Abs(z) - Vector256.Create(rates.L1);
        Vector256<double> sign = z & Vector256.Create(-0.0);
        Vector256<double> rate = ((Vector256.Create(rates.Beta) + rootN) * Vector256.Create(rates.InverseAlpha)) + Vector256.Create(rates.L2);
        Vector256<double> weight = -(shrunk | sign) / rate;
        return Vector256.ConditionalSelect(Vector256.GreaterThan(shrunk, Vector256<double>.Zero), weight, Vector256<double>.Zero);
    }

    private static Span<double> Lanes(Vector256<double>[] vectors) => MemoryMarshal.Cast<Vector256<double>, double>(vectors.AsSpan());
}
