using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>What differs between two declarations of a dataset that make different numbers, in the words of the file.</summary>
internal static class DatasetChanges
{
    // A reason is one line.
    private const int NamesMax = 6;

    public static IEnumerable<string> Between(DatasetPlan before, DatasetPlan after)
    {
        List<string> changes = [];
        Compare(changes, "topic", before.Topic, after.Topic);
        Compare(changes, "ids", Ids(before), Ids(after));
        Compare(changes, "granularity", before.Granularity.ToString(), after.Granularity.ToString());
        Compare(changes, "restatement", before.Restatement.ToString(), after.Restatement.ToString());
        Compare(changes, "booksClose", Text(before.BooksCloseAfter), Text(after.BooksCloseAfter));
        Compare(changes, "date", before.DatePath, after.DatePath);
        Compare(changes, "dateType", before.DateTypePath ?? "none", after.DateTypePath ?? "none");
        Compare(changes, "version", before.VersionPath, after.VersionPath);
        Compare(changes, "rowKey", List(before.RowKeyPaths), List(after.RowKeyPaths));
        Compare(changes, "mandatory", List(before.Mandatory.Order(StringComparer.Ordinal)), List(after.Mandatory.Order(StringComparer.Ordinal)));
        Compare(changes, "bots", Text(before.BotsAbove), Text(after.BotsAbove));
        if (!before.Units.ToHashSet().SetEquals(after.Units))
        {
            changes.Add("units changed");
        }

        if (!Types(before).SetEquals(Types(after)))
        {
            changes.Add("types of fields changed");
        }

        AddMappings(changes, Mappings(before), Mappings(after));
        return changes;
    }

    private static void AddMappings(List<string> changes, Dictionary<string, string> before, Dictionary<string, string> after)
    {
        AddNames(changes, "newly mapped", after.Keys.Where(field => !before.ContainsKey(field)));
        AddNames(changes, "mapped otherwise", after.Keys.Where(field => before.TryGetValue(field, out string? old) && old != after[field]));
        AddNames(changes, "mapped no more", before.Keys.Where(field => !after.ContainsKey(field)));
    }

    private static void AddNames(List<string> changes, string what, IEnumerable<string> fields)
    {
        string[] names = [.. fields.Order(StringComparer.Ordinal)];
        if (names.Length > 0)
        {
            string more = names.Length > NamesMax ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - NamesMax} more") : "";
            changes.Add($"{what} {string.Join(", ", names.Take(NamesMax))}{more}");
        }
    }

    private static Dictionary<string, string> Mappings(DatasetPlan dataset) => dataset.Dimensions
        .Select(mapping => (mapping.Field, Text: DatasetIdentity.Of(mapping)))
        .Concat(dataset.Metrics.Select(mapping => (mapping.Field, Text: DatasetIdentity.Of(mapping))))
        .ToDictionary(mapping => mapping.Field, mapping => mapping.Text);

    private static HashSet<(string, FieldType)> Types(DatasetPlan dataset) => [.. dataset.Fields.Select(field => (field.Path, field.Type))];

    private static string Ids(DatasetPlan dataset) => dataset.Ids.IsEmpty ? "All" : List(dataset.Ids.Order(StringComparer.Ordinal));

    private static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts)}]";

    private static string Text(double? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string Text(TimeSpan? span) => span is { } its ? Duration.Text(its) : "never";

    private static void Compare(List<string> changes, string what, string before, string after)
    {
        if (before != after)
        {
            changes.Add($"{what} {before} → {after}");
        }
    }
}
