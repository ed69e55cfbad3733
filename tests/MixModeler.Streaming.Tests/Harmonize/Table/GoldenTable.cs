using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

/// <summary>The documentation's worked examples, from their files into a table without the pipeline in between.</summary>
internal static class GoldenTable
{
    private const string Folder = "tests/MixModeler.Streaming.Tests/Harmonize/Golden/";

    private static readonly Dictionary<string, string> FactorNames = new() { ["_definedsp500"] = "S&P 500", ["_cpi"] = "CPI" };

    public static HarmonizePlan Plan { get; } = TableFixture.PlanOf(
        TableFixture.Dataset("youtube", DatasetCategory.Summary, "channel campaign brand geo", "clicks spend"),
        TableFixture.Dataset("facebook", DatasetCategory.Summary, "channel campaign geo", "clicks spend", Grain.Weekly, DayOfWeek.Saturday),
        TableFixture.Dataset("conversions", DatasetCategory.Summary, "geo goal", "revenue"),
        TableFixture.Dataset("websdk_events", DatasetCategory.ExperienceEvents, "channel", "clicks", week: DayOfWeek.Saturday),
        TableFixture.Dataset("factors", DatasetCategory.Factors, "factor_name factor_type factor_value_type", "factor_value:Min"));

    public static string Text(string file) => RepositoryFiles.Read(Folder + file);

    public static HarmonizedTable Table()
    {
        HarmonizedTable table = TableFixture.TableOf(Plan);
        foreach (DatasetPlan dataset in Plan.Datasets)
        {
            Fill(table, dataset);
        }

        return table;
    }

    private static void Fill(HarmonizedTable table, DatasetPlan dataset)
    {
        string[][] lines = [.. Text($"{dataset.Name}.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];
        Dictionary<string, TablePart> cells = [];
        for (int row = 1; row < lines.Length; row++)
        {
            Dictionary<string, string> record = lines[0].Zip(lines[row]).ToDictionary(
                field => field.First.Replace(' ', '_').ToLowerInvariant(), field => field.Second);
            TablePart part = PartOf(dataset, record, row);
            string key = dataset.IsEvent ? string.Join('|', part.Dimensions.Prepend(part.Date.ToString("O", null))) : $"row {row}";
            cells[key] = cells.TryGetValue(key, out TablePart? cell)
                ? cell with { Metrics = [.. cell.Metrics.Zip(part.Metrics, (one, other) => one.Merge(other))], Records = cell.Records + 1, Last = part.Last }
                : part;
        }

        foreach ((string key, TablePart part) in cells)
        {
            table.Set(dataset.Name, 0, MixModeler.Streaming.Wire.Hash128.Of(System.Text.Encoding.UTF8.GetBytes(key)), part);
        }
    }

    private static TablePart PartOf(DatasetPlan dataset, Dictionary<string, string> record, int offset)
    {
        string date = (record.GetValueOrDefault("date") ?? record["timestamp"])[..10];
        if (record.TryGetValue("factor_name", out string? factor))
        {
            record["factor_name"] = FactorNames[factor];
        }

        return new TablePart
        {
            Date = DateOnly.ParseExact(date, "yyyy-MM-dd", null),
            Dimensions = [.. dataset.Dimensions.Select(dimension => record.GetValueOrDefault(dimension.Field) is { Length: > 0 } text ? text : null)],
            Metrics = [.. dataset.Metrics.Select(metric => MetricPart.Of(TableFixture.Amount(record[metric.Field]), TableFixture.At(date, offset)))],
            Records = 1,
            First = new RecordOrigin(0, offset),
            Last = new RecordOrigin(0, offset),
        };
    }
}
