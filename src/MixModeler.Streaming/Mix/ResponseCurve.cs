using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What a channel would bring per period at a constant level of its media, once carry-over is full, with the effect of the newest period.</summary>
/// <param name="Media">Per period, in the channel's units.</param>
/// <param name="Response">Mean, in units of the outcome; of the logarithm in the multiplicative form.</param>
/// <param name="Q05">5 % quantile of the response.</param>
/// <param name="Q95">95 % quantile of the response.</param>
/// <param name="Marginal">Mean of what one more unit of media would bring.</param>
public sealed record ResponsePoint(double Media, double Response, double Q05, double Q95, double Marginal);

/// <summary>A channel's response by level of media.</summary>
/// <param name="Channel">Its name.</param>
/// <param name="Current">Mean level of the periods with media.</param>
/// <param name="CostPerMedia">Spend / media over all periods; 1 where the spec names no spend.</param>
/// <param name="MarginalRoi">Revenue that the next unit of spend brings at the current level.</param>
/// <param name="BreakEven">The level beyond which one more unit of spend brings less than it costs; null where it never does on the curve.</param>
/// <param name="Points">From none to twice the largest level seen.</param>
public sealed record ResponseCurve(
    string Channel, double Current, double CostPerMedia, double MarginalRoi, double? BreakEven, IReadOnlyList<ResponsePoint> Points)
{
    private const int PointCount = 41;

    internal static IReadOnlyList<ResponseCurve> Of(MixModel model)
    {
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        return [.. Enumerable.Range(0, model.Layout.Channels.Length).Select(c => Of(model, likelihood, c))];
    }

    private static ResponseCurve Of(MixModel model, MixLikelihood likelihood, int channel)
    {
        ReadOnlySpan<double> media = model.History.Media(channel);
        double scale = model.History.Scales.Media[channel];
        (double most, double sum, int active) = (0, 0, 0);
        foreach (double level in media)
        {
            most = Math.Max(most, level);
            sum += level;
            active += level > 0 ? 1 : 0;
        }

        double current = active == 0 ? 0 : sum / active;
        double cost = sum > 0 && model.History.Spend[channel] > 0 ? model.History.Spend[channel] / (sum * scale) : 1;
        double worth = model.Spec.RevenuePerUnit / cost;
        List<ResponsePoint> points = [];
        double? breakEven = null;
        for (int k = 0; k < PointCount; k++)
        {
            ResponsePoint point = At(model, likelihood, channel, 2 * most * k / (PointCount - 1));
            bool isLoss = point.Marginal * worth < 1;
            breakEven ??= isLoss && points.Count > 0 && points[^1].Marginal * worth >= 1 ? points[^1].Media : null;
            points.Add(point);
        }

        double marginal = At(model, likelihood, channel, current).Marginal * worth;
        return new ResponseCurve(model.Layout.Channels[channel].Name, current * scale, cost, marginal, breakEven, points);
    }

    private static ResponsePoint At(MixModel model, MixLikelihood likelihood, int channel, double level)
    {
        ParticleCloud cloud = model.Cloud;
        double unit = model.Spec.Form == MixForm.Additive ? model.History.Scales.Target : 1;
        double scale = model.History.Scales.Media[channel];
        double[] values = new double[cloud.Count];
        double marginal = 0;
        double step = Math.Max(1e-4, level * 1e-4);
        for (int i = 0; i < cloud.Count; i++)
        {
            Span<double> particle = cloud[i];
            double effect = unit * likelihood.Paths.Effect(channel, model.Periods - 1, particle);
            values[i] = effect * likelihood.Transform.Level(channel, level, particle);
            double next = effect * likelihood.Transform.Level(channel, level + step, particle);
            marginal += cloud.Weights[i] * (next - values[i]) / (step * scale);
        }

        MixEstimate estimate = MixEstimate.Of("", values, [.. cloud.Weights], cloud.Grandparents);
        return new ResponsePoint(level * scale, estimate.Mean, estimate.Q05, estimate.Q95, marginal);
    }
}

/// <summary>How much of a channel's media still counts, by periods since: mean and interval of each weight.</summary>
public sealed record AdstockCurve(string Channel, IReadOnlyList<MixEstimate> Weights)
{
    internal static IReadOnlyList<AdstockCurve> Of(MixModel model)
    {
        MixTransform transform = new(model.Layout);
        return [.. Enumerable.Range(0, model.Layout.Channels.Length).Select(c => Of(model, transform, c))];
    }

    private static AdstockCurve Of(MixModel model, MixTransform transform, int channel)
    {
        ParticleCloud cloud = model.Cloud;
        int terms = model.Layout.Channels[channel].Adstock.Terms;
        double[][] values = [.. Enumerable.Range(0, terms).Select(_ => new double[cloud.Count])];
        for (int i = 0; i < cloud.Count; i++)
        {
            ReadOnlySpan<double> weights = transform.Weights(channel, cloud[i]);
            for (int l = 0; l < terms; l++)
            {
                values[l][i] = weights[l];
            }
        }

        double[] shares = [.. cloud.Weights];
        return new AdstockCurve(
            model.Layout.Channels[channel].Name,
            [.. values.Select((weight, l) => MixEstimate.Of($"{l}", weight, shares, cloud.Grandparents))]);
    }
}
