namespace MixModeler.Streaming.Generate;

/// <summary>
/// Logarithm and exponential out of + - * / alone. <see cref="Math.Log(double)"/> is the C library's and may differ in the
/// last bit between machines, which would move an event by a millisecond and change every hash after it.
/// </summary>
internal static class PortableMath
{
    private const double Ln2 = 0.69314718055994530942;
    private const double SquareRootOf2 = 1.41421356237309504880;

    /// <summary>ln x for 0 &lt; x ≤ 1, by ln m = 2·artanh((m-1)/(m+1)) for the mantissa m in [√½, √2).</summary>
    public static double Ln(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xF_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > SquareRootOf2)
        {
            mantissa /= 2;
            exponent++;
        }

        double s = (mantissa - 1) / (mantissa + 1);
        double square = s * s;     // At most 0.0295: twelve terms leave an error below an ulp.
        double series = 0;
        for (int k = 12; k >= 0; k--)
        {
            series = series * square + 1.0 / (2 * k + 1);
        }

        return 2 * s * series + exponent * Ln2;
    }

    /// <summary>e⁻ˣ for 0 ≤ x ≤ 20 as 1/eˣ, whose series has only positive terms.</summary>
    public static double ExpOfMinus(double x)
    {
        double term = 1;
        double sum = 1;
        for (int k = 1; k < 100 && term > sum * 1e-18; k++)
        {
            term *= x / k;
            sum += term;
        }

        return 1 / sum;
    }
}
