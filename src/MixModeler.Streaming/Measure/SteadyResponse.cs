using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// What a channel brings per period at a constant level of its media once carry-over is full, in units of the outcome, for each particle, with the
/// effect of the newest period. In the multiplicative form the channel multiplies what the other parts come to, on the average of the periods.
/// </summary>
internal sealed class SteadyResponse
{
    private readonly MixModel model;
    private readonly MixTransform transform;
    private readonly EffectPaths paths;
    private readonly int channel;
    private readonly double[] others;             // Multiplicative: the mean outcome without the channel, by particle.

    public SteadyResponse(MixModel model, string name, InsightQuery query)
    {
        this.model = model;
        transform = new MixTransform(model.Layout);
        paths = new EffectPaths(model.Layout, model.ParticleLayout);
        channel = Array.FindIndex(model.Layout.Channels, each => each.Name == name);
        others = new double[model.Cloud.Count];
        Name = name;
        Scale = model.History.Scales.Media[channel];
        ReadOnlySpan<double> media = model.History.Media(channel);
        int active = 0;
        for (int t = 0; t < media.Length; t++)
        {
            Most = Math.Max(Most, media[t] * Scale);
            if (media[t] > 0 && query.Takes(model.History.Dates[t]))
            {
                Current += media[t] * Scale;
                active++;
            }
        }

        Current = active == 0 ? 0 : Current / active;
        double sum = Mix.Columns.Sum(media) * Scale;
        CostPerMedia = sum > 0 && model.History.Spend[channel] > 0 ? model.History.Spend[channel] / sum : 1;
        if (model.Spec.Form == MixForm.Multiplicative)
        {
            FillOthers();
        }
    }

    public string Name { get; }

    /// <summary>Media that the model counts as 1.</summary>
    public double Scale { get; }

    /// <summary>The largest level seen.</summary>
    public double Most { get; }

    /// <summary>Mean level of the periods with media.</summary>
    public double Current { get; }

    /// <summary>Spend / media over all periods; 1 where the spec names no spend.</summary>
    public double CostPerMedia { get; }

    public bool HasSpend => model.Layout.SpendInputs[channel] >= 0;

    public double Of(int particle, double media)
    {
        double saturated = Saturated(particle, media);
        return model.Spec.Form == MixForm.Additive ? model.History.Scales.Target * saturated : others[particle] * (Math.Exp(saturated) - 1);
    }

    /// <summary>What the channel multiplies the others by, at a level; of the multiplicative form.</summary>
    public double Multiplier(int particle, double media) => Math.Exp(Saturated(particle, media));

    /// <summary>By particle.</summary>
    public double[] All(double media) => [.. Enumerable.Range(0, model.Cloud.Count).Select(i => Of(i, media))];

    public double Mean(double media)
    {
        double sum = 0;
        for (int i = 0; i < model.Cloud.Count; i++)
        {
            sum += model.Cloud.Weights[i] * Of(i, media);
        }

        return sum;
    }

    /// <summary>Revenue that the next unit of spend brings, in the mean.</summary>
    public double MarginalReturn(double media)
    {
        double step = Math.Max(1e-6 * Most, 1e-4 * media);
        double low = Math.Max(0, media - step);
        return (Mean(media + step) - Mean(low)) / (media + step - low) * model.Spec.RevenuePerUnit / CostPerMedia;
    }

    /// <summary>
    /// The last level up to a limit at which the next unit of spend brings as much as it costs; null where it never earns its cost, or still does
    /// at the limit.
    /// </summary>
    public double? BreakEven(double limit)
    {
        const int Steps = 64;
        double above = double.NaN;
        for (int k = Steps; k >= 0 && double.IsNaN(above); k--)
        {
            double at = limit * k / Steps;
            above = MarginalReturn(at) >= 1 ? at : double.NaN;
        }

        if (double.IsNaN(above) || above >= limit)
        {
            return null;
        }

        (double low, double high) = (above, above + (limit / Steps));
        for (int k = 0; k < 40; k++)
        {
            double middle = (low + high) / 2;
            (low, high) = MarginalReturn(middle) >= 1 ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private double Saturated(int particle, double media)
    {
        Span<double> values = model.Cloud[particle];
        return paths.Effect(channel, model.Periods - 1, values) * transform.Level(channel, media / Scale, values);
    }

    private void FillOthers()
    {
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        MixPath path = new(model.Layout, model.ParticleLayout, model.History);
        for (int i = 0; i < others.Length; i++)
        {
            path.Fill(likelihood, model.Cloud[i]);
            ReadOnlySpan<double> saturated = likelihood.Transform.Series(channel);
            for (int t = 0; t < saturated.Length; t++)
            {
                others[i] += path.Expected[t] / Math.Exp(paths.Effect(channel, t, model.Cloud[i]) * saturated[t]) / saturated.Length;
            }
        }
    }
}
