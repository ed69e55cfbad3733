using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

/// <summary>A plan and parts by chance: few values, so that they meet.</summary>
internal sealed class RandomTable
{
    private static readonly string?[] Channels = [null, "Search", "TV", "Mail"];
    private static readonly string?[] Types = [null, "Online", "Store"];
    private static readonly string?[] Campaigns = [null, "a", "b", "c"];

    public RandomTable(int seed)
    {
        Random random = new(seed);
        string rule = random.Next(2) == 0 ? "Sum" : "Count";
        Plan = TableFixture.PlanOf(
            Weekday(random, TableFixture.Dataset("days", DatasetCategory.Summary, "channel campaign", $"clicks spend:{rule}")),
            Weekday(random, TableFixture.Dataset("weeks", DatasetCategory.Summary, "channel conversiontype", "orders spend", Grain.Weekly)),
            Weekday(random, TableFixture.Dataset("months", DatasetCategory.Summary, "conversiontype", "orders revenue", Grain.Monthly)),
            Weekday(random, TableFixture.Dataset("web", DatasetCategory.ExperienceEvents, "campaign conversiontype channel", "orders clicks:Count revenue")),
            Weekday(random, TableFixture.Dataset("app", DatasetCategory.AdobeAnalytics, "channel", "clicks spend"))) with
            {
                Preferences = Preferences(random),
            };
        Parts = [.. Enumerable.Range(0, random.Next(1, 60)).Select(offset => Part(random, offset))];
    }

    public HarmonizePlan Plan { get; }

    public (DatasetPlan Dataset, long Key, TablePart Part)[] Parts { get; }

    public static MergePreferences Preferences(Random random) => new()
    {
        Default = (MergePreference)random.Next(3),
        Metrics =
        [
            .. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(2) == 0
                ? new MetricPreference(Metric(random), true, Channels[random.Next(4)], (MergePreference)random.Next(3))
                : new MetricPreference(Metric(random), false, Types[random.Next(3)], (MergePreference)random.Next(3))),
        ],
    };

    public static HarmonizedTable TableOf(HarmonizePlan plan, IEnumerable<(DatasetPlan Dataset, long Key, TablePart Part)> parts)
    {
        HarmonizedTable table = TableFixture.TableOf(plan);
        foreach ((DatasetPlan dataset, long key, TablePart part) in parts)
        {
            table.Set(dataset.Name, (int)(key % 3), TableFixture.Key(key), part);
        }

        return table;
    }

    /// <summary>A date like those of the parts, day by day a little over a year.</summary>
    public static DateOnly Date(Random random) => new DateOnly(2023, 11, 20).AddDays(random.Next(400));

    private static string Metric(Random random) => new[] { "clicks", "spend", "orders", "revenue" }[random.Next(4)];

    private static DatasetPlan Weekday(Random random, DatasetPlan dataset) => dataset with { StartOfWeek = (DayOfWeek)random.Next(7) };

    private (DatasetPlan Dataset, long Key, TablePart Part) Part(Random random, int offset)
    {
        DatasetPlan dataset = Plan.Datasets[random.Next(Plan.Datasets.Length)];
        string date = Date(random).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        ImmutableArray<string?> dimensions = [.. dataset.Dimensions.Select(dimension => dimension.Field switch
        {
            "channel" => Channels[random.Next(4)],
            "campaign" => Campaigns[random.Next(4)],
            _ => Types[random.Next(3)],
        })];
        ImmutableArray<MetricPart> metrics = [.. dataset.Metrics.Select(_ => Metric(random, date, offset))];
        RecordOrigin origin = new(offset % 3, offset);
        return (dataset, offset, new TablePart
        {
            Date = DateOnly.Parse(date, CultureInfo.InvariantCulture),
            Dimensions = dimensions,
            Metrics = metrics,
            Records = 1,
            First = origin,
            Last = origin,
        });
    }

    private static MetricPart Metric(Random random, string date, int offset)
    {
        MetricPart part = default;
        for (int values = random.Next(3); values > 0; values--)
        {
            // Numbers that doubles do not add up exactly.
            string text = (random.Next(-50, 1000) / 10m).ToString(CultureInfo.InvariantCulture);
            part = part.Merge(MetricPart.Of(TableFixture.Amount(text), TableFixture.At(date, offset)));
        }

        return part;
    }
}
