namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Shares one conversion between the touches before it and the baseline. In the survival model the odds of converting on the day are
/// e^(b + Σ w) over the touches. The share of a touch is its Shapley value of v(S) = odds with only the touches S, divided by the odds with
/// all; the baseline's share is v(nobody) / v(all) = e^(-Σ w). The base rate b cancels out.
/// </summary>
/// <remarks>
/// Exact for paths of any length. By the multilinear extension (Owen, Management Science 18, 1972) the value of touch i is the integral over
/// t of its gain when every other touch is there with probability t. With g = e^w - 1 that is
/// ∫ g_i Π_{j≠i} (1 + t g_j) dt over 0 … 1, a polynomial of degree n - 1, which Gauss–Legendre with n / 2 nodes integrates exactly. Beyond
/// <see cref="NodesMax"/> nodes (64 touches) what is left out is below rounding.
/// </remarks>
public static class IncrementalShares
{
    private const int NodesMax = 32;

    private static readonly (double At, double Weight)[][] Rules = [.. Enumerable.Range(0, NodesMax + 1).Select(GaussLegendre)];

    /// <summary>Writes the share of every touch and returns that of the baseline; together they are 1.</summary>
    /// <param name="effects">Log odds that each touch adds; not negative.</param>
    /// <param name="shares">As long as the effects.</param>
    public static double Of(ReadOnlySpan<double> effects, Span<double> shares)
    {
        double sum = 0;
        foreach (double effect in effects)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(effect, nameof(effects));
            sum += effect;
        }

        double baseline = Math.Exp(-sum);
        shares.Clear();
        if (sum <= 0)
        {
            return 1;
        }

        foreach ((double at, double weight) in Rules[Math.Min(NodesMax, (effects.Length + 1) / 2)])
        {
            // Π (1 + t g) / Π (1 + g) factor by factor, each at most 1: it cannot overflow. (1 + t g) / (1 + g) = t + (1 - t) e^-w.
            double product = 1;
            foreach (double effect in effects)
            {
                product *= at + ((1 - at) * Math.Exp(-effect));
            }

            for (int i = 0; i < effects.Length; i++)
            {
                // g / (1 + t g) = (1 - e^-w) / (e^-w + t (1 - e^-w)).
                double lost = -Lost(effects[i]);
                shares[i] += weight * product * lost / (1 - lost + (at * lost));
            }
        }

        // The sum is 1 - baseline up to rounding; make it so.
        double total = 0;
        foreach (double share in shares)
        {
            total += share;
        }

        double correction = total > 0 ? -Lost(sum) / total : 0;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] *= correction;
        }

        return baseline;
    }

    // e^-w - 1 without losing what is small.
    private static double Lost(double effect) => effect > 1e-5 ? Math.Exp(-effect) - 1 : -effect + (effect * effect / 2) - (effect * effect * effect / 6);

    // Nodes and weights on 0 … 1: Newton on the Legendre polynomial from Tricomi's first guess.
    private static (double At, double Weight)[] GaussLegendre(int count)
    {
        (double At, double Weight)[] nodes = new (double, double)[count];
        for (int i = 0; i < count; i++)
        {
            double x = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            double slope = 1;
            for (int step = 0; step < 100; step++)
            {
                (double before, double value) = (1, x);
                for (int degree = 2; degree <= count; degree++)
                {
                    (before, value) = (value, ((((2 * degree) - 1) * x * value) - ((degree - 1) * before)) / degree);
                }

                slope = count * ((x * value) - before) / ((x * x) - 1);
                double move = value / slope;
                x -= move;
                if (Math.Abs(move) < 1e-16)
                {
                    break;
                }
            }

            nodes[i] = ((1 - x) / 2, 1 / ((1 - (x * x)) * slope * slope));
        }

        return nodes;
    }
}
