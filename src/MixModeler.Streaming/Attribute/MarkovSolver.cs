namespace MixModeler.Streaming.Attribute;

/// <summary>What Markov attribution says about one set of counts; arrays have one place per channel.</summary>
/// <param name="Conversions">Credit: all conversions shared in proportion to the removal effects.</param>
/// <param name="Value">All value, shared in proportion to the removal effects on value.</param>
/// <param name="RemovalEffects">Share of conversions that would be lost if every state with the channel led to null; 0 to 1.</param>
/// <param name="ValueRemovalEffects">The same for value.</param>
/// <param name="ConversionRate">Probability that a journey converts: conversions / journeys, whatever the order.</param>
/// <param name="ErrorMax">Bound of the error of any removal effect where it was solved by iteration; 0 where by elimination.</param>
public sealed record MarkovCredit(
    double[] Conversions, double[] Value, double[] RemovalEffects, double[] ValueRemovalEffects, double ConversionRate, double ErrorMax);

/// <summary>
/// Exact Markov attribution: no simulation. Order 1 takes the removal effects of all channels from one factorisation,
/// RE_c = P(start comes to c) · h_c / h_start; a higher order solves once per channel with all states that have it leading to null.
/// Keeps its buffers; not thread-safe.
/// </summary>
public sealed class MarkovSolver
{
    // Up to here elimination (n³ / 3 per channel) is the faster one.
    private const int DenseStatesMax = 64;

    // A dense matrix of so many states has 32 MB.
    private const int FirstOrderStatesMax = 2_000;

    private readonly ChainView view = new();
    private readonly AbsorbingChain chain = new();
    private readonly SparseChain sparse = new();
    private double[] rates = [];
    private double[] values = [];
    private double[] column = [];
    private double[] conversionEffects = [];
    private double[] valueEffects = [];

    /// <summary>The credit of every channel of 0 … channels - 1.</summary>
    public MarkovCredit Solve(MarkovCounts counts, int channels)
    {
        view.Take(counts);
        (double rate, double error) = SolveEffects(counts.Order, channels);
        MarkovCredit credit = new(
            new double[channels], new double[channels],
            conversionEffects.AsSpan(0, channels).ToArray(), valueEffects.AsSpan(0, channels).ToArray(), rate, error);
        Share(credit.RemovalEffects, counts.Conversions, credit.Conversions);
        Share(credit.ValueRemovalEffects, counts.Value, credit.Value);
        return credit;
    }

    /// <summary>The view that was taken last, whose weights may be replaced before <see cref="SolveEffects"/>.</summary>
    internal ChainView View => view;

    internal ReadOnlySpan<double> ConversionEffects => conversionEffects;

    internal ReadOnlySpan<double> ValueEffects => valueEffects;

    /// <summary>Removal effects of the view's chain; allocates nothing once buffers have the size.</summary>
    internal (double Rate, double ErrorMax) SolveEffects(int order, int channels)
    {
        if (conversionEffects.Length < channels)
        {
            (conversionEffects, valueEffects) = (new double[channels], new double[channels]);
        }

        conversionEffects.AsSpan().Clear();
        valueEffects.AsSpan().Clear();
        if (rates.Length < view.States)
        {
            (rates, values, column) = (new double[view.States * 2], new double[view.States * 2], new double[view.States * 2]);
        }

        return order == 1 && view.States <= FirstOrderStatesMax ? (SolveFirstOrder(), 0)
            : view.States <= DenseStatesMax ? (SolveSets(channels), 0)
            : SolveSparse(channels);
    }

    /// <summary>Shares a total in proportion; nothing where all effects are 0.</summary>
    internal static void Share(ReadOnlySpan<double> effects, double total, Span<double> shares)
    {
        double sum = 0;
        foreach (double effect in effects)
        {
            sum += effect;
        }

        for (int i = 0; i < effects.Length; i++)
        {
            shares[i] = sum > 0 ? total * effects[i] / sum : 0;
        }
    }

    // One state per channel: reach of c from the start = x_start / x_c of the solution for the unit vector of c.
    private double SolveFirstOrder()
    {
        int n = view.States;
        Build(removed: -1);
        view.Conversions.AsSpan(0, n).CopyTo(rates);
        view.Values.AsSpan(0, n).CopyTo(values);
        chain.Solve(rates.AsSpan(0, n));
        chain.Solve(values.AsSpan(0, n));
        for (int state = 1; state < n; state++)
        {
            column.AsSpan(0, n).Clear();
            column[state] = 1;
            chain.Solve(column.AsSpan(0, n));
            double reach = column[state] > 0 ? column[0] / column[state] : 0;
            int channel = view.ChannelsOf(state)[0];
            conversionEffects[channel] = rates[0] > 0 ? reach * rates[state] / rates[0] : 0;
            valueEffects[channel] = values[0] > 0 ? reach * values[state] / values[0] : 0;
        }

        return rates[0];
    }

    private double SolveSets(int channels)
    {
        int n = view.States;
        Build(removed: -1);
        (double rate, double value) = FromStart(n, -1);
        for (int channel = 0; channel < channels; channel++)
        {
            Build(channel);
            (double without, double valueWithout) = FromStart(n, channel);
            conversionEffects[channel] = rate > 0 ? Math.Max(0, 1 - (without / rate)) : 0;
            valueEffects[channel] = value > 0 ? Math.Max(0, 1 - (valueWithout / value)) : 0;
        }

        return rate;

        (double Rate, double Value) FromStart(int states, int removed)
        {
            for (int state = 0; state < states; state++)
            {
                bool isRemoved = removed >= 0 && view.Has(state, removed);
                (rates[state], values[state]) = isRemoved ? (0, 0) : (view.Conversions[state], view.Values[state]);
            }

            chain.Solve(rates.AsSpan(0, states));
            chain.Solve(values.AsSpan(0, states));
            return (rates[0], values[0]);
        }
    }

    private (double Rate, double ErrorMax) SolveSparse(int channels)
    {
        ReadOnlySpan<double> worth = view.Values;
        bool hasValue = worth[..view.States].ContainsAnyExcept(0);
        (double rate, double errorMax) = sparse.FromStart(view, view.Conversions, -1);
        double value = hasValue ? sparse.FromStart(view, worth, -1).Value : 0;
        errorMax = rate > 0 ? errorMax / rate : 0;
        for (int channel = 0; channel < channels; channel++)
        {
            (double without, double error) = sparse.FromStart(view, view.Conversions, channel);
            conversionEffects[channel] = rate > 0 ? Math.Max(0, 1 - (without / rate)) : 0;
            errorMax = rate > 0 ? Math.Max(errorMax, 2 * error / rate) : 0;
            valueEffects[channel] = value > 0 ? Math.Max(0, 1 - (sparse.FromStart(view, worth, channel).Value / value)) : 0;
        }

        return (rate, errorMax);
    }

    // A removed state keeps what comes to it and leads to null.
    private void Build(int removed)
    {
        chain.Reset(view.States);
        for (int state = 0; state < view.States; state++)
        {
            bool isRemoved = removed >= 0 && view.Has(state, removed);
            chain.Absorb(state, isRemoved ? 1 : view.Conversions[state] + view.Nulls[state]);
        }

        for (int e = 0; e < view.Edges; e++)
        {
            if (removed < 0 || !view.Has(view.From[e], removed))
            {
                chain.Go(view.From[e], view.To[e], view.Weights[e]);
            }
        }

        chain.Factor();
    }
}
