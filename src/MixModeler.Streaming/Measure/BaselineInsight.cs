using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>`factors` and `baseline`: what the outcome would be without media is made of.</summary>
internal static class BaselineInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        MixWalk walk = MixWalk.Of(mix.Model, query);
        Insight insight = MixInsights.Begin(mix, "baseline", walk);
        MixPart[] parts = walk.Parts[walk.MediaParts..];
        InsightTable periods = insight.Add("periods", ["date", .. parts.Select(part => part.Name), "base"]);
        for (int t = 0; t < walk.Count; t++)
        {
            double[] values = [.. parts.Select((_, p) => walk.Means[walk.MediaParts + p][t])];
            periods.Add([mix.Model.History.Dates[walk.First + t], .. values.Select(value => (object?)value), values.Sum()]);
        }

        Totals(insight, walk, parts, "parts");
        Explain(insight, mix);
        return insight;
    }

    public static Insight Factors(MeasuredMix mix, InsightQuery query)
    {
        MixWalk walk = MixWalk.Of(mix.Model, query);
        Insight insight = MixInsights.Begin(mix, "factors", walk);
        Totals(insight, walk, [.. walk.Parts.Where(part => part.Kind == "factor")], "factors");
        MixPart[] pure = [.. walk.Parts[walk.MediaParts..].Where(part => part.Kind != "factor")];
        insight.Fact("base", walk.Estimate("base", walk.BaseSums).Mean);
        insight.Fact("pureBase", pure.Sum(part => walk.Estimate(part.Name, walk.Sums[Array.IndexOf(walk.Parts, part)]).Mean));
        Explain(insight, mix);
        insight.Notes.Add("A factor enters as (value − center) / scale: its contribution is against its center, so it may be negative.");
        return insight;
    }

    private static void Totals(Insight insight, MixWalk walk, MixPart[] parts, string name)
    {
        double whole = walk.Estimate("base", walk.BaseSums).Mean;
        InsightTable totals = insight.Add(name, "part", "kind", "contribution", "q05", "q95", "shareOfBase");
        foreach (MixPart part in parts)
        {
            MixEstimate each = walk.Estimate(part.Name, walk.Sums[Array.IndexOf(walk.Parts, part)]);
            totals.Add(part.Name, part.Kind, each.Mean, each.Q05, each.Q95, whole != 0 ? each.Mean / whole : null);
        }
    }

    private static void Explain(Insight insight, MeasuredMix mix) => insight.Notes.Add(mix.Model.Spec.Form == MixForm.Additive
        ? "Parts add up to the base. The level is the intercept; trend holds the line and the walk of the level."
        : "The form is multiplicative: the level is e^intercept, and what the base is beyond it is shared by logarithmic means, so that the parts add up to it.");
}
