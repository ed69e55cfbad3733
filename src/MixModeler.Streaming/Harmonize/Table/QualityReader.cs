using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Judges each dataset by its parts and by what its tasks counted.</summary>
internal static class QualityReader
{
    // Enough to see a pattern; a report is read by people.
    private const int NamesMax = 5;

    public static QualityReport Answer(TableView view, IReadOnlyDictionary<string, QualityCounts> counts) => new()
    {
        Datasets = [.. view.Datasets.Select(dataset => Of(dataset, counts.GetValueOrDefault(dataset.Name)))],
        Overlaps = [.. SummaryOverlaps.Find(view.For(drafts: false))],
        Touchpoints = DefinitionReader.Touchpoints(view, new DefinitionQuery()).Overlaps,
        Warnings = [.. GrainsOf(view)],
    };

    private static DatasetQuality Of(ShownDataset dataset, QualityCounts? counts)
    {
        FieldCompleteness[] fields = [.. FieldsOf(dataset, counts)];
        return new DatasetQuality
        {
            Name = dataset.Name,
            Category = dataset.Plan.Category,
            Status = dataset.Plan.Status,
            Grain = dataset.Plan.Granularity,
            Parts = dataset.Rows.Count,
            Counts = counts,
            Fields = fields,
            Dates = Coverage.Of(dataset),
            Warnings =
            [
                .. Duplicates(dataset, counts),
                .. Several(dataset, Conflicts.Channel, "several-channels", "channels"),
                .. Several(dataset, Conflicts.ConversionType, "several-conversion-types", "conversion types"),
                .. MixedGrains(dataset),
                .. Refused("rejected", counts?.Rejected),
                .. Refused("quarantined", counts?.Quarantined),
                .. fields.Where(field => field is { Present: 0, Total: > 0 })
                    .Select(field => new QualityWarning("empty-field", $"no record has a value for {field.Field}", field.Total)),
            ],
        };
    }

    private static IEnumerable<FieldCompleteness> FieldsOf(ShownDataset dataset, QualityCounts? counts)
    {
        DatasetRows rows = dataset.Rows;
        int[] used = [.. Used(rows)];
        IEnumerable<(string Field, Func<int, bool> Has)> fields = rows.Plan.Dimensions
            .Select((dimension, at) => (dimension.Field, (Func<int, bool>)(slot => rows.Symbol(slot, at) != 0)))
            .Concat(rows.Plan.Metrics.Select((metric, at) => (metric.Field, (Func<int, bool>)(slot => rows.Cell(slot, at).Count > 0))));
        foreach ((string field, Func<int, bool> has) in fields)
        {
            FieldCount count = counts?.Fields.GetValueOrDefault(field) ?? new FieldCount(used.Count(has), used.Length);
            double percent = count.Total == 0 ? 0 : Math.Floor(1000.0 * count.Present / count.Total) / 10;
            yield return new FieldCompleteness(field, count.Present, count.Total, percent);
        }
    }

    // Rows of other keys that say of one date and one set of dimensions; cells are merged by just these.
    private static IEnumerable<QualityWarning> Duplicates(ShownDataset dataset, QualityCounts? counts)
    {
        if (counts is { Duplicates: > 0 })
        {
            yield return new QualityWarning("duplicate-rows", "records came again with the same content", counts.Duplicates);
        }

        // Differences are meant to share a date and dimensions.
        if (dataset.Plan.IsEvent || dataset.Plan.Restatement == Restatement.Aggregation)
        {
            yield break;
        }

        DatasetRows rows = dataset.Rows;
        int width = rows.Dimensions.Length + 1;
        GroupIndex groups = new(width);
        int[] key = new int[width];
        List<int> doubles = [];
        foreach (int slot in Used(rows))
        {
            key[^1] = rows.Day(slot);
            for (int d = 0; d < rows.Dimensions.Length; d++)
            {
                key[d] = rows.Symbol(slot, d);
            }

            int before = groups.Count;
            if (groups.FindOrAdd(key) < before)
            {
                doubles.Add(slot);
            }
        }

        if (doubles.Count > 0)
        {
            yield return new QualityWarning(
                "duplicate-rows", $"rows with the date and dimensions of another row, e.g. {PartText.Of(dataset, doubles[0])}", doubles.Count);
        }
    }

    private static IEnumerable<QualityWarning> Several(ShownDataset dataset, string field, string kind, string words)
    {
        int dimension = dataset.DimensionOf(field);
        if (dimension < 0 || dataset.Plan.IsEvent)
        {
            yield break;
        }

        SymbolColumn symbols = dataset.Rows.Dimensions[dimension];
        string[] names = [.. Enumerable.Range(0, symbols.Count).Select(id => symbols[id]).OfType<string>().Order(StringComparer.Ordinal)];
        if (names.Length > 1)
        {
            string more = names.Length > NamesMax ? " …" : "";
            yield return new QualityWarning(kind, $"one dataset tells of several {words}: {string.Join(", ", names.Take(NamesMax))}{more}", names.Length);
        }
    }

    // Weekly rows begin on one weekday, monthly ones on one day of the month, or they are not all of that grain.
    private static IEnumerable<QualityWarning> MixedGrains(ShownDataset dataset)
    {
        Grain grain = dataset.OwnGrain;
        if (grain == Grain.Daily)
        {
            yield break;
        }

        Dictionary<string, int> starts = Used(dataset.Rows)
            .Select(slot => DateOnly.FromDayNumber(dataset.Rows.Day(slot)))
            .CountBy(date => grain == Grain.Weekly
                ? date.DayOfWeek.ToString()
                : date.ToString(grain == Grain.Monthly ? "dd" : "MM-dd", CultureInfo.InvariantCulture))
            .OrderByDescending(start => start.Value).ThenBy(start => start.Key, StringComparer.Ordinal)
            .ToDictionary(start => start.Key, start => start.Value);
        // Quarters begin on four days of a year.
        if (starts.Count > (grain == Grain.Quarterly ? 4 : 1))
        {
            string list = string.Join(", ", starts.Take(NamesMax).Select(start => $"{start.Key} ({start.Value})"));
            yield return new QualityWarning("mixed-grains", $"rows of one {Periods.NameOf(grain)} begin on several days: {list}", starts.Count);
        }
    }

    private static IEnumerable<QualityWarning> Refused(string kind, SortedDictionary<string, long>? reasons) =>
        (reasons ?? []).Where(reason => reason.Value > 0)
            .Select(reason => new QualityWarning(kind, reason.Key, reason.Value));

    private static IEnumerable<QualityWarning> GrainsOf(TableView view)
    {
        string[] grains = [.. view.For(drafts: false).Where(dataset => dataset.Rows.Count > 0 && !dataset.IsFactors)
            .GroupBy(dataset => dataset.Plan.Granularity).OrderBy(group => group.Key)
            .Select(group => $"{Periods.NameOf(group.Key)} ({string.Join(", ", group.Select(dataset => dataset.Name))})")];
        if (grains.Length > 1)
        {
            yield return new QualityWarning("mixed-grains", $"datasets have different grains: {string.Join("; ", grains)}", grains.Length);
        }
    }

    private static IEnumerable<int> Used(DatasetRows rows) => Enumerable.Range(0, rows.Slots).Where(rows.IsUsed);
}
