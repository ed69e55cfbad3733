using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`effects`: effects that change with time, by period.</summary>
internal static class EffectInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        Insight insight = MixInsights.Begin(mix, "effects");
        InsightTable effects = insight.Add("effects", "channel", "date", "mean", "q05", "q95");
        foreach (EffectOverTime effect in EffectOverTime.Of(mix.Model).Where(effect => query.Takes(effect.Channel)))
        {
            foreach ((DateOnly date, MixEstimate estimate) in effect.Periods.Where(period => query.Takes(period.Date)))
            {
                effects.Add(effect.Channel, date, estimate.Mean, estimate.Q05, estimate.Q95);
            }
        }

        insight.Notes.Add("What saturated media bring per unit. Channels without a 'path' in the model's spec have one effect for all periods.");
        return insight;
    }
}
