namespace MixModeler.Streaming.Mix;

/// <summary>A channel's effect by period, where it changes: units of the outcome (of its logarithm in the multiplicative form) per saturated media.</summary>
public sealed record EffectOverTime(string Channel, IReadOnlyList<(DateOnly Date, MixEstimate Effect)> Periods)
{
    internal static IReadOnlyList<EffectOverTime> Of(MixModel model)
    {
        EffectPaths paths = new(model.Layout, model.ParticleLayout);
        return
        [
            .. model.Spec.Channels.Where(channel => channel.Path is not null)
                .Select(channel => Of(model, paths, Array.FindIndex(model.Layout.Channels, each => each.Name == channel.Name))),
        ];
    }

    private static EffectOverTime Of(MixModel model, EffectPaths paths, int channel)
    {
        ParticleCloud cloud = model.Cloud;
        double unit = model.Spec.Form == Topology.Mixes.MixForm.Additive ? model.History.Scales.Target : 1;
        double[] weights = [.. cloud.Weights];
        (DateOnly, MixEstimate)[] periods = new (DateOnly, MixEstimate)[model.Periods];
        for (int t = 0; t < periods.Length; t++)
        {
            double[] values = new double[cloud.Count];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = unit * paths.Effect(channel, t, cloud[i]);
            }

            periods[t] = (model.History.Dates[t], MixEstimate.Of("effect", values, weights, cloud.Grandparents));
        }

        return new EffectOverTime(model.Layout.Channels[channel].Name, periods);
    }
}
