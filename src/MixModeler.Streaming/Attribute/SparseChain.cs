namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The same equations as <see cref="AbsorbingChain"/> for chains of many states with few transitions each, by Gauss–Seidel from both
/// sides: beginning with 0 every sweep stays below the solution, beginning with an upper bound every sweep stays above. What lies
/// between the two is a proven bound of the error, and sweeps go on until it is small.
/// </summary>
internal sealed class SparseChain
{
    // Relative to the upper bound. Two units in the last place of a sum of a few dozen terms.
    private const double Gap = 1e-14;

    // A journey of so many steps on average would need more; then the bound that was reached is reported.
    private const int SweepsMax = 20_000;

    private int[] starts = [];
    private int[] targets = [];
    private double[] chances = [];
    private double[] gains = [];
    private double[] below = [];
    private double[] above = [];
    private double[] leaves = [];

    /// <summary>
    /// Expected gain of a journey from the start, where a conversion from state i gains gain[i] on average and states that have
    /// <paramref name="removed"/> lead to null; -1 removes nothing.
    /// </summary>
    /// <returns>The middle of the bounds, and half of what lies between them.</returns>
    public (double Value, double Error) FromStart(ChainView view, ReadOnlySpan<double> gain, int removed)
    {
        Take(view, gain, removed);
        int n = view.States;
        double top = 0;
        for (int i = 0; i < n; i++)
        {
            top = leaves[i] > 0 ? Math.Max(top, view.Conversions[i] > 0 ? gain[i] / view.Conversions[i] : 0) : top;
        }

        below.AsSpan(0, n).Clear();
        above.AsSpan(0, n).Fill(top);
        for (int sweep = 0; sweep < SweepsMax && above[0] - below[0] > Gap * top; sweep++)
        {
            for (int i = n - 1; i >= 0; i--)
            {
                double low = gains[i];
                double high = gains[i];
                for (int e = starts[i]; e < starts[i + 1]; e++)
                {
                    low += chances[e] * below[targets[e]];
                    high += chances[e] * above[targets[e]];
                }

                below[i] = low;
                above[i] = high;
            }
        }

        return ((below[0] + above[0]) / 2, (above[0] - below[0]) / 2);
    }

    private void Take(ChainView view, ReadOnlySpan<double> gain, int removed)
    {
        int n = view.States;
        if (starts.Length < n + 1)
        {
            starts = new int[(n * 2) + 1];
            (gains, below, above, leaves) = (new double[n * 2], new double[n * 2], new double[n * 2], new double[n * 2]);
        }

        if (targets.Length < view.Edges)
        {
            (targets, chances) = (new int[view.Edges * 2], new double[view.Edges * 2]);
        }

        Array.Clear(starts);
        for (int i = 0; i < n; i++)
        {
            leaves[i] = view.Conversions[i] + view.Nulls[i];
        }

        for (int e = 0; e < view.Edges; e++)
        {
            leaves[view.From[e]] += view.Weights[e];
            starts[view.From[e] + 1]++;
        }

        for (int i = 0; i < n; i++)
        {
            starts[i + 1] += starts[i];
            bool isRemoved = removed >= 0 && view.Has(i, removed);
            gains[i] = isRemoved || leaves[i] <= 0 ? 0 : gain[i] / leaves[i];
        }

        for (int e = view.Edges - 1; e >= 0; e--)
        {
            int from = view.From[e];
            bool isRemoved = removed >= 0 && view.Has(from, removed);
            int place = --starts[from + 1];
            targets[place] = view.To[e];
            chances[place] = isRemoved ? 0 : view.Weights[e] / leaves[from];
        }

        // Filling moved each start back to that of the row before it; shift by one to what rows begin and end with.
        Array.Copy(starts, 1, starts, 0, n);
        starts[n] = view.Edges;
    }
}
