using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Measure;

/// <summary>`paths` and `effectiveness`: read off the counts of journeys by their set of channels.</summary>
internal static class PathInsight
{
    private sealed record ChannelSet(string[] Channels, StateCounts Ends);

    public static Insight Of(MeasuredAttribution attribution, InsightQuery query)
    {
        ChannelSet[] sets = [.. Sets(attribution).Where(set => query.Channels is null || set.Channels.Any(query.Takes))];
        Insight insight = AttributionInsights.Begin(attribution, "paths");
        double conversions = sets.Sum(set => set.Ends.Conversions);
        InsightTable top = insight.Add("sets", "channels", "count", "conversions", "value", "nulls", "conversionRate", "share");
        foreach (ChannelSet set in sets.OrderByDescending(set => set.Ends.Conversions)
            .ThenBy(set => string.Join('+', set.Channels), StringComparer.Ordinal).Take(query.Top))
        {
            top.Add(
                string.Join(" + ", set.Channels), set.Channels.Length, set.Ends.Conversions, set.Ends.Value, set.Ends.Nulls, Rate(set.Ends),
                conversions > 0 ? set.Ends.Conversions / conversions : null);
        }

        InsightTable lengths = insight.Add("lengths", "channels", "conversions", "value", "nulls", "conversionRate");
        foreach (IGrouping<int, ChannelSet> each in sets.GroupBy(set => set.Channels.Length).OrderBy(each => each.Key))
        {
            (double converted, double nulls) = (each.Sum(set => set.Ends.Conversions), each.Sum(set => set.Ends.Nulls));
            lengths.Add(each.Key, converted, each.Sum(set => set.Ends.Value), nulls, converted + nulls > 0 ? converted / (converted + nulls) : null);
        }

        insight.Fact("sets", sets.Length);
        insight.Fact("conversions", conversions);
        insight.Notes.Add("Paths are told apart by the set of their channels: order and repeats are not kept, so this is no list of sequences. Conversions without a touch are in none.");
        return insight;
    }

    public static Insight Effectiveness(MeasuredAttribution attribution, InsightQuery query)
    {
        ChannelSet[] sets = [.. Sets(attribution)];
        Insight insight = AttributionInsights.Begin(attribution, "effectiveness");
        InsightTable table = insight.Add("channels", "channel", "paths", "converting", "notConverting", "efficiency", "incrementalPerPath");
        (double conversions, double nulls) = (sets.Sum(set => set.Ends.Conversions), sets.Sum(set => set.Ends.Nulls));
        for (int channel = 0; channel < attribution.Channels.Count; channel++)
        {
            string name = attribution.Channels[channel];
            ChannelSet[] touched = [.. sets.Where(set => set.Channels.Contains(name))];
            (double won, double lost) = (touched.Sum(set => set.Ends.Conversions), touched.Sum(set => set.Ends.Nulls));
            if (query.Takes(name))
            {
                double? converting = conversions > 0 ? won / conversions : null;
                double? notConverting = nulls > 0 ? lost / nulls : null;
                table.Add(
                    name, won + lost, converting, notConverting, notConverting > 0 ? converting / notConverting : null,
                    won + lost > 0 ? attribution.Totals.Of(channel).Incremental / (won + lost) : null);
            }
        }

        insight.Notes.Add("converting: share of the converting paths that touch the channel; notConverting: of the others; efficiency: the one over the other, 1 where the channel tells nothing.");
        return insight;
    }

    private static double? Rate(StateCounts ends) => ends.Conversions + ends.Nulls > 0 ? ends.Conversions / (ends.Conversions + ends.Nulls) : null;

    private static IEnumerable<ChannelSet> Sets(MeasuredAttribution attribution)
    {
        ChannelSetCounts counts = attribution.Totals.Sets;
        int[] ids = new int[Math.Max(1, counts.ChannelLimit)];
        for (int node = 0; node < counts.Nodes; node++)
        {
            StateCounts ends = counts.Count(node);
            if (ends.Conversions == 0 && ends.Nulls == 0)
            {
                continue;
            }

            int size = counts.ChannelsOf(node, ids);
            yield return new ChannelSet([.. ids[..size].Reverse().Select(id => attribution.Channels[id])], ends);
        }
    }
}
