using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class GoldenTableTests
{
    private static readonly string[] Columns =
        ["event_date", "date_type", "channel", "campaign", "brand", "geo", "goal", "clicks", "spend", "revenue"];

    [Fact]
    public void The_weekly_example_of_the_documentation_comes_out_to_the_letter()
    {
        GridResult grid = GoldenTable.Table().Grid(new GridQuery { Columns = Columns, Grain = GridGrain.Weekly });

        Assert.Equal(GoldenTable.Text("expected_weekly.csv"), GridCsv.TextOf(grid).Replace("\r\n", "\n"));
        Assert.Equal(13, grid.Total);
    }

    [Fact]
    public void The_coarsest_grain_of_the_example_is_its_week()
    {
        GridResult grid = GoldenTable.Table().Grid(new GridQuery { Columns = Columns, Grain = GridGrain.Coarsest });

        Assert.Equal(GridGrain.Weekly, grid.Grain);
        Assert.Equal(GoldenTable.Text("expected_weekly.csv"), GridCsv.TextOf(grid).Replace("\r\n", "\n"));
    }

    [Fact]
    public void The_columns_by_default_are_the_example_s_in_the_order_of_the_dictionary()
    {
        GridResult grid = GoldenTable.Table().Grid(new GridQuery { Grain = GridGrain.Weekly });

        Assert.Equal([.. Columns, "cpc"], grid.Columns.Select(column => column.Name));
        Assert.Equal(13, grid.Total);
    }

    [Fact]
    public void The_factors_of_the_documentation_come_out_under_Min()
    {
        FactorResult factors = GoldenTable.Table().Factors(new FactorQuery { Grain = GridGrain.Weekly });

        string expected = GoldenTable.Text("expected_factors_min.csv");
        IEnumerable<string> rows = factors.Rows.Select(row => $"{row.Name},{row.Value},{row.Type},{row.ValueType}");
        Assert.Equal(expected, string.Concat(rows.Prepend(expected.Split('\n')[0]).Select(row => row + "\n")));
        Assert.All(factors.Rows, row => Assert.Equal(("2025-03-10", "week"), (row.Date, row.DateType)));
    }
}
