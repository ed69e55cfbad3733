using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Measure;

/// <summary>`breakdown` and `dates`: who is credited with how much.</summary>
internal static class CreditInsight
{
    public static Insight Of(MeasuredAttribution attribution, InsightQuery query)
    {
        AttributionTotals totals = attribution.Totals;
        Insight insight = AttributionInsights.Begin(attribution, "breakdown");
        InsightTable table = insight.Add(
            "channels", "channel", "influenced", "incremental", "incrementalValue", "decay", "first", "last", "linear", "uShape", "incrementalShare");
        for (int channel = 0; channel < attribution.Channels.Count; channel++)
        {
            if (query.Takes(attribution.Channels[channel]))
            {
                Row(table, attribution.Channels[channel], totals.Of(channel), totals.Conversions);
            }
        }

        insight.Fact("conversions", totals.Conversions);
        insight.Fact("value", totals.Value);
        insight.Fact("baseline", totals.Baseline);
        insight.Fact("untouched", totals.Untouched);
        insight.Fact("nulls", totals.Nulls);
        insight.Notes.Add("Incremental of all channels and the baseline are all conversions. Influenced and each rule sum to the conversions with a touch.");
        insight.Notes.Add("first is the starter position, the only touch of a path included. last holds the only touch too, so it is not the closer position.");
        return insight;
    }

    public static Insight Dates(MeasuredAttribution attribution, InsightQuery query)
    {
        AttributionDay[] days = [.. attribution.Days.Where(day => query.Takes(day.Day))];
        Insight insight = AttributionInsights.Begin(attribution, "dates") with
        {
            From = days.Length == 0 ? null : days[0].Day,
            To = days.Length == 0 ? null : days[^1].Day,
        };
        InsightTable totals = insight.Add("days", "date", "conversions", "value", "baseline", "baselineValue", "incremental", "incrementalValue");
        InsightTable channels = insight.Add(
            "channels", "date", "channel", "influenced", "incremental", "incrementalValue", "decay", "first", "last", "linear", "uShape");
        foreach (AttributionDay day in days)
        {
            totals.Add(
                day.Day, day.Conversions, day.Value, day.Baseline, day.BaselineValue, day.Channels.Values.Sum(each => each.Incremental),
                day.Channels.Values.Sum(each => each.IncrementalValue));
            foreach ((string channel, ChannelTotals its) in day.Channels.Where(each => query.Takes(each.Key)).OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                channels.Add(
                    day.Day, channel, its.Influenced, its.Incremental, its.IncrementalValue, its.Decay, its.First, its.Last, its.Linear, its.UShape);
            }
        }

        insight.Notes.Add("Days are those of the conversions, UTC, as the scores stand now: a late touch changes a day that has passed.");
        return insight;
    }

    private static void Row(InsightTable table, string channel, ChannelTotals its, long conversions) => table.Add(
        channel, its.Influenced, its.Incremental, its.IncrementalValue, its.Decay, its.First, its.Last, its.Linear, its.UShape,
        conversions > 0 ? its.Incremental / conversions : null);
}
