namespace MixModeler.Streaming.Mix;

/// <summary>A channel's part in the outcome of one region over all periods.</summary>
/// <param name="Region">Its name.</param>
/// <param name="Channel">Its name.</param>
/// <param name="Total">What it contributed there, with its interval.</param>
/// <param name="Effect">The region's effect in units of the common one: 1 is as everywhere.</param>
/// <param name="Spend">Sum there, or null where the spec names no spend.</param>
/// <param name="Roi">Contribution × revenue per unit / spend, or null.</param>
public sealed record RegionContribution(string Region, string Channel, MixEstimate Total, MixEstimate Effect, double? Spend, MixEstimate? Roi)
{
    internal static IReadOnlyList<RegionContribution> Of(MixModel model)
    {
        if (model.History.Regions is not { } regions)
        {
            return [];
        }

        List<RegionContribution> all = [];
        (MixLayout layout, ParticleLayout particles, ParticleCloud cloud) = (model.Layout, model.ParticleLayout, model.Cloud);
        double[] weights = [.. cloud.Weights];
        double[] totals = new double[cloud.Count];
        double[] effects = new double[cloud.Count];
        for (int r = 0; r < regions.Count; r++)
        {
            for (int c = 0; c < layout.Channels.Length; c++)
            {
                for (int i = 0; i < cloud.Count; i++)
                {
                    Span<double> particle = cloud[i];
                    effects[i] = 1 + particles.LocalsOf(particle, r)[1 + layout.Spec.Controls.Count + c];
                    totals[i] = effects[i] * particles.CoefficientsOf(particle)[layout.BaselineCount + c]
                        * particles.RegionChannel(particle, r, c)[particles.RegionSumAt] * regions.Shares[r] * model.History.Scales.Target;
                }

                MixEstimate total = MixEstimate.Of("contribution", totals, weights, cloud.Grandparents);
                MixEstimate effect = MixEstimate.Of("effect", effects, weights, cloud.Grandparents);
                double spend = layout.SpendInputs[c] < 0 ? 0 : Columns.Sum(regions.Input(r, layout.SpendInputs[c], model.Periods));
                MixEstimate? roi = spend > 0 ? total.Times(model.Spec.RevenuePerUnit / spend) : null;
                all.Add(new RegionContribution(
                    layout.Spec.Regions!.Members[r].Name, layout.Channels[c].Name, total, effect, spend > 0 ? spend : null, roi));
            }
        }

        return all;
    }
}
