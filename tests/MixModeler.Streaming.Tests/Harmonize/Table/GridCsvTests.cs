using System.Text;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class GridCsvTests
{
    [Fact]
    public void A_file_is_named_after_its_report_and_the_clock()
    {
        Assert.Equal("Spend_by_week_2025-03-14_09-05-07.csv", GridCsv.NameOf("Spend by/week", new StoppedClock()));
        Assert.Equal(".._x_2025-03-14_09-05-07.csv", GridCsv.NameOf("../x", new StoppedClock()));
    }

    [Fact]
    public void Texts_are_quoted_where_they_must_be()
    {
        Assert.Equal("\"Ca\"\"m\",Spend\r\n\"a,b\",1\r\n\"x\r\ny\",\r\n", Csv("Ca\"m", ["a,b", "1"], ["x\r\ny", null]));
    }

    [Fact]
    public void A_text_that_a_spreadsheet_would_run_is_kept_a_text_and_numbers_stay_numbers()
    {
        string csv = Csv("=Evil", ["=1+1", "-5"], ["+a", "-0.5"], ["-none-", "1E-07"], ["@x,y", "3"], ["fine=", "4"]);

        Assert.Equal("'=Evil,Spend\r\n'=1+1,-5\r\n'+a,-0.5\r\n'-none-,1E-07\r\n\"'@x,y\",3\r\nfine=,4\r\n", csv);
    }

    [Fact]
    public async Task A_stream_gets_UTF_8_without_a_mark()
    {
        using MemoryStream stream = new();

        await GridCsv.WriteAsync(Grid("Kanal", ["Größe", "1"]), stream, TestContext.Current.CancellationToken);

        Assert.Equal(Encoding.UTF8.GetBytes("Kanal,Spend\r\nGröße,1\r\n"), stream.ToArray());
    }

    private static string Csv(string display, params string?[][] rows) => GridCsv.TextOf(Grid(display, rows));

    private static GridResult Grid(string display, params string?[][] rows) => new()
    {
        Columns =
        [
            new("campaign", display, FieldCategory.Dimension, HarmonizedType.String), new("spend", "Spend", FieldCategory.Metric, HarmonizedType.Currency),
        ],
        Rows = rows,
    };

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2025, 3, 14, 9, 5, 7, TimeSpan.Zero);
    }
}
