using System.Globalization;

namespace MixModeler.Streaming.Measure;

/// <summary>The questions that a marketing-mix model answers.</summary>
public static class MixInsights
{
    private static readonly Dictionary<string, (string About, Func<MeasuredMix, InsightQuery, Insight> Answer)> All = new(StringComparer.Ordinal)
    {
        ["contribution"] = ("what each channel and the base brought, by period", ContributionInsight.Of),
        ["channels"] = ("share of spend beside share of contribution, ROI, ROAS and CPA of each channel", ChannelInsight.Of),
        ["curves"] = ("response by spend, with today's spend and the break-even point", CurveInsight.Of),
        ["adstock"] = ("how much of a channel's media still counts, by periods since", CarryOverInsight.Of),
        ["effects"] = ("how the effect of a channel with a path changed, by period", EffectInsight.Of),
        ["regions"] = ("what each channel brought in each region, of a model with regions", RegionInsight.Of),
        ["synergies"] = ("which pairs of channels strengthen each other, and which the data cannot tell apart", SynergyInsight.Of),
        ["factors"] = ("what factors added to the base or took from it", BaselineInsight.Factors),
        ["baseline"] = ("level, trend, seasonality, holidays and factors of the base, by period", BaselineInsight.Of),
        ["fit"] = ("how well the model fits and foretells", FitInsight.Of),
        ["drift"] = ("whether the model still foretells as well as it says", DriftInsight.Of),
        ["stability"] = ("how much each channel's share moved at each refresh, beside what the posterior allows", StabilityInsight.Of),
    };

    public static IReadOnlyList<string> Questions { get; } = [.. All.Keys];

    /// <summary>What a question asks, in half a sentence.</summary>
    public static string About(string question) => All[question].About;

    /// <exception cref="KeyNotFoundException">There is no such question.</exception>
    public static Insight Ask(MeasuredMix mix, string question, InsightQuery query)
    {
        ArgumentNullException.ThrowIfNull(mix);
        return All[question].Answer(mix, query);
    }

    /// <summary>Changes with every period that a model takes in.</summary>
    public static string VersionOf(MeasuredMix mix)
    {
        ArgumentNullException.ThrowIfNull(mix);
        int revised = mix.Refreshes.Sum(refresh => refresh.Revised);
        // The evidence sums up all that was seen; a model that forgets has none, and its particles tell as well.
        double sum = double.IsNaN(mix.Model.LogEvidence) ? mix.Model.Cloud.Values[0] + mix.Model.Cloud.LogWeights[0] : mix.Model.LogEvidence;
        long evidence = BitConverter.DoubleToInt64Bits(sum);
        return string.Create(CultureInfo.InvariantCulture, $"{mix.Identity}-{mix.Model.Periods}-{revised}-{evidence:x}");
    }

    internal static Insight Begin(MeasuredMix mix, string question, MixWalk walk) => new(question, mix.Name, VersionOf(mix))
    {
        From = walk.Count == 0 ? null : mix.Model.History.Dates[walk.First],
        To = walk.Count == 0 ? null : mix.Model.History.Dates[walk.First + walk.Count - 1],
    };

    internal static Insight Begin(MeasuredMix mix, string question) => new(question, mix.Name, VersionOf(mix));
}
