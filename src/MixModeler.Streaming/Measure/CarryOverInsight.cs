using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`adstock`: weights by periods since the media.</summary>
internal static class CarryOverInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        Insight insight = MixInsights.Begin(mix, "adstock");
        InsightTable weights = insight.Add("weights", "channel", "lag", "mean", "q05", "q95");
        foreach (AdstockCurve curve in AdstockCurve.Of(mix.Model).Where(curve => query.Takes(curve.Channel)))
        {
            for (int lag = 0; lag < curve.Weights.Count; lag++)
            {
                MixEstimate weight = curve.Weights[lag];
                weights.Add(curve.Channel, lag, weight.Mean, weight.Q05, weight.Q95);
            }
        }

        insight.Notes.Add("Lag counts periods; lag 0 is the period of the media. Weights sum to 1 only where the spec normalises them.");
        return insight;
    }
}
