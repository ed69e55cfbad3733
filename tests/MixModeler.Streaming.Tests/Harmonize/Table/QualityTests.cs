using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class QualityTests
{
    private static readonly Dictionary<string, QualityCounts> NoCounts = [];

    [Fact]
    public void Completeness_is_of_records_where_they_were_counted_and_else_of_rows()
    {
        HarmonizedTable table = TableOf(PlanOf(Dataset("ads", DatasetCategory.Summary, "channel campaign", "clicks spend")));
        Fill(table, "ads", 0, ("2024-01-01", "TV a", "1 -"), ("2024-01-02", "TV -", "1 -"), ("2024-01-03", "TV b", "1 -"));
        Dictionary<string, QualityCounts> counts = new() { ["ads"] = new() { Fields = new() { ["clicks"] = new(999_999, 1_000_000) } } };

        DatasetQuality quality = Assert.Single(table.Quality(counts).Datasets);

        Assert.Equal(["channel 3/3 100", "campaign 2/3 66.6", "clicks 999999/1000000 99.9", "spend 0/3 0"],
            quality.Fields.Select(field => FormattableString.Invariant($"{field.Field} {field.Present}/{field.Total} {field.Percent}")));
        Assert.Contains(quality.Warnings, warning => warning.Kind == "empty-field");
    }

    [Fact]
    public void Gaps_are_runs_of_missing_periods_of_the_dataset_s_own_grain()
    {
        HarmonizedTable table = TableOf(PlanOf(
            Dataset("day", DatasetCategory.Summary, "channel", "clicks"),
            Dataset("week", DatasetCategory.Summary, "channel", "clicks", Grain.Weekly),
            Dataset("month", DatasetCategory.Summary, "channel", "clicks", Grain.Monthly),
            Dataset("none", DatasetCategory.Summary, "channel", "clicks")));
        Fill(table, "day", 0, ("2024-01-01", "A", "1"), ("2024-01-02", "A", "1"), ("2024-01-05", "A", "1"));
        Fill(table, "week", 0, ("2024-01-01", "A", "1"), ("2024-01-09", "A", "1"), ("2024-01-29", "A", "1"));
        Fill(table, "month", 0, ("2023-11-01", "A", "1"), ("2024-02-01", "A", "1"));

        DatasetQuality[] datasets = table.Quality(NoCounts).Datasets;

        Assert.Equal([new("2024-01-03", "2024-01-04", 2)], datasets[0].Dates!.Gaps);
        Assert.Equal([new("2024-01-15", "2024-01-22", 2)], datasets[1].Dates!.Gaps);
        Assert.Equal([new("2023-12-01", "2024-01-01", 2)], datasets[2].Dates!.Gaps);
        Assert.Equal((4, 2), (datasets[2].Dates!.Periods, datasets[2].Dates!.Missing));
        Assert.Null(datasets[3].Dates);
    }

    [Fact]
    public void Two_summary_datasets_that_tell_the_same_are_named_with_the_days_they_share()
    {
        HarmonizedTable table = TableOf(PlanOf(
            Dataset("days", DatasetCategory.Summary, "channel", "clicks spend"),
            Dataset("weeks", DatasetCategory.Summary, "channel", "clicks", Grain.Weekly),
            Dataset("web", DatasetCategory.ExperienceEvents, "channel", "clicks")));
        Fill(table, "days", 0, ("2024-01-06", "TV", "1 1"), ("2024-01-07", "TV", "1 1"), ("2024-01-08", "TV", "1 1"), ("2024-01-06", "Mail", "1 1"));
        Fill(table, "weeks", 0, ("2024-01-01", "TV", "1"), ("2024-01-01", "Radio", "1"));
        Fill(table, "web", 0, ("2024-01-06", "TV", "1"));

        Assert.Equal([new("days", "weeks", "clicks", "TV", "2024-01-06", "2024-01-07", 2)], table.Quality(NoCounts).Overlaps);
    }

    [Fact]
    public void Doubled_rows_several_channels_and_mixed_grains_are_warned_of()
    {
        HarmonizedTable table = TableOf(PlanOf(
            Dataset("ads", DatasetCategory.Summary, "channel conversiontype", "clicks", Grain.Weekly),
            Dataset("days", DatasetCategory.Summary, "channel", "spend")));
        Fill(table, "ads", 0, ("2024-01-01", "TV Online", "1"), ("2024-01-01", "TV Online", "2"), ("2024-01-09", "Mail Store", "1"));
        Fill(table, "days", 0, ("2024-01-01", "TV", "1"));

        QualityReport report = table.Quality(new Dictionary<string, QualityCounts>
        {
            ["ads"] = new() { Duplicates = 4, Rejected = new() { ["date-missing"] = 2 }, Quarantined = new() { ["unknown-value"] = 3 } },
        });

        Assert.Equal(
            ["duplicate-rows 4", "duplicate-rows 1", "several-channels 2", "several-conversion-types 2", "mixed-grains 2", "rejected 2", "quarantined 3"],
            report.Datasets[0].Warnings.Select(warning => $"{warning.Kind} {warning.Count}"));
        Assert.Contains("ads 2024-01-01 channel=TV conversiontype=Online", report.Datasets[0].Warnings[1].Message);
        Assert.Equal("datasets have different grains: day (days); week (ads)", Assert.Single(report.Warnings).Message);
        Assert.Empty(report.Datasets[1].Warnings);
    }

    [Fact]
    public void The_documentation_s_own_example_has_weeks_that_begin_on_two_days()
    {
        QualityReport report = GoldenTable.Table().Quality(NoCounts);

        Assert.Equal(
            "rows of one week begin on several days: Saturday (3), Sunday (1)",
            Assert.Single(report.Datasets.Single(dataset => dataset.Name == "facebook").Warnings).Message);
    }
}
