using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class DefinitionTests
{
    private static readonly HarmonizePlan Defined = PlanOf(
        Dataset("ads", DatasetCategory.Summary, "channel campaign", "impressions spend"),
        Dataset("shop", DatasetCategory.Summary, "conversiontype", "orders revenue", Grain.Monthly)) with
        {
            Touchpoints =
            [
                new("Video", [new("channel", ConditionOperator.Equals, ["YouTube", "TV"])], "impressions", "spend"),
                new("YouTube", [new("channel", ConditionOperator.StartsWith, ["You"]), new("campaign", ConditionOperator.Exists, [])], "impressions", null),
                new("Mail", [new("channel", ConditionOperator.Equals, ["Mail"])], "impressions", "spend"),
            ],
            Conversions = [new("Store", [new("conversiontype", ConditionOperator.Equals, ["Store"])], "orders", "revenue")],
        };

    [Fact]
    public void A_touchpoint_s_volume_and_spend_are_told_over_time()
    {
        DefinitionResult report = Filled().Touchpoints(new DefinitionQuery { Grain = GridGrain.Weekly });

        Assert.Empty(report.Problems);
        Assert.Equal(["Video", "YouTube", "Mail"], report.Series.Select(series => series.Name));
        Assert.Equal([new("2024-01-01", "week", "30", "3"), new("2024-01-08", "week", "40", "4")], report.Series[0].Points);
        Assert.Equal(("70", "7"), (report.Series[0].Total, report.Series[0].MoneyTotal));
        Assert.Equal([new("2024-01-01", "week", "10", null)], report.Series[1].Points);
        Assert.Empty(report.Series[2].Points);
        Assert.Null(report.Series[2].Total);
    }

    [Fact]
    public void A_conversion_s_metric_and_revenue_are_told_over_time()
    {
        DefinitionResult report = Filled().Conversions(new DefinitionQuery { Grain = GridGrain.Coarsest });

        Assert.Equal(GridGrain.Monthly, report.Grain);
        Assert.Equal([new("2024-01-01", "month", "5", "500.5")], Assert.Single(report.Series).Points);
    }

    [Fact]
    public void Touchpoints_that_take_the_same_rows_are_named()
    {
        DefinitionOverlap overlap = Assert.Single(Filled().Touchpoints(new DefinitionQuery()).Overlaps);

        Assert.Equal(("Video", "YouTube", 1, 1), (overlap.First, overlap.Second, overlap.Parts, overlap.Records));
        Assert.Equal("ads 2024-01-01 channel=YouTube campaign=a", overlap.Example);
    }

    [Fact]
    public void One_definition_can_be_asked_for_and_an_unknown_one_is_a_problem()
    {
        Assert.Equal(["Mail"], Filled().Touchpoints(new DefinitionQuery { Names = ["Mail"] }).Series.Select(series => series.Name));
        Assert.Equal(["nothing is defined as 'Post'"], Filled().Touchpoints(new DefinitionQuery { Names = ["Post"] }).Problems);
    }

    private static HarmonizedTable Filled()
    {
        HarmonizedTable table = TableOf(Defined);
        Fill(table, "ads", 0, ("2024-01-01", "YouTube a", "10 1"), ("2024-01-02", "TV b", "20 2"));
        Fill(table, "ads", 2, ("2024-01-08", "YouTube -", "40 4"), ("2024-01-08", "Radio c", "80 8"));
        Fill(table, "shop", 0, ("2024-01-01", "Store", "5 500.5"), ("2024-01-01", "Online", "6 600"));
        return table;
    }
}
