// Once per solve; buffers are kept, so that a solve of a known size allocates nothing. Measured by AttributionBench.
namespace MixModeler.Streaming.Attribute;

/// <summary>
/// An absorbing Markov chain given by weights: state i goes to state j in proportion to C[i,j] and is absorbed in proportion to a[i].
/// It solves (D - C) x = b, where D[i] is all that leaves i, for as many right-hand sides as one likes after one factorisation.
/// </summary>
/// <remarks>
/// <para>With b[i] = the weight of conversions from i, x[i] is the probability that a journey in i converts. With b = the unit vector of
/// c, x[i] / x[c] is the probability that a journey in i ever comes to c.</para>
/// <para>The factorisation is LU in the form of Grassmann, Taksar and Heyman (Operations Research 33, 1985): a pivot is computed as
/// the sum of what leaves the state, not as 1 - (what stays). Nothing is ever subtracted, so every result has full relative
/// precision, however rare conversions are, and no pivoting is needed. O(n³ / 3) for the factorisation, O(n²) for a right-hand side.</para>
/// </remarks>
internal sealed class AbsorbingChain
{
    private double[] weights = [];
    private double[] absorbed = [];
    private double[] pivots = [];

    public int States { get; private set; }

    /// <summary>Begins a chain of so many states without any transition.</summary>
    public void Reset(int states)
    {
        States = states;
        if (weights.Length < states * states)
        {
            weights = new double[states * states];
            absorbed = new double[states];
            pivots = new double[states];
        }

        weights.AsSpan(0, states * states).Clear();
        absorbed.AsSpan(0, states).Clear();
    }

    public void Go(int from, int to, double weight) => weights[(from * States) + to] += weight;

    public void Absorb(int from, double weight) => absorbed[from] += weight;

    /// <summary>Factors in place; the weights are gone afterwards.</summary>
    public void Factor()
    {
        int n = States;
        for (int k = n - 1; k >= 0; k--)
        {
            Span<double> row = weights.AsSpan(k * n, k);
            double pivot = absorbed[k];
            foreach (double weight in row)
            {
                pivot += weight;
            }

            pivots[k] = pivot;
            for (int i = 0; i < k; i++)
            {
                double into = weights[(i * n) + k];
                if (into == 0)
                {
                    continue;
                }

                // A state that nothing leaves is never left: what goes there is lost.
                double factor = pivot > 0 ? into / pivot : 0;
                weights[(i * n) + k] = factor;
                Span<double> other = weights.AsSpan(i * n, k);
                for (int j = 0; j < row.Length; j++)
                {
                    other[j] += factor * row[j];
                }

                absorbed[i] += factor * absorbed[k];
            }
        }
    }

    /// <summary>Replaces b by x. b must not be negative.</summary>
    public void Solve(Span<double> b)
    {
        int n = States;
        for (int k = n - 1; k > 0; k--)
        {
            double value = b[k];
            if (value == 0)
            {
                continue;
            }

            for (int i = 0; i < k; i++)
            {
                b[i] += weights[(i * n) + k] * value;
            }
        }

        for (int k = 0; k < n; k++)
        {
            double sum = b[k];
            ReadOnlySpan<double> row = weights.AsSpan(k * n, k);
            for (int j = 0; j < row.Length; j++)
            {
                sum += row[j] * b[j];
            }

            b[k] = pivots[k] > 0 ? sum / pivots[k] : 0;
        }
    }
}
