using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>`curves`: response by level, today's level, and where the next unit of spend brings less than it costs.</summary>
internal static class CurveInsight
{
    private const int PointCount = 41;

    // Break-even is looked for up to so many times the largest level seen: beyond what was seen a curve is a belief.
    private const double Reach = 2;

    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        Insight insight = MixInsights.Begin(mix, "curves");
        InsightTable channels = insight.Add(
            "channels", "channel", "currentMedia", "currentSpend", "currentResponse", "marginalReturn", "breakEvenMedia", "breakEvenSpend", "costPerMedia");
        InsightTable points = insight.Add("points", "channel", "media", "spend", "response", "q05", "q95", "marginalReturn");
        MixModel model = mix.Model;
        foreach (ChannelSpec channel in model.Spec.Channels.Where(channel => query.Takes(channel.Name)))
        {
            SteadyResponse response = new(model, channel.Name, query);
            double cost = response.CostPerMedia;
            double? breakEven = response.BreakEven(Reach * response.Most);
            // Media that cost nothing that is known have no spend, and nothing to break even with.
            double? spend = response.HasSpend ? cost : null;
            channels.Add(
                channel.Name, response.Current, response.Current * spend, response.Mean(response.Current),
                response.HasSpend ? response.MarginalReturn(response.Current) : null, response.HasSpend ? breakEven : null, breakEven * spend, spend);
            for (int k = 0; k < PointCount; k++)
            {
                double media = Reach * response.Most * k / (PointCount - 1);
                MixEstimate each = MixEstimate.Of(channel.Name, response.All(media), [.. model.Cloud.Weights], model.Cloud.Grandparents);
                points.Add(channel.Name, media, media * spend, each.Mean, each.Q05, each.Q95, response.HasSpend ? response.MarginalReturn(media) : null);
            }
        }

        insight.Notes.Add("Response per period at a constant level, once carry-over is full; current is the mean of the periods with media.");
        insight.Notes.Add("marginalReturn is the revenue of the next unit of spend in the posterior mean; break-even is where it falls to 1, within twice the largest level seen.");
        if (model.Spec.Form == MixForm.Multiplicative)
        {
            insight.Notes.Add("The form is multiplicative: a channel multiplies what the others bring, taken at its mean over all periods.");
        }

        return insight;
    }
}
