using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize;

public class HarmonizeRefusalTests
{
    private static readonly DatasetPlan Strict = DatasetWorld.Plan with
    {
        DateTypePath = "Grain",
        BooksCloseAfter = TimeSpan.FromDays(30),
        Mandatory = ["brand", "spend"],
        Dimensions = [DatasetWorld.Into("channel", "Channel") with { Known = ["TV"] }, DatasetWorld.Into("brand", "Brand")],
        Units = [new UnitCheck("spend", "clicks", 0.001, 100)],
    };

    [Theory]
    [InlineData("""{"Grain":"day","Brand":"b","Clicks":1,"Spend":1}""", "date-missing", "'Date'")]
    [InlineData("""{"Date":"31.12.2021","Grain":"day","Brand":"b","Clicks":1,"Spend":1}""", "date-invalid", "'31.12.2021'")]
    [InlineData("""{"Date":"2021-02-29","Grain":"day","Brand":"b","Clicks":1,"Spend":1}""", "date-invalid", "'Date'")]
    [InlineData("""{"Date":"2021-12-31T00:00:00","Grain":"day","Brand":"b","Clicks":1,"Spend":1}""", "date-invalid", "'Date'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"week","Brand":"b","Clicks":1,"Spend":1}""", "wrong-grain", "'Grain'")]
    [InlineData("""{"Date":"2021-12-31","Brand":"b","Clicks":1,"Spend":1}""", "field-missing", "'Grain'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Clicks":1,"Spend":1}""", "field-missing", "'brand'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":1}""", "field-missing", "'spend'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":{},"Clicks":1,"Spend":1}""", "wrong-type", "'Brand'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"\ud800","Clicks":1,"Spend":1}""", "wrong-type", "'Brand'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":"many","Spend":1}""", "wrong-type", "'Clicks'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":[1],"Spend":1}""", "wrong-type", "a list")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":1,"Spend":1,"extSourceSystemAudit":{"lastUpdatedDate":5}}""", "wrong-type", "lastUpdatedDate")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":1e308,"Spend":1}""", "number-out-of-range", "'Clicks'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":"NaN","Spend":1}""", "number-out-of-range", "'NaN'")]
    [InlineData("""{"Date":"2021-11-01","Grain":"day","Brand":"b","Clicks":1,"Spend":1}""", "books-closed", "30")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Channel":"Radio","Clicks":1,"Spend":1}""", "unknown-value", "field channel, path Channel, value 'Radio'")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":1,"Spend":1000}""", "unit-drift", "field spend, path Spend, value '1000'")]
    public async Task A_refused_record_is_a_dead_letter_with_its_reason_and_place(string record, string reason, string detail)
    {
        RecordingSink sink = new();
        string good = """{"Date":"2021-12-31","Grain":"day","Brand":"b","Channel":"TV","Clicks":1,"Spend":1}""";
        DatasetProgress progress = await DatasetWorld.RunAsync(Strict, new MemoryStateStore(), sink, null, good, record, good);
        JsonElement letter = JsonDocument.Parse(Assert.Single(sink.On("mm.deadletter"))).RootElement;
        Assert.Equal(reason, letter.GetProperty("reason").GetString());
        Assert.Contains(detail, letter.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(("mm.summary", 3, 1L, "dataset youtube"), (letter.GetProperty("topic").GetString(), letter.GetProperty("partition").GetInt32(),
            letter.GetProperty("offset").GetInt64(), letter.GetProperty("node").GetString()));
        Assert.Equal(record, Encoding.UTF8.GetString(letter.GetProperty("bytes").GetBytesFromBase64()));
        Assert.Equal([reason], progress.Refused.Keys);
        Assert.Equal((3, 2), (progress.Records, progress.Accepted));
    }

    [Fact]
    public async Task An_event_of_a_bot_is_counted_and_leaves_neither_a_number_nor_a_dead_letter()
    {
        DatasetPlan plan = DatasetWorld.Plan with
        {
            Category = DatasetCategory.ExperienceEvents,
            DatePath = "timestamp",
            BotsAbove = 0.8,
            Metrics = [DatasetWorld.Sum("clicks", "Clicks")],
        };
        RecordingSink sink = new();
        MemoryStateStore store = new();
        string[] events = [.. new[] { "0.81", "0.8", "\"bad\"", "1e0", "null" }.Select((score, i) =>
            $$$"""{"_id":"{{{i}}}","timestamp":"2021-12-31T10:00:00Z","_luma":{"userid":"v"},"Channel":"TV","Clicks":1,"botDetection":{"score":{{{score}}}}}""")];
        DatasetProgress progress = await DatasetWorld.RunAsync(plan, store, sink, null, events);

        Assert.Equal((5, 3, 2), (progress.Records, progress.Accepted, progress.CountOf(DatasetReason.Bot)));
        Assert.Empty(sink.On("mm.deadletter"));
        DatasetProgress all = await DatasetWorld.RunAsync(plan with { BotsAbove = null }, new MemoryStateStore(), sink, null, events);
        Assert.Equal((5, 0), (all.Accepted, all.Rejected));
    }

    [Fact]
    public async Task A_row_without_any_metric_and_a_deletion_without_a_name_are_refused()
    {
        DatasetPlan plan = DatasetWorld.Plan with { Restatement = Restatement.Aggregation };
        DatasetProgress progress = await DatasetWorld.RunAsync(
            plan, new MemoryStateStore(), new RecordingSink(), null, """{"Date":"2021-12-31","Clicks":""}""", """{"Date":"2021-12-31","_deleted":true}""");
        Assert.Equal((1, 1), (progress.CountOf(DatasetReason.NoMetric), progress.CountOf(DatasetReason.FieldMissing)));
    }

    [Theory]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Channel":"Radio","Clicks":1,"Spend":1}""", "channel", "Channel", "Radio")]
    [InlineData("""{"Date":"2021-12-31","Grain":"day","Brand":"b","Clicks":2,"Spend":1000}""", "spend", "Spend", "500")]
    public async Task A_dead_letter_of_a_quarantine_names_field_path_value_and_date(string record, string field, string path, string value)
    {
        RecordingSink sink = new();
        await DatasetWorld.RunAsync(Strict, new MemoryStateStore(), sink, null, record);
        JsonElement letter = JsonDocument.Parse(Assert.Single(sink.On("mm.deadletter"))).RootElement;
        string?[] said = [.. new[] { "dataset", "field", "path", "value", "date" }.Select(name => letter.GetProperty(name).GetString())];
        Assert.Equal(string.Join(" | ", "youtube", field, path, value, "2021-12-31"), string.Join(" | ", said));
    }

    [Fact]
    public async Task A_record_that_is_put_back_is_the_row_that_it_was()
    {
        DatasetPlan plan = DatasetWorld.Plan with { Restatement = Restatement.Aggregation };
        const string First = """{"Date":"2021-12-31","Channel":"TV","Clicks":1,"Spend":1}""";
        const string Second = """{"Date":"2021-12-31","Channel":"TV","Clicks":5,"Spend":1}""";
        const string SameAgain = """{"Date":"2021-12-31","Channel":"TV","Clicks":1,"Spend":1,"_origin":{"partition":3,"offset":0}}""";
        const string Edited = """{"Date":"2021-12-31","Channel":"TV","Clicks":2,"Spend":1,"_origin":{"partition":3,"offset":0}}""";
        Assert.Equal([1m, 5m], await ClicksAsync(plan, First, Second, SameAgain));
        Assert.Equal([2m, 5m], await ClicksAsync(plan, First, Second, Edited));
        Assert.Equal([2m, 5m], await ClicksAsync(plan, First, Second, Edited, SameAgain.Replace("\"Clicks\":1", "\"Clicks\":2", StringComparison.Ordinal)));
    }

    private static async Task<decimal[]> ClicksAsync(DatasetPlan plan, params string[] records) =>
    [
        .. (await DatasetWorld.PartsAsync(plan, null, records))
            .Select(part => decimal.Parse(part.Metrics[0].Sum.ToString(), System.Globalization.CultureInfo.InvariantCulture)).Order(),
    ];

    [Fact]
    public async Task A_draft_only_counts()
    {
        RecordingSink sink = new();
        DatasetProgress progress = await DatasetWorld.RunAsync(Strict with { Status = DatasetStatus.Draft }, new MemoryStateStore(), sink, null, "{}");
        Assert.Equal(1, progress.Rejected);
        Assert.Empty(sink.Sent);
    }

    [Fact]
    public async Task Events_too_late_or_of_the_future_are_refused()
    {
        DatasetPlan plan = DatasetWorld.Plan with { Category = DatasetCategory.ExperienceEvents };
        RecordingSink sink = new();
        DatasetProgress progress = await DatasetWorld.RunAsync(
            plan, new MemoryStateStore(), sink, DatasetWorld.Source with { Lateness = TimeSpan.FromHours(1), FutureMax = TimeSpan.FromHours(1) },
            """{"Date":"2021-12-31T12:00:00Z","Clicks":1}""", """{"Date":"2021-12-31T10:59:59Z","Clicks":1}""", """{"Date":"2032-01-01T00:00:00Z","Clicks":1}""",
            """{"Date":"2021-12-31T11:00:00Z","Clicks":1}""", """{"Date":"2021-12-31T11:00:00Z"}""");
        Assert.Equal((2, 1), (progress.Accepted, progress.WithoutMetric));
        Assert.Equal((1, 1), (progress.CountOf(DatasetReason.TooLate), progress.CountOf(DatasetReason.InFuture)));
        Assert.Equal(2, sink.Sent.Count);
    }

    [Fact]
    public async Task A_huge_value_is_refused_in_bounded_memory_and_the_stream_goes_on()
    {
        string huge = new('x', 20_000_000);
        RecordingSink sink = new();
        MemoryStateStore store = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        DatasetProgress progress = await DatasetWorld.RunAsync(
            DatasetWorld.Plan, store, sink, null,
            $$"""{"Date":"2021-12-31","Channel":"{{huge}}","Clicks":1}""",
            $$"""{"Date":"2021-12-31","Channel":"\u0041{{huge}}","Clicks":1}""",
            $$"""{"Date":"2021-12-31","Channel":"TV","other":"{{huge}}","Clicks":1}""");
        Assert.Equal((1, 2), (progress.Accepted, progress.CountOf(DatasetReason.WrongType)));
        Assert.All(sink.On("mm.deadletter"), letter => Assert.True(letter.Length < 1_000_000));
        Assert.Single(await DatasetWorld.TableAsync(store));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000_000);
    }

    [Fact]
    public async Task The_warden_reports_what_is_no_record_of_any_dataset()
    {
        RecordingSink sink = new();
        MemoryStateStore store = new();
        string[] log =
        [
            """{"dataset":"yt","Date":5}""", """{"dataset":"fb"}""", """{"dataset":"nobody"}""", """{"a":1}""", "{\"dataset\":\"yt\",", "[1]", "", "NaN",
            """{"header":{"datasetId":"fb"},"body":{"xdmEntity":{}}}""", """{"dataset":"yt"} x""",
        ];
        for (int run = 0; run < 2; run++)
        {
            // The second one has nothing left to do.
            using DatasetWarden warden = Warden(sink, store, ["yt"], ["fb"]);
            long offset = await warden.AcquireAsync(0, CancellationToken.None);
            await warden.RunAsync(DatasetWorld.Batches(log, offset, 4), _ => { }, CancellationToken.None);
            Assert.Equal((10, 4, 2, 4), (warden.Progress.NextOffset, warden.Progress.CountOf(DatasetReason.MalformedJson),
                warden.Progress.CountOf(DatasetReason.UnknownDataset), warden.Progress.Accepted));
        }

        Assert.Equal(
            ["unknown-dataset 2", "unknown-dataset 3", "malformed-json 4", "malformed-json 5", "malformed-json 7", "malformed-json 9"],
            sink.On("mm.deadletter").Select(letter => JsonDocument.Parse(letter).RootElement)
                .Select(letter => $"{letter.GetProperty("reason")} {letter.GetProperty("offset")}"));
    }

    [Fact]
    public async Task Where_a_dataset_takes_every_record_none_is_unknown()
    {
        RecordingSink sink = new();
        using DatasetWarden warden = Warden(sink, new MemoryStateStore(), ["yt"], []);
        await warden.AcquireAsync(0, CancellationToken.None);
        await warden.RunAsync(DatasetWorld.Batches(["""{"dataset":"nobody"}""", "{"], 0, 4), _ => { }, CancellationToken.None);
        Assert.Single(sink.Sent);
    }

    private static DatasetWarden Warden(RecordingSink sink, IStateStore store, params string[][] ids) => new(new WardenParts
    {
        Datasets = [.. ids.Select(ids => DatasetWorld.Plan with { Ids = [.. ids] })],
        Partition = 3,
        Store = store,
        Sink = sink,
        Topic = "mm.summary",
        DeadLetterTopic = "mm.deadletter",
    });
}
