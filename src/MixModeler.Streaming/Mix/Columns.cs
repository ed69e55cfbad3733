// Hot path of the mix: inner products over the history. Budget: 0 B. Measured by `bench mix`.
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Sums over columns of numbers. Always four lanes, two at a time, and never fused, whatever the processor has: the order of
/// the additions decides the last bit, and particles have to be the same bits after a replay.
/// </summary>
internal static class Columns
{
    private const int Lanes = 4;

    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        ref double a = ref MemoryMarshal.GetReference(left);
        ref double b = ref MemoryMarshal.GetReference(right[..left.Length]);
        Vector256<double> even = Vector256<double>.Zero;
        Vector256<double> odd = Vector256<double>.Zero;
        nuint i = 0;
        nuint length = (nuint)left.Length;
        for (; i + 2 * Lanes <= length; i += 2 * Lanes)
        {
            even += Vector256.LoadUnsafe(ref a, i) * Vector256.LoadUnsafe(ref b, i);
            odd += Vector256.LoadUnsafe(ref a, i + Lanes) * Vector256.LoadUnsafe(ref b, i + Lanes);
        }

        double sum = Vector256.Sum(even + odd);
        for (; i < length; i++)
        {
            sum += left[(int)i] * right[(int)i];
        }

        return sum;
    }

    public static double Sum(ReadOnlySpan<double> values)
    {
        ref double a = ref MemoryMarshal.GetReference(values);
        Vector256<double> sums = Vector256<double>.Zero;
        nuint i = 0;
        nuint length = (nuint)values.Length;
        for (; i + Lanes <= length; i += Lanes)
        {
            sums += Vector256.LoadUnsafe(ref a, i);
        }

        double sum = Vector256.Sum(sums);
        for (; i < length; i++)
        {
            sum += values[(int)i];
        }

        return sum;
    }

    /// <summary>In place.</summary>
    public static void Scale(double factor, Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }

    /// <summary>into += factor * values</summary>
    public static void AddScaled(double factor, ReadOnlySpan<double> values, Span<double> into)
    {
        ref double a = ref MemoryMarshal.GetReference(values);
        ref double b = ref MemoryMarshal.GetReference(into[..values.Length]);
        Vector256<double> factors = Vector256.Create(factor);
        nuint i = 0;
        nuint length = (nuint)values.Length;
        for (; i + Lanes <= length; i += Lanes)
        {
            (Vector256.LoadUnsafe(ref b, i) + factors * Vector256.LoadUnsafe(ref a, i)).StoreUnsafe(ref b, i);
        }

        for (; i < length; i++)
        {
            into[(int)i] += factor * values[(int)i];
        }
    }

    /// <summary>values[i] = values[i] / (half + values[i]), in place.</summary>
    public static void Halved(double half, Span<double> values)
    {
        ref double a = ref MemoryMarshal.GetReference(values);
        Vector256<double> halves = Vector256.Create(half);
        nuint i = 0;
        nuint length = (nuint)values.Length;
        for (; i + Lanes <= length; i += Lanes)
        {
            Vector256<double> x = Vector256.LoadUnsafe(ref a, i);
            (x / (halves + x)).StoreUnsafe(ref a, i);
        }

        for (; i < length; i++)
        {
            values[(int)i] /= half + values[(int)i];
        }
    }

    /// <summary>The columns with room for more.</summary>
    public static double[][] Grown(double[][] columns, int capacity)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            Array.Resize(ref columns[i], capacity);
        }

        return columns;
    }

    /// <summary>values[i] = (1 - e^(-rate values[i])) / (1 + e^(-rate values[i])), in place; values are not negative.</summary>
    public static void Logistic(double rate, Span<double> values)
    {
        ref double a = ref MemoryMarshal.GetReference(values);
        Vector256<double> rates = Vector256.Create(-rate);
        nuint i = 0;
        nuint length = (nuint)values.Length;
        for (; i + Lanes <= length; i += Lanes)
        {
            Vector256<double> e = Vector256.Exp(rates * Vector256.LoadUnsafe(ref a, i));
            ((Vector256<double>.One - e) / (Vector256<double>.One + e)).StoreUnsafe(ref a, i);
        }

        for (; i < length; i++)
        {
            values[(int)i] = Saturation.Logistic(values[(int)i], rate);
        }
    }
}
