using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>
/// A hash of all that decides which numbers the table gets of a dataset's records, and of nothing else: neither its name nor its
/// status, and not the start of its week, which only says how days are put into weeks when the table is read.
/// </summary>
public static class DatasetIdentity
{
    // Raise it where the same declaration makes other numbers than before.
    private const string Format = "dataset-1";
    private const int Digits = 12;

    /// <param name="dataset">Its own identity is not looked at.</param>
    /// <param name="source">Who a visitor is and which events are doubles or too late; of no weight for rows.</param>
    /// <param name="prefix">Of the topics: under another one stand other records.</param>
    public static string Of(DatasetPlan dataset, SourcePlan source, string prefix)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(source);
        ulong hash = OperatorIdentity.Of(
        [
            Format, prefix + dataset.Topic, dataset.IsEvent ? "events" : dataset.Category.ToString(),
            List(dataset.Ids.Order(StringComparer.Ordinal)), dataset.Granularity.ToString(), dataset.DatePath,
            List(dataset.IsEvent ? OfEvents(source) : OfRows(dataset)),
            List(dataset.Fields.Select(field => List([field.Path, field.Type.ToString()])).Order(StringComparer.Ordinal)),
            List(dataset.Dimensions.Select(Of)), List(dataset.Metrics.Select(Of)),
            List(dataset.Mandatory.Order(StringComparer.Ordinal)), List(dataset.Units.Select(Of).Order(StringComparer.Ordinal)),
            .. dataset.BotsAbove is double bots ? [string.Create(CultureInfo.InvariantCulture, $"bots {bots:R}")] : Array.Empty<string>(),
        ]);
        return hash.ToString("x16", CultureInfo.InvariantCulture)[..Digits];
    }

    /// <summary>Texts as one that cannot be confused with one of other texts.</summary>
    internal static string List(IEnumerable<string> texts)
    {
        StringBuilder list = new();
        foreach (string text in texts)
        {
            list.Append(CultureInfo.InvariantCulture, $"{text.Length}:{text}");
        }

        return list.ToString();
    }

    internal static string Of(DimensionMapping mapping) => List(
    [
        mapping.Field, List(mapping.Cases.Select(Of)), Of(mapping.Otherwise), List(mapping.Known.Order(StringComparer.Ordinal)),
    ]);

    internal static string Of(MetricMapping mapping) => List(
    [
        mapping.Field, mapping.Aggregate.ToString(), mapping.Path is null ? "" : $"={mapping.Path}",
        List(mapping.Scales.Select(scale => List([Text(scale.By), scale.From?.ToString("O", CultureInfo.InvariantCulture) ?? ""]))),
    ]);

    private static IEnumerable<string> OfEvents(SourcePlan source) =>
    [
        List(source.IdentityPaths), Text(source.DeduplicateWithin), Text(source.Lateness), Text(source.FutureMax),
    ];

    private static IEnumerable<string> OfRows(DatasetPlan dataset) =>
    [
        dataset.Restatement.ToString(), dataset.BooksCloseAfter is { } span ? Text(span) : "", dataset.DateTypePath is { } path ? $"={path}" : "",
        dataset.VersionPath, List(dataset.RowKeyPaths),
    ];

    private static string Of(MappingCase its) => List(
    [
        its.IsAll ? "all" : "any", List(its.Conditions.Select(Of).Order(StringComparer.Ordinal)), Of(its.Then),
    ]);

    private static string Of(MappingCondition its) => List([its.Path, its.Operator.ToString(), .. its.Values.Order(StringComparer.Ordinal)]);

    private static string Of(MappingValue its) => $"{(its.IsField ? "field" : "value")}={its.Text}";

    private static string Of(UnitCheck its) => List([its.Metric, its.Per, Text(its.From), Text(its.To)]);

    private static string Text(TimeSpan span) => span.Ticks.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    // 0.10 is 0.1.
    private static string Text(decimal number) => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
}
