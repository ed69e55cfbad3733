using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class LineageTests
{
    private static readonly HarmonizePlan Both = PlanOf(
        Dataset("ads", DatasetCategory.Summary, "channel campaign", "clicks spend"),
        Dataset("web", DatasetCategory.ExperienceEvents, "channel", "clicks", week: DayOfWeek.Sunday));

    [Fact]
    public void A_number_leads_back_to_its_rows_and_cells_with_their_offsets()
    {
        LineageResult lineage = Filled(MergePreference.Sum).Lineage(new LineageQuery
        {
            Row = new() { ["event_date"] = "2024-01-01", ["channel"] = "Search" },
            Metric = "clicks",
            Grain = GridGrain.Weekly,
        });

        Assert.Empty(lineage.Problems);
        Assert.Equal("30", lineage.Value);
        Assert.Equal(
            ["ads 7-7 1 2024-01-02 10 ", "ads 8-8 1 2024-01-07 20 "],
            lineage.Parts.Select(part => $"{part.Dataset} {part.FirstOffset}-{part.LastOffset} {part.Records} {part.Date} {part.Value} {part.DroppedBy}"));
        Assert.Equal("a", lineage.Parts[0].Dimensions["campaign"]);
        Assert.Equal(Key(7).ToString(), lineage.Parts[0].Key);
    }

    [Fact]
    public void What_a_preference_dropped_is_listed_and_said_to_be_dropped()
    {
        LineageResult lineage = Filled(MergePreference.Summary).Lineage(new LineageQuery { Row = new() { ["channel"] = "Search" }, Metric = "clicks" });

        Assert.Equal("30", lineage.Value);
        Assert.Equal([null, null, "preference"], lineage.Parts.Select(part => part.DroppedBy));
        Assert.Equal(2, lineage.Records);
        Assert.Equal(3, lineage.Total);
    }

    [Fact]
    public void A_derived_number_leads_to_the_parts_of_every_metric_in_its_formula()
    {
        LineageResult lineage = Filled(MergePreference.Sum).Lineage(new LineageQuery
        {
            Row = new() { ["channel"] = "Search", ["dataset"] = "ads", ["campaign"] = null }, Metric = "cpc",
        });

        Assert.Equal("0.25", lineage.Value);
        Assert.Equal(["spend 5", "clicks 20"], lineage.Parts.Select(part => $"{part.Metric} {part.Value}"));
        Assert.Equal(1, lineage.Records);
    }

    [Fact]
    public void Only_so_many_parts_are_listed_and_all_are_counted()
    {
        LineageResult lineage = Filled(MergePreference.Sum).Lineage(new LineageQuery { Metric = "clicks", Limit = 1 });

        Assert.Single(lineage.Parts);
        Assert.Equal(3, lineage.Total);
        Assert.Equal("130", lineage.Value);
    }

    [Fact]
    public void A_dimension_has_no_parts()
    {
        Assert.Equal(["'channel' is no metric"], Filled(MergePreference.Sum).Lineage(new LineageQuery { Metric = "channel" }).Problems);
    }

    private static HarmonizedTable Filled(MergePreference preference)
    {
        HarmonizedTable table = TableOf(Both with { Preferences = new() { Default = preference } });
        Fill(table, "ads", 7, ("2024-01-02", "Search a", "10 1"), ("2024-01-07", "Search -", "20 5"));
        // Sunday is another week there.
        Fill(table, "web", 1, ("2024-01-07", "Search", "100"));
        return table;
    }
}
