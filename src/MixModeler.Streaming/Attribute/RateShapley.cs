namespace MixModeler.Streaming.Attribute;

/// <summary>Shapley values of the conversion rate; arrays have one place per channel.</summary>
/// <param name="Rates">The value of each channel; they sum to the rate of all journeys, and some may be below 0.</param>
/// <param name="ValueRates">The same for value per journey.</param>
/// <param name="RateErrors">Standard errors of <paramref name="Rates"/>; 0 where they are exact.</param>
/// <param name="ValueRateErrors">Standard errors of <paramref name="ValueRates"/>.</param>
/// <param name="Journeys">Of all: a rate times this is a number of conversions.</param>
public sealed record RateCredit(double[] Rates, double[] ValueRates, double[] RateErrors, double[] ValueRateErrors, double Journeys);

/// <summary>
/// The Shapley value of v(S) = conversions / journeys among journeys that touch no channel outside of S (0 where there are none). By
/// all subsets up to <see cref="ExactChannelsMax"/> channels, beyond that by permutations drawn in antithetic pairs.
/// </summary>
public static class RateShapley
{
    /// <summary>2^16 subsets are 65,536 rates: some milliseconds.</summary>
    public const int ExactChannelsMax = 16;

    public const int PairsDefault = 2_000;

    /// <summary>The value of every channel of 0 … channels - 1.</summary>
    /// <param name="counts">Of sets of channels.</param>
    /// <param name="channels">At least <see cref="ChannelSetCounts.ChannelLimit"/>.</param>
    /// <param name="seed">For permutations; the same seed gives the same result.</param>
    /// <param name="pairs">Pairs of permutations, where they are drawn.</param>
    /// <param name="exactMax">Beyond so many channels permutations are drawn; at most 20.</param>
    public static RateCredit Of(ChannelSetCounts counts, int channels, ulong seed, int pairs = PairsDefault, int exactMax = ExactChannelsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, counts.ChannelLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exactMax, 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 2);
        return channels <= exactMax ? Exact(counts, channels) : Sampled(counts, channels, seed, pairs);
    }

    private static RateCredit Exact(ChannelSetCounts counts, int channels)
    {
        double[] conversions = new double[1 << channels];
        double[] values = new double[1 << channels];
        double[] journeys = new double[1 << channels];
        int[] members = new int[channels + 1];
        for (int node = 0; node < counts.Nodes; node++)
        {
            int mask = 0;
            foreach (int channel in members.AsSpan(0, counts.ChannelsOf(node, members)))
            {
                mask |= 1 << channel;
            }

            StateCounts count = counts.Count(node);
            conversions[mask] += count.Conversions;
            values[mask] += count.Value;
            journeys[mask] += count.Conversions + count.Nulls;
        }

        ShapleyGame.SumOverSubsets(conversions, channels);
        ShapleyGame.SumOverSubsets(values, channels);
        ShapleyGame.SumOverSubsets(journeys, channels);
        for (int set = 0; set < journeys.Length; set++)
        {
            conversions[set] = journeys[set] > 0 ? conversions[set] / journeys[set] : 0;
            values[set] = journeys[set] > 0 ? values[set] / journeys[set] : 0;
        }

        RateCredit credit = Empty(channels, journeys[^1]);
        ShapleyGame.Solve(conversions, credit.Rates);
        ShapleyGame.Solve(values, credit.ValueRates);
        return credit;
    }

    // A permutation gives every channel what the rate gains when it joins those before it. A set of channels counts from the place
    // of its last member on, so one pass over the sets gives all gains; and the gains sum to the rate of all, always.
    private static RateCredit Sampled(ChannelSetCounts counts, int channels, ulong seed, int pairs)
    {
        SetList sets = new(counts, channels);
        RateCredit credit = Empty(channels, sets.Journeys);
        SeededDraws random = new(seed);
        int[] order = [.. Enumerable.Range(0, channels)];
        double[] gains = new double[channels];
        double[] valueGains = new double[channels];
        for (int pair = 0; pair < pairs; pair++)
        {
            for (int i = channels - 1; i > 0; i--)
            {
                int j = random.Below(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }

            Array.Clear(gains);
            Array.Clear(valueGains);
            sets.AddGains(order, gains, valueGains);
            Array.Reverse(order);
            sets.AddGains(order, gains, valueGains);
            for (int channel = 0; channel < channels; channel++)
            {
                Collect(gains[channel] / 2, pair, ref credit.Rates[channel], ref credit.RateErrors[channel]);
                Collect(valueGains[channel] / 2, pair, ref credit.ValueRates[channel], ref credit.ValueRateErrors[channel]);
            }
        }

        for (int channel = 0; channel < channels; channel++)
        {
            credit.RateErrors[channel] = Math.Sqrt(credit.RateErrors[channel] / (pairs - 1) / pairs);
            credit.ValueRateErrors[channel] = Math.Sqrt(credit.ValueRateErrors[channel] / (pairs - 1) / pairs);
        }

        return credit;

        // Welford: mean and sum of squared deviations.
        static void Collect(double sample, int before, ref double mean, ref double squares)
        {
            double delta = sample - mean;
            mean += delta / (before + 1);
            squares += delta * (sample - mean);
        }
    }

    private static RateCredit Empty(int channels, double journeys) =>
        new(new double[channels], new double[channels], new double[channels], new double[channels], journeys);

    private sealed class SetList
    {
        private readonly List<(int Start, int End, double Conversions, double Value, double Journeys)> sets = [];
        private readonly List<int> members = [];
        private readonly int[] places;
        private readonly double[] conversions;
        private readonly double[] values;
        private readonly double[] journeys;

        public SetList(ChannelSetCounts counts, int channels)
        {
            (places, conversions, values, journeys) = (new int[channels], new double[channels], new double[channels], new double[channels]);
            int[] buffer = new int[channels + 1];
            for (int node = 0; node < counts.Nodes; node++)
            {
                StateCounts count = counts.Count(node);
                if (count.Conversions + count.Nulls <= 0)
                {
                    continue;
                }

                int start = members.Count;
                members.AddRange(buffer.AsSpan(0, counts.ChannelsOf(node, buffer)));
                sets.Add((start, members.Count, count.Conversions, count.Value, count.Conversions + count.Nulls));
                Journeys += count.Conversions + count.Nulls;
            }
        }

        public double Journeys { get; }

        public void AddGains(int[] order, double[] gains, double[] valueGains)
        {
            for (int place = 0; place < order.Length; place++)
            {
                places[order[place]] = place;
                (conversions[place], values[place], journeys[place]) = (0, 0, 0);
            }

            foreach ((int start, int end, double converted, double value, double count) in sets)
            {
                int last = 0;
                for (int i = start; i < end; i++)
                {
                    last = Math.Max(last, places[members[i]]);
                }

                conversions[last] += converted;
                values[last] += value;
                journeys[last] += count;
            }

            (double allConversions, double allValues, double allJourneys, double rate, double valueRate) = (0, 0, 0, 0, 0);
            for (int place = 0; place < order.Length; place++)
            {
                allConversions += conversions[place];
                allValues += values[place];
                allJourneys += journeys[place];
                (double rateBefore, double valueRateBefore) = (rate, valueRate);
                rate = allJourneys > 0 ? allConversions / allJourneys : 0;
                valueRate = allJourneys > 0 ? allValues / allJourneys : 0;
                gains[order[place]] += rate - rateBefore;
                valueGains[order[place]] += valueRate - valueRateBefore;
            }
        }
    }
}
