using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`regions`: contribution, effect and ROAS of each channel in each region.</summary>
internal static class RegionInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        Insight insight = MixInsights.Begin(mix, "regions");
        InsightTable table = insight.Add(
            "regions", "region", "channel", "contribution", "q05", "q95", "effect", "effectQ05", "effectQ95", "spend", "roas", "roasQ05", "roasQ95");
        foreach (RegionContribution each in RegionContribution.Of(mix.Model).Where(each => query.Takes(each.Channel)))
        {
            table.Add(
                each.Region, each.Channel, each.Total.Mean, each.Total.Q05, each.Total.Q95, each.Effect.Mean, each.Effect.Q05, each.Effect.Q95,
                each.Spend, each.Roi?.Mean, each.Roi?.Q05, each.Roi?.Q95);
        }

        insight.Notes.Add("Over all periods. 'effect' counts in effects of the whole: 1 is as everywhere. A model whose spec has no 'regions' has none.");
        return insight;
    }
}
