namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>The standard normal distribution, and the gamma function that priors need.</summary>
internal static class NormalCurve
{
    private const double LogSqrtTwoPi = 0.918938533204672741780329736406;

    // Below this the curve is too small to be kept apart from rounding, and its continued fraction is exact.
    private const double Tail = -5;

    public static double LogDensity(double x) => -0.5 * x * x - LogSqrtTwoPi;

    /// <summary>P(Z ≤ x), to 1e-15; in the far tail to as many digits of itself. Hart 1968 as given by West 2005.</summary>
    public static double Cumulative(double x)
    {
        double z = Math.Abs(x);
        if (z > 37)
        {
            return x > 0 ? 1 : 0;
        }

        double tail;
        double e = Math.Exp(-z * z / 2);
        if (z < 7.07106781186547)
        {
            double up = ((((((3.52624965998911e-02 * z + 0.700383064443688) * z + 6.37396220353165) * z + 33.912866078383) * z
                + 112.079291497871) * z + 221.213596169931) * z) + 220.206867912376;
            double down = (((((((8.83883476483184e-02 * z + 1.75566716318264) * z + 16.064177579207) * z + 86.7807322029461) * z
                + 296.564248779674) * z + 637.333633378831) * z + 793.826512519948) * z) + 440.413735824752;
            tail = e * up / down;
        }
        else
        {
            tail = Math.Exp(LogCumulative(-z));
        }

        return x > 0 ? 1 - tail : tail;
    }

    /// <summary>ln P(Z ≤ x), also where P itself is zero.</summary>
    public static double LogCumulative(double x)
    {
        if (x > Tail)
        {
            return Math.Log(Cumulative(x));
        }

        // Mills' ratio as a continued fraction, from the inside out.
        double z = -x;
        double f = z;
        for (int k = 40; k >= 1; k--)
        {
            f = z + k / f;
        }

        return LogDensity(x) - Math.Log(f);
    }

    /// <summary>The x with P(Z ≤ x) = p, p above 0 and below 1, to 1e-16. Wichura 1988, AS 241.</summary>
    public static double Quantile(double p)
    {
        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            double r = 0.180625 - q * q;
            return q * (((((((r * 2509.0809287301226727 + 33430.575583588128105) * r + 67265.770927008700853) * r
                + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r + 133.14166789178437745) * r
                + 3.387132872796366608)
                / (((((((r * 5226.495278852545925 + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r
                + 5394.1960214247511077) * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1.0);
        }

        double s = Math.Sqrt(-Math.Log(q < 0 ? p : 1 - p));
        double value = s <= 5 ? Near(s - 1.6) : Far(s - 5);
        return q < 0 ? -value : value;
    }

    /// <summary>ln Γ(x) for x above 0, to 1e-14. Lanczos 1964, g = 7.</summary>
    public static double LogGamma(double x)
    {
        ReadOnlySpan<double> c =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
            -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        double a = c[0];
        for (int i = 1; i < c.Length; i++)
        {
            a += c[i] / (x - 1 + i);
        }

        double t = x - 1 + 7.5;
        return LogSqrtTwoPi + (x - 0.5) * Math.Log(t) - t + Math.Log(a);
    }

    private static double Near(double r) =>
        (((((((r * 7.7454501427834140764e-4 + 0.0227238449892691845833) * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r
        + 3.64784832476320460504) * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734)
        / (((((((r * 1.05075007164441684324e-9 + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
        + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1.0);

    private static double Far(double r) =>
        (((((((r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
        + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r
        + 6.6579046435011037772)
        / (((((((r * 2.04426310338993978564e-15 + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
        + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0);
}
