namespace MixModeler.Streaming.Mix;

/// <summary>A channel's part in the outcome over all periods.</summary>
/// <param name="Channel">Its name.</param>
/// <param name="Total">What it contributed, with its interval.</param>
/// <param name="Share">Mean share of the sum of all outcomes.</param>
/// <param name="Spend">Sum, or null where the spec names no spend.</param>
/// <param name="Roi">Contribution × revenue per unit / spend, or null.</param>
/// <param name="Periods">Mean and interval of each period.</param>
public sealed record ChannelContribution(
    string Channel, MixEstimate Total, double Share, double? Spend, MixEstimate? Roi, IReadOnlyList<PeriodContribution> Periods);

/// <summary>What a channel contributed in one period.</summary>
public sealed record PeriodContribution(DateOnly Date, double Mean, double Q05, double Q95);

/// <summary>Everything that is read off a model: computed when asked, never kept.</summary>
/// <param name="Parameters">In the data's units.</param>
/// <param name="Contributions">In the order of the spec.</param>
/// <param name="Fit">How well it fits and foretells.</param>
/// <param name="Curves">Response by level of media.</param>
/// <param name="Adstock">Carry-over by periods since.</param>
public sealed record MixReport(
    IReadOnlyList<MixEstimate> Parameters,
    IReadOnlyList<ChannelContribution> Contributions,
    MixFitFigures Fit,
    IReadOnlyList<ResponseCurve> Curves,
    IReadOnlyList<AdstockCurve> Adstock)
{
    /// <summary>By region, then channel; empty where there is only the whole.</summary>
    public IReadOnlyList<RegionContribution> Regions { get; init; } = [];

    /// <summary>Of the channels whose effect changes with time, in the spec's order.</summary>
    public IReadOnlyList<EffectOverTime> Effects { get; init; } = [];

    public static MixReport Of(MixModel model)
    {
        MixDraws draws = DrawsOf(model);
        MixEstimate[] all = [.. Enumerable.Range(0, draws.Names.Count).Select(name => MixEstimate.Of(draws, name, model.Cloud.Grandparents))];
        MixPosteriorPaths paths = MixPosteriorPaths.Of(model);
        List<ChannelContribution> contributions = [];
        for (int c = 0; c < model.Layout.Channels.Length; c++)
        {
            MixEstimate total = all[draws.ParameterCount + c] with { Name = model.Layout.Channels[c].Name };
            double spend = model.History.Spend[c];
            double worth = model.Spec.RevenuePerUnit / spend;
            MixEstimate? roi = spend > 0 ? total.Times(worth) : null;
            contributions.Add(new ChannelContribution(
                total.Name, total, total.Mean / model.History.OutcomeSum, spend > 0 ? spend : null, roi, paths.Periods[c]));
        }

        string[] order = [.. model.Spec.Channels.Select(channel => channel.Name)];
        return new MixReport(
            all[..draws.ParameterCount],
            [.. contributions.OrderBy(each => Array.IndexOf(order, each.Channel))],
            paths.Fit,
            ResponseCurve.Of(model),
            AdstockCurve.Of(model))
        {
            Regions = RegionContribution.Of(model),
            Effects = EffectOverTime.Of(model),
        };
    }

    internal static MixDraws DrawsOf(MixModel model)
    {
        MixDraws draws = new(model.Layout, model.ParticleLayout, model.History);
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        for (int i = 0; i < model.Cloud.Count; i++)
        {
            draws.Add(likelihood, model.Cloud[i], model.Cloud.Weights[i]);
        }

        return draws;
    }
}
