using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest.Files;

namespace MixModeler.Streaming.Tests.Ingest;

/// <summary>What becomes of files: records, dead letters, and what another run adds.</summary>
public sealed class IngestedFileTests
{
    private const string Topic = "mm.summary";
    private static readonly RecordForm Content = RecordForm.Unknown("youtube", Topic, isEvent: false);

    private static readonly RecordForm Natural = Content with { HasContentIds = false, DatePath = "Date" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_is_a_record_with_numbers_as_written_and_text_as_text()
    {
        RecordingSink sink = await SendAsync("Date,marketing.name,marketing.code,Clicks,Spend,Note\n2021-12-31,\"Black \"\"F\"\"\",007,12,1.50,\n", Natural);

        (string topic, _, string key, string value) = Assert.Single(sink.Sent);
        Assert.Equal((Topic, "youtube 2021-12-31"), (topic, key));
        Assert.Equal("""{"dataset":"youtube","Date":"2021-12-31","marketing":{"name":"Black \"F\"","code":"007"},"Clicks":12,"Spend":1.50}""", value);
    }

    [Theory]
    [InlineData("Date;Clicks\r\n2021-12-31;7\r\n")]
    [InlineData("Date\tClicks\n2021-12-31\t7\n")]
    [InlineData("\uFEFFDate|Clicks\n\n2021-12-31|7\n,\n")]
    [InlineData("\"Date\",\"Clicks\"\r\r\"2021-12-31\",\"7\"")]
    public async Task The_header_tells_the_delimiter(string text)
    {
        RecordingSink sink = await SendAsync(text, Natural);
        Assert.Equal("""{"dataset":"youtube","Date":"2021-12-31","Clicks":7}""", sink.On(Topic).First());
    }

    [Theory]
    [InlineData("Date,Clicks,Date\n1,2,3\n", 1, 13, "has the name of column 1")]
    [InlineData("Date,,Clicks\n", 1, 6, "has no name")]
    [InlineData("\na,a.b\n", 2, 3, "would lie inside")]
    [InlineData("[{}]", 1, 1, "one a line")]
    [InlineData("a,\"b", 1, 3, "never closed")]
    public async Task A_header_that_names_no_columns_is_an_error_with_its_place(string text, int line, int column, string said)
    {
        RecordingSink sink = new();
        RowFault? fault = await DeliveryOf(Natural, sink).RunAsync(() => StreamOf(text), null, Stop);
        Assert.NotNull(fault);
        Assert.Equal((line, column), (fault.Line, fault.Column));
        Assert.Contains(said, fault.Sentence, StringComparison.Ordinal);
        Assert.Empty(sink.Sent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Date,Clicks")]
    [InlineData("Date,Clicks\n\n\n")]
    public async Task A_file_without_rows_sends_nothing(string text) => Assert.Empty((await SendAsync(text, Natural)).Sent);

    [Fact]
    public async Task Malformed_rows_are_dead_letters_and_the_rest_goes_on()
    {
        List<string> told = [];
        RecordingSink sink = new();
        FileDelivery delivery = new(Content, null, sink, new FileDeliveryOptions { Name = "yt.csv", Refused = told.Add });
        await delivery.RunAsync(() => StreamOf("a,b\n1\n2,3\n4,5,6\n7,\"8\"x\n9,10\n"), null, Stop);

        Assert.Equal((5L, 2L, 3L), (delivery.Totals.Rows, delivery.Totals.Sent, delivery.Totals.Refused));
        Assert.Equal(["yt.csv:2:2", "yt.csv:4:5", "yt.csv:5:6"], told.Select(t => t[..t.IndexOf(": ", StringComparison.Ordinal)]));
        DeadLetterRecord letter = DeadLetterRecord.Read(Encoding.UTF8.GetBytes(sink.On("mm.deadletter").First()))!;
        Assert.Equal(("malformed-csv", Topic, "ingest yt.csv", "1"), (letter.Reason, letter.Topic, letter.Node, Encoding.UTF8.GetString(letter.Bytes)));
        Assert.StartsWith("yt.csv:2:2: the row has 1 field, the header 2 columns", letter.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_endless_line_the_beginning_and_the_length_are_kept()
    {
        RecordingSink sink = await SendAsync("a,b\n" + new string('x', 3_000_000) + "\n1,2\n", Content);
        DeadLetterRecord letter = DeadLetterRecord.Read(Encoding.UTF8.GetBytes(sink.On("mm.deadletter").Single()))!;
        Assert.Equal((DeadLetter.ValueBytesMax, 3_000_000), (letter.Bytes.Length, letter.BytesCutFrom));
        Assert.Single(sink.On(Topic));
    }

    [Fact]
    public async Task JSON_lines_keep_what_they_hold_and_say_whose_they_are()
    {
        RecordingSink sink = await SendAsync(
            """
            {"Date":"2021-12-31T23:30:00-08:00","n":1.50,"deep":{"a":[1,"é"]}}
            {"body":{"xdmEntity":{"_id":"own","Date":"2022-01-01"}},"header":{"datasetId":"else"}}
            {"dataset":"other"}
            {"broken
            """,
            Natural);
        Assert.Equal(["youtube 2021-12-31", "own"], sink.Sent.Where(s => s.Topic == Topic).Select(s => s.Key));
        Assert.Equal("""{"dataset":"youtube","Date":"2021-12-31T23:30:00-08:00","n":1.50,"deep":{"a":[1,"é"]}}""", sink.On(Topic).First());
        Assert.Equal(2, sink.On("mm.deadletter").Count());
        Assert.All(sink.On("mm.deadletter"), letter => Assert.Contains("malformed-json", letter, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ids_follow_content_and_tell_equal_rows_apart()
    {
        string[] ids = Ids(await SendAsync("a,b\n1,2\n1,2\n3,4\n1,2\n", Content));
        Assert.Equal(4, ids.Distinct().Count());
        Assert.Equal(ids, Ids(await SendAsync("a,b\n1,2\n1,2\n3,4\n1,2\n", Content)));
        // Rows and columns that change places, and rows that come before, change no id.
        Assert.Equal(ids.Order(), Ids(await SendAsync("b,a\n4,3\n2,1\n2,1\n2,1\n", Content)).Order());
        Assert.Superset(ids.ToHashSet(), Ids(await SendAsync("a,b\n9,9\n1,2\n1,2\n3,4\n1,2\n", Content)).ToHashSet());
        Assert.NotEqual(ids[0], Ids(await SendAsync("a,b\n1,2\n", Content with { Dataset = "tv" }))[0]);
        Assert.NotEqual(Ids(await SendAsync("a,b\n12,\n", Content))[0], Ids(await SendAsync("a,b\n,12\n", Content))[0]);
    }

    [Fact]
    public async Task Deletions_name_the_rows_that_were_sent()
    {
        const string Text = "a,b\n1,2\n1,2\n";
        RecordingSink sent = await SendAsync(Text, Content);
        RecordingSink deleted = await SendAsync(Text, Content with { Deletes = true });
        Assert.Equal(sent.Sent.Select(s => s.Key), deleted.Sent.Select(s => s.Key));
        Assert.All(deleted.On(Topic), value => Assert.True(JsonDocument.Parse(value).RootElement.GetProperty("_deleted").GetBoolean()));
    }

    [Fact]
    public async Task A_declared_row_key_is_the_key()
    {
        RecordingSink sink = await SendAsync("Date,Channel,n\n2021-12-31,tv,1\n2021-12-31,tv,2\n", Natural with { RowKeyPaths = ["Date", "Channel"] });
        Assert.Equal(["2021-12-31\u001Ftv", "2021-12-31\u001Ftv"], sink.Sent.Select(s => s.Key));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("-1.5e+10", true)]
    [InlineData("12345678901234567890", true)]
    [InlineData("007", false)]
    [InlineData("+1", false)]
    [InlineData("1.", false)]
    [InlineData(".5", false)]
    [InlineData("1e", false)]
    [InlineData("-", false)]
    [InlineData("1,5", false)]
    [InlineData("NaN", false)]
    public void Only_what_JSON_calls_a_number_is_one(string text, bool expected) =>
        Assert.Equal(expected, CsvColumn.IsNumber(Encoding.UTF8.GetBytes(text)));

    internal static string[] Ids(RecordingSink sink) =>
        [.. sink.On(Topic).Select(value => JsonDocument.Parse(value).RootElement.GetProperty("_id").GetString()!)];

    internal static MemoryStream StreamOf(string text) => new(Encoding.UTF8.GetBytes(text));

    private static FileDelivery DeliveryOf(RecordForm form, RecordingSink sink) => new(form, null, sink, new FileDeliveryOptions { Name = "yt.csv" });

    private static async Task<RecordingSink> SendAsync(string text, RecordForm form)
    {
        RecordingSink sink = new();
        Assert.Null(await DeliveryOf(form, sink).RunAsync(() => StreamOf(text), null, Stop));
        return sink;
    }
}
