namespace MixModeler.Streaming.Attribute;

/// <summary>What draws from the posterior say about one channel's credit.</summary>
/// <param name="Mean">Of the draws.</param>
/// <param name="Low">Quantile (1 - level) / 2.</param>
/// <param name="High">Quantile (1 + level) / 2.</param>
public readonly record struct CreditInterval(double Mean, double Low, double High);

/// <summary>
/// Credible intervals of Markov credit. Each row of the transition matrix is uncertain: with n journeys counted from a state, its
/// probabilities are Dirichlet(n_1, n_2, …) a posteriori (the improper prior that adds nothing: the Bayesian bootstrap). A draw
/// takes a Gamma(n_j) for every count, solves the chain exactly and shares the conversions. Totals are taken as known.
/// </summary>
public static class MarkovIntervals
{
    public const int DrawsDefault = 400;

    /// <summary>Intervals of the conversions that each channel of 0 … channels - 1 is credited with; and of its value.</summary>
    /// <param name="counts">What was counted; not changed.</param>
    /// <param name="channels">How many channels there are.</param>
    /// <param name="seed">The same seed gives the same intervals.</param>
    /// <param name="draws">At least 20.</param>
    /// <param name="level">Probability that an interval should hold, between 0 and 1.</param>
    public static (CreditInterval[] Conversions, CreditInterval[] Value) Of(
        MarkovCounts counts, int channels, ulong seed, int draws = DrawsDefault, double level = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 20);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1);
        MarkovSolver solver = new();
        ChainView view = solver.View;
        view.Take(counts);
        double[] weights = view.Weights.AsSpan(0, view.Edges).ToArray();
        double[] conversions = view.Conversions.AsSpan(0, view.States).ToArray();
        double[] nulls = view.Nulls.AsSpan(0, view.States).ToArray();
        double[] worth = new double[view.States];
        for (int state = 0; state < view.States; state++)
        {
            worth[state] = conversions[state] > 0 ? view.Values[state] / conversions[state] : 0;
        }

        (double total, double totalValue) = (counts.Conversions, counts.Value);
        double[][] credits = Rows(channels, draws);
        double[][] values = Rows(channels, draws);
        double[] shares = new double[channels];
        SeededDraws random = new(seed);
        for (int draw = 0; draw < draws; draw++)
        {
            for (int e = 0; e < weights.Length; e++)
            {
                view.Weights[e] = random.Gamma(weights[e]);
            }

            for (int state = 0; state < worth.Length; state++)
            {
                view.Conversions[state] = random.Gamma(conversions[state]);
                view.Nulls[state] = random.Gamma(nulls[state]);
                view.Values[state] = view.Conversions[state] * worth[state];
            }

            solver.SolveEffects(counts.Order, channels);
            Keep(solver.ConversionEffects[..channels], total, credits, draw);
            Keep(solver.ValueEffects[..channels], totalValue, values, draw);
        }

        return ([.. credits.Select(row => Interval(row, level))], [.. values.Select(row => Interval(row, level))]);

        void Keep(ReadOnlySpan<double> effects, double sum, double[][] rows, int draw)
        {
            MarkovSolver.Share(effects, sum, shares);
            for (int channel = 0; channel < channels; channel++)
            {
                rows[channel][draw] = shares[channel];
            }
        }
    }

    private static double[][] Rows(int channels, int draws) => [.. Enumerable.Range(0, channels).Select(_ => new double[draws])];

    private static CreditInterval Interval(double[] draws, double level)
    {
        Array.Sort(draws);
        return new CreditInterval(draws.Average(), Quantile(draws, (1 - level) / 2), Quantile(draws, (1 + level) / 2));
    }

    // Linear between order statistics, as R's type 7.
    private static double Quantile(double[] sorted, double at)
    {
        double place = at * (sorted.Length - 1);
        int low = (int)place;
        int high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + ((place - low) * (sorted[high] - sorted[low]));
    }
}
