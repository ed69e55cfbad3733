namespace MixModeler.Streaming.Attribute;

/// <summary>What a model credits one channel with.</summary>
/// <param name="Channel">Its name.</param>
/// <param name="Conversions">Of all conversions; channels sum to all.</param>
/// <param name="Value">Of all value.</param>
/// <param name="RemovalEffect">Of a Markov model: the share of conversions that would be lost without it.</param>
/// <param name="ConversionsInterval">Credible interval of a Markov model; where Shapley values were sampled, by the standard error.</param>
/// <param name="ValueInterval">The same for value.</param>
public sealed record ChannelCredit(
    string Channel, double Conversions, double Value, double? RemovalEffect = null,
    CreditInterval? ConversionsInterval = null, CreditInterval? ValueInterval = null);

/// <summary>What a model says about a set of paths.</summary>
/// <param name="Channels">In order of credit, the largest first.</param>
/// <param name="Order">Of a Markov model.</param>
/// <param name="Orders">How the orders compare, where one was to be chosen.</param>
/// <param name="ErrorMax">Bound of the error of removal effects; 0 where they are exact to rounding.</param>
public sealed record PathCredit(IReadOnlyList<ChannelCredit> Channels, int? Order = null, IReadOnlyList<OrderQuality>? Orders = null, double ErrorMax = 0);

/// <summary>Attribution of a table of paths, model by model.</summary>
public static class PathModels
{
    private const ulong SeedDefault = 1;
    private const double NormalQuantile95 = 1.644853627;

    /// <summary>Removal effects in the Markov chain of the paths.</summary>
    /// <param name="table">The paths.</param>
    /// <param name="order">1 to 4; null chooses by prediction (<see cref="StepScore"/>).</param>
    /// <param name="collapse">Whether the same state twice in a row counts once.</param>
    /// <param name="draws">Draws for credible intervals; 0 for none.</param>
    /// <param name="seed">Of the draws.</param>
    public static PathCredit Markov(PathTable table, int? order, bool collapse = true, int draws = 0, ulong seed = SeedDefault)
    {
        OrderQuality[]? qualities = null;
        if (order is null)
        {
            StepScore score = new(collapse);
            foreach (PathRow row in table.Rows)
            {
                score.Add(row.Channels, row.Conversions, row.Nulls);
            }

            qualities = score.Qualities();
            order = score.Choose();
        }

        MarkovCounts counts = new(order.Value, collapse);
        foreach (PathRow row in table.Rows.Where(row => row.Conversions + row.Nulls > 0))
        {
            counts.Add(row.Channels, row.Conversions, row.Value, row.Nulls);
        }

        int channels = table.Channels.Count;
        MarkovCredit credit = new MarkovSolver().Solve(counts, channels);
        (CreditInterval[] Conversions, CreditInterval[] Value)? intervals = draws > 0 ? MarkovIntervals.Of(counts, channels, seed, draws) : null;
        return new PathCredit(
            Sorted(table, channel => new ChannelCredit(
                table.Channels[channel], credit.Conversions[channel], credit.Value[channel], credit.RemovalEffects[channel],
                intervals?.Conversions[channel], intervals?.Value[channel])),
            order, qualities, credit.ErrorMax);
    }

    /// <summary>Shapley value of v(S) = conversions of journeys within S.</summary>
    public static PathCredit EqualSplit(PathTable table)
    {
        EqualSplitShapley sums = new();
        foreach (PathRow row in table.Rows)
        {
            sums.Add(row.Channels, row.Conversions, row.Value);
        }

        return new PathCredit(Sorted(table, channel => new ChannelCredit(table.Channels[channel], sums.Conversions(channel), sums.Value(channel))));
    }

    /// <summary>Shapley value of v(S) = conversion rate of journeys within S, times the number of journeys.</summary>
    public static PathCredit Rate(PathTable table, ulong seed = SeedDefault, int pairs = RateShapley.PairsDefault)
    {
        ChannelSetCounts counts = new();
        foreach (PathRow row in table.Rows.Where(row => row.Conversions + row.Nulls > 0))
        {
            counts.Add(row.Channels, row.Conversions, row.Value, row.Nulls);
        }

        RateCredit credit = RateShapley.Of(counts, table.Channels.Count, seed, pairs);
        bool isSampled = table.Channels.Count > RateShapley.ExactChannelsMax;
        return new PathCredit(Sorted(table, channel => new ChannelCredit(
            table.Channels[channel], credit.Rates[channel] * credit.Journeys, credit.ValueRates[channel] * credit.Journeys, null,
            Around(credit.Rates[channel], credit.RateErrors[channel]), Around(credit.ValueRates[channel], credit.ValueRateErrors[channel]))));

        CreditInterval? Around(double rate, double error)
        {
            double reach = NormalQuantile95 * error;
            return isSampled ? new CreditInterval(rate * credit.Journeys, (rate - reach) * credit.Journeys, (rate + reach) * credit.Journeys) : null;
        }
    }

    /// <summary>Shares by a rule; a file of paths has no times, so time decay counts the steps to the last touch.</summary>
    /// <param name="table">The paths.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="halfLifeSteps">Of time decay: steps after which a touch counts half.</param>
    public static PathCredit Rule(PathTable table, TouchRule rule, double halfLifeSteps = 1)
    {
        double[] conversions = new double[table.Channels.Count];
        double[] values = new double[table.Channels.Count];
        double[] buffer = [];
        foreach (PathRow row in table.Rows)
        {
            if (buffer.Length < row.Channels.Length)
            {
                buffer = new double[row.Channels.Length * 2];
            }

            Span<double> shares = buffer.AsSpan(0, row.Channels.Length);
            if (rule == TouchRule.Decay)
            {
                TouchRules.ShareBySteps(halfLifeSteps, shares);
            }
            else
            {
                TouchRules.Share(rule, shares);
            }

            for (int i = 0; i < shares.Length; i++)
            {
                conversions[row.Channels[i]] += shares[i] * row.Conversions;
                values[row.Channels[i]] += shares[i] * row.Value;
            }
        }

        return new PathCredit(Sorted(table, channel => new ChannelCredit(table.Channels[channel], conversions[channel], values[channel])));
    }

    private static ChannelCredit[] Sorted(PathTable table, Func<int, ChannelCredit> credit) =>
    [
        .. Enumerable.Range(0, table.Channels.Count).Select(credit)
            .OrderByDescending(each => each.Conversions).ThenBy(each => each.Channel, StringComparer.Ordinal),
    ];
}
