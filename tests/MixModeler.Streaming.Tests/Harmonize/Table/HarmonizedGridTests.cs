using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class HarmonizedGridTests
{
    private static readonly DatasetPlan Video = Dataset("video", DatasetCategory.Summary, "channel campaign", "clicks spend");
    private static readonly DatasetPlan Monthly = Dataset("print", DatasetCategory.Summary, "channel", "spend", Grain.Monthly);

    [Fact]
    public void Rows_at_or_above_the_grain_keep_their_date_and_say_their_grain()
    {
        HarmonizedTable table = Filled();

        Assert.Equal(
            ["2024-02-26 week TV 21 2.5", "2024-03-04 week TV 7 1", "2024-03-15 month Print - 100"],
            Lines(table.Grid(new GridQuery { Columns = ["event_date", "date_type", "channel", "clicks", "spend"], Grain = GridGrain.Weekly })));
        Assert.Equal(
            ["2024-01-01 quarter TV 28 3.5", "2024-01-01 quarter Print - 100"],
            Lines(table.Grid(new GridQuery { Columns = ["event_date", "date_type", "channel", "clicks", "spend"], Grain = GridGrain.Quarterly })));
    }

    [Fact]
    public void Finest_shows_each_dataset_at_its_own_grain()
    {
        Assert.Equal(
            ["2024-02-29 day 0.5", "2024-03-01 day 2", "2024-03-04 day 1", "2024-03-15 month 100"],
            Lines(Filled().Grid(new GridQuery { Columns = ["event_date", "date_type", "spend"] })));
    }

    [Fact]
    public void Datasets_add_up_in_one_row_unless_the_dataset_is_a_column()
    {
        HarmonizedTable table = Filled();

        Assert.Equal(["103.5"], Lines(table.Grid(new GridQuery { Columns = ["spend"] })));
        Assert.Equal(["video 3.5", "print 100"], Lines(table.Grid(new GridQuery { Columns = ["dataset", "spend"] })));
    }

    [Fact]
    public void A_dataset_without_any_metric_asked_for_adds_no_rows_of_nothing()
    {
        Assert.Equal(["TV 28"], Lines(Filled().Grid(new GridQuery { Columns = ["channel", "clicks"] })));
    }

    [Fact]
    public void A_column_order_is_the_query_s()
    {
        Assert.Equal(["28 TV"], Lines(Filled().Grid(new GridQuery { Columns = ["clicks", "channel"] })));
    }

    [Fact]
    public void A_derived_field_is_a_ratio_of_sums_and_null_where_it_divides_by_zero()
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        Fill(table, "video", 0, ("2024-03-01", "TV a", "1 1"), ("2024-03-01", "TV b", "3 1"), ("2024-03-02", "TV a", "0 5"), ("2024-03-03", "TV a", "- 5"));

        Assert.Equal(
            ["2024-03-01 0.5", "2024-03-02 -", "2024-03-03 -"],
            Lines(table.Grid(new GridQuery { Columns = ["event_date", "cpc"], Grain = GridGrain.Daily })));
        Assert.Equal(["2024-01-01 3"], Lines(table.Grid(new GridQuery { Columns = ["event_date", "cpc"], Grain = GridGrain.Yearly })));
    }

    [Fact]
    public void Sums_are_exact_where_doubles_are_not()
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        Fill(table, "video", 0, [.. Enumerable.Range(0, 10).Select(_ => ("2024-03-01", "TV a", "- 0.1"))]);
        Fill(table, "video", 10, ("2024-03-01", "TV a", "- 123456789012345.000000000001"));

        Assert.Equal(["123456789012346.000000000001"], Lines(table.Grid(new GridQuery { Columns = ["spend"] })));
    }

    [Fact]
    public void Each_aggregate_is_read_off_within_a_dataset_and_then_datasets_add_up()
    {
        string[] rules = ["Sum", "Count", "Min", "Max", "Avg", "Last"];
        foreach ((string rule, string expected) in rules.Zip(["6", "3", "1", "3", "2", "1"]))
        {
            DatasetPlan one = Dataset("one", DatasetCategory.Summary, "channel", $"orders:{rule}");
            HarmonizedTable table = TableOf(PlanOf(one, Dataset("two", DatasetCategory.Summary, "channel", "orders")));
            Fill(table, "one", 0, ("2024-03-02", "TV", "2"), ("2024-03-02", "TV", "3"), ("2024-03-03", "TV", "1"));

            Assert.Equal([$"{rule} {expected}"], Lines(table.Grid(new GridQuery { Columns = ["orders"] })).Select(line => $"{rule} {line}"));
            Fill(table, "two", 9, ("2024-03-02", "TV", "10"));
            Assert.Equal(["1" + expected], Lines(table.Grid(new GridQuery { Columns = ["orders"] })));
        }
    }

    [Fact]
    public void An_average_is_the_nearest_double_of_its_quotient()
    {
        HarmonizedTable table = TableOf(PlanOf(Dataset("one", DatasetCategory.Summary, "channel", "orders:Avg")));
        Fill(table, "one", 0, ("2024-03-02", "TV", "0.1"), ("2024-03-02", "TV", "0.1"), ("2024-03-02", "TV", "0.1"));

        Assert.Equal(["0.1"], Lines(table.Grid(new GridQuery { Columns = ["orders"] })));
    }

    [Fact]
    public void A_date_range_is_of_the_parts_own_dates()
    {
        GridQuery query = new() { Columns = ["event_date", "spend"], Grain = GridGrain.Weekly, From = new DateOnly(2024, 3, 1), To = new DateOnly(2024, 3, 4) };

        Assert.Equal(["2024-02-26 2", "2024-03-04 1"], Lines(Filled().Grid(query)));
    }

    [Theory]
    [InlineData(GridOperator.Equals, "b|c", "b")]
    [InlineData(GridOperator.NotEquals, "b|c", "- a ab")]
    [InlineData(GridOperator.Contains, "b", "ab b")]
    [InlineData(GridOperator.NotContains, "b", "- a")]
    [InlineData(GridOperator.StartsWith, "a", "a ab")]
    [InlineData(GridOperator.EndsWith, "b", "ab b")]
    [InlineData(GridOperator.Exists, "", "a ab b")]
    [InlineData(GridOperator.NotExists, "", "-")]
    public void Dimensions_are_filtered_by_eight_questions(GridOperator question, string values, string expected)
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        Fill(table, "video", 0, ("2024-03-01", "TV -", "1 1"), ("2024-03-01", "TV a", "1 1"), ("2024-03-01", "TV ab", "1 1"), ("2024-03-01", "TV b", "1 1"));
        string[] asked = values.Length == 0 ? [] : values.Split('|');

        GridResult grid = table.Grid(new GridQuery { Columns = ["campaign", "clicks"], Filters = [new GridFilter("campaign", question, asked)] });

        Assert.Equal(expected, string.Join(' ', grid.Rows.Select(row => row[0] ?? "-")));
    }

    [Theory]
    [InlineData("spend", GridOperator.Less, "2", "a")]
    [InlineData("spend", GridOperator.LessOrEqual, "2", "a b")]
    [InlineData("spend", GridOperator.Equals, "2.0", "b")]
    [InlineData("spend", GridOperator.GreaterOrEqual, "2", "b c")]
    [InlineData("spend", GridOperator.Greater, "2", "c")]
    [InlineData("cpc", GridOperator.Greater, "0.1", "b c")]
    [InlineData("clicks", GridOperator.Exists, null, "a b c")]
    public void Metrics_and_derived_fields_are_filtered_after_they_are_added_up(string field, GridOperator question, string? value, string expected)
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        Fill(table, "video", 0, ("2024-03-01", "TV a", "10 1"), ("2024-03-01", "TV b", "5 1"), ("2024-03-02", "TV b", "5 1"), ("2024-03-01", "TV c", "10 3"));

        GridQuery query = new() { Columns = ["campaign"], Filters = [new GridFilter(field, question, value is null ? [] : [value])] };

        Assert.Equal(expected.Split(' '), Lines(table.Grid(query)));
    }

    [Fact]
    public void Filters_see_the_date_and_the_grain_that_are_shown_and_the_dataset()
    {
        GridQuery query = new() { Columns = ["event_date", "spend"], Grain = GridGrain.Weekly };

        Assert.Equal(["2024-02-26 2.5"], Lines(Filled().Grid(query with { Filters = [new("event_date", GridOperator.StartsWith, ["2024-02"])] })));
        Assert.Equal(["2024-03-15 100"], Lines(Filled().Grid(query with { Filters = [new("date_type", GridOperator.Equals, ["month"])] })));
        Assert.Equal(["2024-03-15 100"], Lines(Filled().Grid(query with { Filters = [new("dataset", GridOperator.NotEquals, ["video"])] })));
    }

    [Fact]
    public void Rows_are_sorted_by_several_columns_with_null_last_either_way()
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        Fill(table, "video", 0, ("2024-03-01", "TV b", "1 2"), ("2024-03-01", "TV -", "2 2"), ("2024-03-01", "TV a", "3 10"), ("2024-03-01", "TV c", "4 -"));
        GridQuery query = new() { Columns = ["campaign", "spend", "clicks"] };

        Assert.Equal(["a 10 3", "b 2 1", "- 2 2", "c - 4"], Lines(table.Grid(query with { Sort = [new("spend", Descending: true), new("campaign")] })));
        Assert.Equal(["- 2 2", "b 2 1", "a 10 3", "c - 4"], Lines(table.Grid(query with { Sort = [new("spend"), new("clicks", Descending: true)] })));
        Assert.Equal(["c - 4", "b 2 1", "a 10 3", "- 2 2"], Lines(table.Grid(query with { Sort = [new("campaign", Descending: true)] })));
    }

    [Fact]
    public void Pages_are_cut_from_all_rows()
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        Fill(table, "video", 0, [.. Enumerable.Range(0, 25).Select(i => ("2024-03-01", $"TV c{i:00}", "1 1"))]);
        GridQuery query = new() { Columns = ["campaign", "clicks"], Size = 10, Page = 3 };

        GridResult third = table.Grid(query);

        Assert.Equal(25, third.Total);
        Assert.Equal(["c20 1", "c21 1", "c22 1", "c23 1", "c24 1"], Lines(third));
        Assert.Empty(Lines(table.Grid(query with { Page = int.MaxValue })));
        Assert.Equal(25, table.Grid(query with { Size = 0, Page = 1 }).Rows.Length);
    }

    [Fact]
    public void Drafts_are_shown_to_who_asks_for_them()
    {
        HarmonizedTable table = TableOf(PlanOf(Video, Monthly with { Status = DatasetStatus.Draft }));
        Fill(table, "video", 0, ("2024-03-01", "TV a", "1 1"));
        Fill(table, "print", 0, ("2024-03-01", "Print", "100"));

        Assert.Equal(["1"], Lines(table.Grid(new GridQuery { Columns = ["spend"] })));
        Assert.Equal(["101"], Lines(table.Grid(new GridQuery { Columns = ["spend"], Drafts = true })));
        Assert.Equal(["video"], table.Grid(new GridQuery { Columns = ["spend"] }).Datasets.Select(dataset => dataset.Name));
    }

    [Fact]
    public void A_query_that_names_what_is_not_there_is_told_everything_that_is_wrong()
    {
        GridResult grid = Filled().Grid(new GridQuery
        {
            Columns = ["chanel", "clicks", "clicks"],
            Filters = [new("channel", GridOperator.Less, ["1"]), new("spend", GridOperator.Equals, ["many"]), new("geo", GridOperator.Equals, [])],
            Sort = [new("spend")],
            Page = 0,
            Size = -1,
            From = new DateOnly(2024, 2, 1),
            To = new DateOnly(2024, 1, 1),
        });

        Assert.Equal(9, grid.Problems.Length);
        Assert.Contains("there is no field 'chanel': did you mean 'channel'?", grid.Problems);
        Assert.Empty(grid.Rows);
    }

    [Fact]
    public void The_latest_change_at_the_sources_is_shown_and_parts_no_rows()
    {
        HarmonizedTable table = TableOf(PlanOf(Video));
        table.Set("video", 0, Key(1), Part(1, "2024-03-01", "TV a", "1 1") with { UpdatedMs = 1_709_251_200_000 });
        table.Set("video", 0, Key(2), Part(2, "2024-03-01", "TV a", "1 1") with { UpdatedMs = 1_709_337_600_000 });

        Assert.Equal(["2 2024-03-02T00:00:00.000Z"], Lines(table.Grid(new GridQuery { Columns = ["clicks", "last_updated_date"] })));
    }

    private static HarmonizedTable Filled()
    {
        HarmonizedTable table = TableOf(PlanOf(Video, Monthly));
        Fill(table, "video", 0, ("2024-02-29", "TV a", "1 0.5"), ("2024-03-01", "TV b", "20 2"), ("2024-03-04", "TV a", "7 1"));
        Fill(table, "print", 0, ("2024-03-15", "Print", "100"));
        return table;
    }
}
