using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`contribution`: the outcome of each period as base, channels without spend, and channels with spend.</summary>
internal static class ContributionInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        MixWalk walk = MixWalk.Of(mix.Model, query);
        Insight insight = MixInsights.Begin(mix, "contribution", walk);
        InsightTable periods = insight.Add("periods", "date", "part", "kind", "mean", "q05", "q95");
        InsightTable totals = insight.Add("totals", "date", "base", "nonSpend", "spend", "expected", "outcome");
        for (int t = 0; t < walk.Count; t++)
        {
            DateOnly date = mix.Model.History.Dates[walk.First + t];
            MixEstimate whole = walk.Estimate("base", walk.MediaParts, t);
            periods.Add(date, "base", "base", whole.Mean, whole.Q05, whole.Q95);
            (double spend, double nonSpend) = (0, 0);
            for (int c = 0; c < walk.MediaParts; c++)
            {
                MixPart part = walk.Parts[c];
                MixEstimate each = walk.Estimate(part.Name, c, t);
                periods.Add(date, part.Name, part.Kind, each.Mean, each.Q05, each.Q95);
                spend += part.Kind == "spend" ? each.Mean : 0;
                nonSpend += part.Kind == "spend" ? 0 : each.Mean;
            }

            totals.Add(date, whole.Mean, nonSpend, spend, walk.Expected[t], mix.Model.History.Outcome[walk.First + t]);
        }

        insight.Fact("base", walk.Estimate("base", walk.BaseSums).Mean);
        insight.Fact("outcome", Outcome(mix.Model, walk));
        insight.Notes.Add("Base and all channels of a period add up to what the model expects of it; what is left to the outcome is the residual.");
        insight.Notes.Add("q05 and q95 hold 90 % of the posterior, without the noise of single periods.");
        return insight;
    }

    internal static double Outcome(MixModel model, MixWalk walk) => Mix.Columns.Sum(model.History.Outcome.Slice(walk.First, walk.Count));
}
