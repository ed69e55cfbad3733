using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class FactorTests
{
    private const string Dimensions = "factor_name factor_type factor_value_type";

    [Fact]
    public void A_forecast_gives_way_to_the_actual_value_of_its_period_and_stands_where_there_is_none()
    {
        HarmonizedTable table = Filled(
            "Sum", ("2024-01-01", "CPI External Forecasted", "1"), ("2024-01-02", "CPI External Forecasted", "2"), ("2024-01-01", "CPI External Actual", "10"));

        Assert.Equal(
            ["CPI 2024-01-01 day 10 External Actual", "CPI 2024-01-02 day 2 External Forecasted"],
            Rows(table, new FactorQuery()));
        // The rest of the week is a forecast, and so is the week.
        Assert.Equal(["CPI 2024-01-01 week 12 External Forecasted"], Rows(table, new FactorQuery { Grain = GridGrain.Weekly }));
    }

    [Theory]
    [InlineData("Min", "1")]
    [InlineData("Max", "4")]
    [InlineData("Sum", "7")]
    [InlineData("Avg", "2.3333333333333335")]
    [InlineData("Count", "3")]
    [InlineData("Last", "2")]
    public void A_factor_conforms_to_the_grain_by_its_dataset_s_aggregate(string rule, string expected)
    {
        HarmonizedTable table = Filled(rule, ("2024-01-01", "CPI - -", "4"), ("2024-01-03", "CPI - -", "2"), ("2024-01-02", "CPI - -", "1"));

        Assert.Equal([$"CPI 2024-01-01 month {expected} Internal Actual"], Rows(table, new FactorQuery { Grain = GridGrain.Monthly }));
    }

    [Fact]
    public void Of_several_datasets_the_later_value_counts_and_they_are_never_added_up()
    {
        HarmonizePlan plan = PlanOf(
            Dataset("early", DatasetCategory.Factors, Dimensions, "factor_value"), Dataset("late", DatasetCategory.Factors, Dimensions, "factor_value"));
        HarmonizedTable table = TableOf(plan);
        Fill(table, "early", 5, ("2024-01-01", "CPI - -", "10"), ("2024-01-02", "CPI - -", "11"));
        Fill(table, "late", 6, ("2024-01-01", "CPI - -", "20"), ("2024-01-02", "CPI - Forecasted", "21"));

        Assert.Equal(
            ["CPI 2024-01-01 day 20 Internal Actual", "CPI 2024-01-02 day 11 Internal Actual"], Rows(table, new FactorQuery()));
        Assert.Equal(
            ["2024-01-01 CPI 20", "2024-01-02 CPI 21"],
            Lines(table.Grid(new GridQuery { Columns = ["event_date", "factor_name", "factor_value"] })));
    }

    [Fact]
    public void Names_and_dates_choose_what_is_shown()
    {
        HarmonizedTable table = Filled("Sum", ("2024-01-01", "CPI - -", "1"), ("2030-01-01", "CPI - Forecasted", "2"), ("2024-01-01", "Rain External -", "3"));

        Assert.Equal(
            ["CPI 2030-01-01 day 2 Internal Forecasted"], Rows(table, new FactorQuery { Names = ["CPI"], From = new DateOnly(2025, 1, 1) }));
        Assert.Single(table.Factors(new FactorQuery { From = new DateOnly(2025, 1, 1), To = new DateOnly(2024, 1, 1) }).Problems);
    }

    [Fact]
    public void Factors_are_no_rows_of_a_grid_that_asks_for_other_metrics()
    {
        HarmonizePlan plan = PlanOf(
            Dataset("factors", DatasetCategory.Factors, Dimensions, "factor_value"), Dataset("ads", DatasetCategory.Summary, "channel", "clicks"));
        HarmonizedTable table = TableOf(plan);
        Fill(table, "factors", 0, ("2024-01-01", "CPI - -", "10"));
        Fill(table, "ads", 0, ("2024-01-01", "TV", "1"));

        Assert.Equal(["2024-01-01 day TV 1"], Lines(table.Grid(new GridQuery())));
    }

    private static HarmonizedTable Filled(string rule, params (string Date, string Dimensions, string Metrics)[] rows)
    {
        HarmonizedTable table = TableOf(PlanOf(Dataset("factors", DatasetCategory.Factors, Dimensions, $"factor_value:{rule}")));
        Fill(table, "factors", 0, rows);
        return table;
    }

    private static string[] Rows(HarmonizedTable table, FactorQuery query) =>
        [.. table.Factors(query).Rows.Select(row => $"{row.Name} {row.Date} {row.DateType} {row.Value} {row.Type} {row.ValueType}")];
}
