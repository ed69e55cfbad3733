using System.Text;
using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

public class PathFileTests
{
    [Fact]
    public async Task Columns_may_stand_in_any_order_and_fields_in_quotes()
    {
        PathTable table = (await ReadAsync("nulls;conversions;path\r\n2;1;\"Brand; search > e-mail\"\r\n\r\n;0.5;Überblick\r\n")).Table!;

        Assert.Equal(["Brand; search", "e-mail", "Überblick"], Enumerable.Range(0, table.Channels.Count).Select(i => table.Channels[i]));
        Assert.Equal((1.5, 0, 2), (table.Conversions, table.Value, table.Nulls));
        Assert.Equal([0, 1], table.Rows[0].Channels);
    }

    [Theory]
    [InlineData("", 1, 1, "the file is empty")]
    [InlineData("path,conversions\n", 1, 1, "there is no path")]
    [InlineData("path,nulls\na,1\n", 1, 1, "the column 'conversions' is missing")]
    [InlineData("path,conversions,null\na,1,2\n", 1, 1, "there is no column 'null'")]
    [InlineData("path,conversions,path\na,1,2\n", 1, 18, "has the name of column 1")]
    [InlineData("path,conversions\na,1\na > ,1\n", 3, 1, "touch 2 of the path has no name")]
    [InlineData("path,conversions\n > a,1\n", 2, 1, "touch 1 of the path has no name")]
    [InlineData("path,conversions\na > > b,1\n", 2, 1, "touch 2 of the path has no name")]
    [InlineData("path,conversions\n,1\n", 2, 1, "the path is empty")]
    [InlineData("path,conversions\nä > b,x\n", 2, 7, "'x' is no number of conversions")]
    [InlineData("path,conversions\na,\n", 2, 3, "'' is no number of conversions")]
    [InlineData("path,conversions,value,nulls\na,1,0,-1\n", 2, 7, "'-1' is no number of nulls")]
    [InlineData("path,conversions,value,nulls\na,1,1e999,0\n", 2, 5, "'1e999' is no number of value")]
    [InlineData("path,conversions,value,nulls\na,0,5,1\n", 2, 5, "a value without a conversion")]
    [InlineData("path,conversions\na,1,2\n", 2, 5, "the row has 3 fields, the header 2 columns")]
    [InlineData("path,conversions\na\n", 2, 2, "the row has 1 fields, the header 2 columns")]
    [InlineData("path,conversions\n\"a,1\n", 2, 1, "the quote that opens here is never closed")]
    public async Task A_bad_file_is_told_with_its_place(string text, long line, long column, string sentence)
    {
        PathFileResult result = await ReadAsync(text);

        Assert.Null(result.Table);
        Assert.Equal((line, column), (result.Faults[0].Line, result.Faults[0].Column));
        Assert.Contains(sentence, result.Faults[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_several_rows_are_told_at_once_but_not_without_end()
    {
        PathFileResult few = await ReadAsync("path,conversions\na,x\nb,1\nc,y\n");
        PathFileResult many = await ReadAsync("path,conversions\n" + string.Concat(Enumerable.Repeat("a,x\n", 500)));

        Assert.Equal([2, 4], few.Faults.Select(fault => fault.Line));
        Assert.Equal(PathFile.FaultsMax, many.Faults.Count);
    }

    [Fact]
    public async Task Any_cut_of_a_file_is_read_or_told_and_never_breaks()
    {
        byte[] text = Encoding.UTF8.GetBytes("path,conversions,value,nulls\n\"a > b\",1,2,3\nö > c,4,5,6\n");
        for (int length = 0; length < text.Length; length++)
        {
            using MemoryStream stream = new(text, 0, length);
            PathFileResult result = await PathFile.ReadAsync(stream, TestContext.Current.CancellationToken);
            Assert.True(result.Table is null == result.Faults.Count > 0);
        }
    }

    [Fact]
    public async Task Models_of_a_file_share_all_conversions_and_all_value()
    {
        PathTable table = (await ReadAsync("path,conversions,value,nulls\na > b > c,3,30,4\nb > a,2,10,0\nc,0,0,9\na,1,7,1\n")).Table!;
        PathCredit[] credits =
        [
            PathModels.Markov(table, 1), PathModels.Markov(table, 3), PathModels.Markov(table, null), PathModels.EqualSplit(table), PathModels.Rate(table),
            PathModels.Rule(table, TouchRule.First), PathModels.Rule(table, TouchRule.Last), PathModels.Rule(table, TouchRule.Linear),
            PathModels.Rule(table, TouchRule.Position), PathModels.Rule(table, TouchRule.Decay, 2),
        ];

        Assert.All(credits, credit =>
        {
            Assert.Equal(6, credit.Channels.Sum(channel => channel.Conversions), 1e-9);
            Assert.Equal(47, credit.Channels.Sum(channel => channel.Value), 1e-9);
        });
        ChannelCredit first = credits[5].Channels.Single(channel => channel.Channel == "a");
        Assert.Equal((4, 37), (first.Conversions, first.Value));
    }

    private static async Task<PathFileResult> ReadAsync(string text)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(text));
        return await PathFile.ReadAsync(stream, TestContext.Current.CancellationToken);
    }
}
