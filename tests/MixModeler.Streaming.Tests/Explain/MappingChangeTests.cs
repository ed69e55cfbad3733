using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class MappingChangeTests
{
    private static readonly DatasetPlan Youtube = new()
    {
        Name = "youtube",
        Category = DatasetCategory.Summary,
        Topic = "summary",
        Identity = "000000000000",
        Dimensions = [new DimensionMapping("campaign", [], new MappingValue(true, "Campaign"), ["Black Friday", "Summer"])],
        Metrics = [new MetricMapping("spend", MetricRule.Sum, "Spend", []), new MetricMapping("clicks", MetricRule.Sum, "Clicks", [])],
        Units = [new UnitCheck("spend", "clicks", 0.001, 100)],
    };

    [Fact]
    public void A_slip_becomes_the_nearest_known_value()
    {
        MappingChange change = Suggest(Group("Blck Friday"))!;
        Assert.Equal("{ any: [{ field: Campaign, equals: [Blck Friday] }], then: { value: Black Friday } }", change.Case);
        Assert.Equal("{ cases: [" + change.Case + "], otherwise: { field: Campaign }, known: [Black Friday, Summer] }", change.Mapping);
        Assert.StartsWith("datasets:\n  youtube:\n    map:\n      campaign: { cases:", change.Block, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_near_to_none_becomes_known()
    {
        MappingChange change = Suggest(Group("Weihnachten: 50%, \"jetzt\""))!;
        Assert.Equal("\"Weihnachten: 50%, \\\"jetzt\\\"\"", change.Known);
        Assert.Null(change.Case);
    }

    [Fact]
    public void What_the_topology_takes_by_now_needs_no_change()
    {
        Assert.Null(MappingChange.Suggest(Youtube, Group("Summer"), out string whyNot));
        Assert.Contains("already", whyNot, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(25_000, "{ sum: Spend, scale: [{ by: 0.001, from: 2024-05-01 }] }")]
    [InlineData(0.0005, "{ sum: Spend, scale: [{ by: 10, from: 2024-05-01 }] }")]
    public void A_changed_unit_is_scaled_by_the_smallest_power_of_ten_that_helps(double ratio, string mapping) =>
        Assert.Equal(mapping, Suggest(Drift(ratio))!.Mapping);

    [Fact]
    public void A_scale_is_added_to_those_that_are_there()
    {
        DatasetPlan scaled = Youtube with { Metrics = [new MetricMapping("spend", MetricRule.Sum, "Spend", [new MetricScale(0.000001m, null)])] };
        Assert.Equal(
            "{ sum: Spend, scale: [{ by: 0.000001 }, { by: 0.00000001, from: 2024-05-01 }] }",
            MappingChange.Suggest(scaled, Drift(5_000), out _)!.Mapping);
    }

    [Fact]
    public void A_ratio_that_no_power_of_ten_brings_back_is_said()
    {
        Assert.Null(MappingChange.Suggest(Youtube with { Units = [new UnitCheck("spend", "clicks", 2, 3)] }, Drift(50), out string whyNot));
        Assert.Contains("no power of ten", whyNot, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("map: { campaign: { field: Campaign, known: [A] } } # kept", "map: { campaign: NEW } # kept")]
    [InlineData("map:\n      # kept\n      campaign: { field: Campaign, known: [A, \"}\"] } # kept", "map:\n      # kept\n      campaign: NEW # kept")]
    [InlineData(
        "map:\n      campaign:\n        field: Campaign\n        known:\n          - A\n      # kept\n      clicks: { sum: Clicks }",
        "map:\n      campaign:\n        NEW\n      # kept\n      clicks: { sum: Clicks }")]
    [InlineData(
        "map:\n      campaign:\n        cases:\n          # kept\n          - { any: [] } # kept\n        otherwise: { field: X }",
        "map:\n      campaign:\n        cases:\n          # kept\n          - CASE\n          - { any: [] } # kept\n        otherwise: { field: X }")]
    [InlineData("map:\n      campaign: { cases: [ { any: [] } ], otherwise: { field: X } }", "map:\n      campaign: { cases: [CASE, { any: [] } ], otherwise: { field: X } }")]
    [InlineData("map:\n      campaign:\n        field: Campaign # lost otherwise\n        known: [A]", null)]
    [InlineData("map: { clicks: { sum: Clicks } }", null)]
    public void The_text_keeps_everything_else(string map, string? expected)
    {
        const string Before = "topology: t # kept\ndatasets:\n  other: { map: { campaign: { field: Other } } }\n  youtube:\n    ";
        MappingChange change = new() { Dataset = "youtube", Field = "campaign", Sentence = "", Mapping = "NEW", Case = "CASE" };

        Assert.Equal(expected is null ? null : Before + expected + "\n", TopologyEdit.Apply(Before + map + "\n", change));
    }

    [Fact]
    public void A_known_value_is_put_into_the_list()
    {
        const string Text = "datasets: { youtube: { map: { campaign: { field: C, known: [A, B] } } } }";
        MappingChange change = new() { Dataset = "youtube", Field = "campaign", Sentence = "", Mapping = "NEW", Known = "Z" };
        Assert.Equal("datasets: { youtube: { map: { campaign: { field: C, known: [Z, A, B] } } } }", TopologyEdit.Apply(Text, change));
    }

    [Theory]
    [InlineData("Black Friday", "Black Friday")]
    [InlineData("marketing.name", "marketing.name")]
    [InlineData("true", "\"true\"")]
    [InlineData("12", "\"12\"")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("", "\"\"")]
    [InlineData(" x", "\" x\"")]
    [InlineData("é#\t", "\"é#\\t\"")]
    public void A_text_is_quoted_where_YAML_would_read_something_else(string text, string expected) => Assert.Equal(expected, MappingText.Scalar(text));

    private static MappingChange? Suggest(QuarantineGroup group) => MappingChange.Suggest(Youtube, group, out _);

    private static QuarantineGroup Group(string value) => GroupOf(QuarantineGroupsTests.Unknown(1, value));

    private static QuarantineGroup Drift(double ratio) => GroupOf(QuarantineGroupsTests.Drift(1, ratio, new DateOnly(2024, 5, 1)));

    private static QuarantineGroup GroupOf(DeadLetterRecord letter)
    {
        QuarantineGroups groups = new();
        groups.Add(new(0, 1), letter, 1);
        return groups.All[0];
    }
}
