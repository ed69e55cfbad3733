using System.Globalization;
using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Measure;

/// <summary>The questions that an attribution model answers.</summary>
public static class AttributionInsights
{
    private static readonly Dictionary<string, (string About, Func<MeasuredAttribution, InsightQuery, Insight> Answer)> All = new(StringComparer.Ordinal)
    {
        ["breakdown"] = ("credit of each channel by every rule and by the algorithm", CreditInsight.Of),
        ["dates"] = ("credit of each channel by day of the conversion", CreditInsight.Dates),
        ["paths"] = ("which sets of channels lead to conversions, and how many channels a path has", PathInsight.Of),
        ["effectiveness"] = ("how often a channel is touched on paths that convert and on paths that do not", PathInsight.Effectiveness),
    };

    public static IReadOnlyList<string> Questions { get; } = [.. All.Keys];

    /// <summary>What a question asks, in half a sentence.</summary>
    public static string About(string question) => All[question].About;

    /// <exception cref="KeyNotFoundException">There is no such question.</exception>
    public static Insight Ask(MeasuredAttribution attribution, string question, InsightQuery query)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        return All[question].Answer(attribution, query);
    }

    /// <summary>Changes with every journey that is added or taken back, save where a change leaves all sums as they were.</summary>
    public static string VersionOf(MeasuredAttribution attribution)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        AttributionTotals totals = attribution.Totals;
        ulong hash = 14_695_981_039_346_656_037;
        void Mix(double number) => hash = (hash ^ BitConverter.DoubleToUInt64Bits(number)) * 1_099_511_628_211;
        Mix(totals.Value);
        Mix(totals.Baseline);
        for (int channel = 0; channel < attribution.Channels.Count; channel++)
        {
            ChannelTotals each = totals.Of(channel);
            Mix(each.Incremental);
            Mix(each.IncrementalValue);
            Mix(each.Last);
            Mix(each.Decay);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{attribution.Identity}-{totals.Conversions}-{totals.Nulls}-{hash:x}");
    }

    internal static Insight Begin(MeasuredAttribution attribution, string question) => new(question, attribution.Name, VersionOf(attribution));
}
