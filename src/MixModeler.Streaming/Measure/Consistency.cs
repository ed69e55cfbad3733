using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// A mix beside an attribution: what each says a channel brought in the same days, and the factor that brings the scores of events to what the mix
/// says in all.
/// </summary>
public static class Consistency
{
    public const string Question = "consistency";

    /// <param name="mix">Its outcome counts in the unit that the query chooses for the attribution.</param>
    /// <param name="attribution">Exact sums: only the mix has an uncertainty of its own here.</param>
    /// <param name="query">Days and channels; channels are those that both have.</param>
    public static Insight Of(MeasuredMix mix, MeasuredAttribution attribution, InsightQuery query)
    {
        ArgumentNullException.ThrowIfNull(mix);
        ArgumentNullException.ThrowIfNull(attribution);
        ArgumentNullException.ThrowIfNull(query);
        MixWalk walk = MixWalk.Of(mix.Model, Overlap(mix.Model, attribution, query));
        Insight begun = MixInsights.Begin(mix, Question, walk);
        Insight insight = begun with { Version = $"{begun.Version}+{AttributionInsights.VersionOf(attribution)}" };
        AttributionDay[] days = Days(mix.Model, walk, attribution);
        InsightTable periods = insight.Add("periods", "channel", "date", "mix", "mixQ05", "mixQ95", "attribution", "ratio");
        InsightTable table = insight.Add("channels", "channel", "mix", "mixQ05", "mixQ95", "attribution", "ratio", "ratioQ05", "ratioQ95", "isConsistent");
        (double sumOfMix, double sumOfCredit) = (0, 0);
        for (int c = 0; c < walk.MediaParts; c++)
        {
            string name = walk.Channels[c].Name;
            if (!attribution.Channels.Contains(name))
            {
                continue;
            }

            MixEstimate each = walk.Estimate(name, walk.Sums[c]);
            double credit = days.Sum(day => Credit(day, name, query.InValue));
            double? ratio = credit > 0 ? 1 / credit : null;
            table.Add(
                name, each.Mean, each.Q05, each.Q95, credit, each.Mean * ratio, each.Q05 * ratio, each.Q95 * ratio, credit >= each.Q05 && credit <= each.Q95);
            AddPeriods(periods, mix.Model, walk, c, days, query.InValue);
            sumOfMix += each.Mean;
            sumOfCredit += credit;
        }

        insight.Fact("attribution", attribution.Name);
        insight.Fact("measure", query.InValue ? "value" : "conversions");
        insight.Fact("mix", sumOfMix);
        insight.Fact("credit", sumOfCredit);
        insight.Fact("factor", sumOfCredit > 0 ? sumOfMix / sumOfCredit : null);
        insight.Notes.Add("ratio = contribution in the mix / incremental credit. The interval is the mix's posterior: the credit is an exact sum.");
        insight.Notes.Add("Event scores times the ratio of their channel in the period of the conversion add up to the mix, period by period; times the channel's own, in all.");
        insight.Notes.Add("factor is the one number that does so for all these channels together.");
        insight.Notes.Add("Only periods of the mix that lie within the attribution's days are compared; the outcome of the mix must count what the measure counts.");
        return insight;
    }

    /// <summary>Ratio by channel and period, for <see cref="Rescale"/>; a channel that got no credit in a period has none.</summary>
    public static ScoreFactors Factors(Insight consistency)
    {
        ArgumentNullException.ThrowIfNull(consistency);
        InsightTable table = consistency.Table("periods");
        return new ScoreFactors(Enumerable.Range(0, table.Rows.Count)
            .Where(row => double.IsFinite(table.Number(row, "ratio")))
            .Select(row => (table.Text(row, "channel"), (DateOnly)table.Rows[row][1]!, table.Number(row, "ratio"))));
    }

    /// <summary>
    /// The same scores with incremental shares multiplied by their channel's factor, and baselines so that each score sums to 1 again. A baseline
    /// falls below 0 where the mix credits more than the conversion; it is left so, because only then do the sums agree. Rules and influenced
    /// shares stay.
    /// </summary>
    /// <param name="scores">Whose touches name channels by id.</param>
    /// <param name="channels">Names by id.</param>
    /// <param name="factors">By channel and period of the conversion.</param>
    public static IReadOnlyList<EventScore> Rescale(IEnumerable<EventScore> scores, IReadOnlyList<string> channels, ScoreFactors factors)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(factors);
        return [.. scores.Select(score =>
        {
            TouchScore[] touches = [.. score.Touches.Select(touch => touch with
            {
                Shares = touch.Shares with { Incremental = touch.Shares.Incremental * factors.Of(channels[touch.Channel], score.TimeMs) },
            })];
            return score with { Touches = touches, Baseline = 1 - touches.Sum(touch => touch.Shares.Incremental) };
        })];
    }

    private static void AddPeriods(InsightTable table, MixModel model, MixWalk walk, int channel, AttributionDay[] days, bool inValue)
    {
        IReadOnlyList<DateOnly> dates = model.History.Dates;
        string name = walk.Channels[channel].Name;
        for (int t = 0; t < walk.Count; t++)
        {
            (DateOnly from, DateOnly to) = (dates[walk.First + t], EndOf(dates, walk.First + t));
            MixEstimate each = walk.Estimate(name, channel, t);
            double credit = days.Where(day => day.Day >= from && day.Day < to).Sum(day => Credit(day, name, inValue));
            table.Add(name, from, each.Mean, each.Q05, each.Q95, credit, credit > 0 ? each.Mean / credit : null);
        }
    }

    // Periods of which the attribution has every day: a credit of some weeks beside contributions of years would say nothing.
    private static InsightQuery Overlap(MixModel model, MeasuredAttribution attribution, InsightQuery query)
    {
        if (attribution.Days.Count == 0 || model.Periods == 0)
        {
            return query with { From = DateOnly.MaxValue };
        }

        IReadOnlyList<DateOnly> dates = model.History.Dates;
        DateOnly end = attribution.Days[^1].Day.AddDays(1);
        int last = dates.Count - 1;
        while (last >= 0 && EndOf(dates, last) > end)
        {
            last--;
        }

        (DateOnly from, DateOnly to) = (attribution.Days[0].Day, last < 0 ? DateOnly.MinValue : dates[last]);
        return query with { From = from > query.From ? from : query.From, To = to < query.To ? to : query.To };
    }

    private static DateOnly EndOf(IReadOnlyList<DateOnly> dates, int period) =>
        period + 1 < dates.Count ? dates[period + 1] : dates[period].AddDays(dates.Count > 1 ? dates[^1].DayNumber - dates[^2].DayNumber : 1);

    // A period's days are those from its first to the next period's first.
    private static AttributionDay[] Days(MixModel model, MixWalk walk, MeasuredAttribution attribution)
    {
        if (walk.Count == 0)
        {
            return [];
        }

        IReadOnlyList<DateOnly> dates = model.History.Dates;
        (DateOnly from, DateOnly to) = (dates[walk.First], EndOf(dates, walk.First + walk.Count - 1));
        return [.. attribution.Days.Where(day => day.Day >= from && day.Day < to)];
    }

    private static double Credit(AttributionDay day, string channel, bool inValue) =>
        day.Channels.TryGetValue(channel, out ChannelTotals totals) ? inValue ? totals.IncrementalValue : totals.Incremental : 0;
}
