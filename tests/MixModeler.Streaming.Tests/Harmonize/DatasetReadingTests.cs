using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize;

public class DatasetReadingTests
{
    private static readonly DatasetPlan Paid = DatasetWorld.Plan with
    {
        DatePath = "timestamp",
        Dimensions = [DatasetWorld.Into("channel", "paidMedia.channel")],
        Metrics = [DatasetWorld.Sum("spend", "paidMedia.metrics.spend")],
    };

    [Theory]
    [InlineData("""{"timestamp":"2021-12-31T01:00:00Z","paidMedia":{"channel":"TV","metrics":{"spend":1.10}}}""")]
    [InlineData("""{"xdm:timestamp":"2021-12-31","xdm:paidMedia":{"xdm:channel":"TV","xdm:metrics":{"xdm:spend":"1.1"}}}""")]
    [InlineData("""{"header":{"datasetId":"x"},"body":{"xdmMeta":{},"xdmEntity":{"timestamp":"2021-12-31","paidMedia":{"metrics":{"spend":1.1},"channel":"\u0054V"}}}}""")]
    [InlineData("""{"timestamp":"2021-12-31","paidMedia.channel":"TV","paidMedia.metrics.spend":"1.1"}""")]
    public async Task Bare_prefixed_enveloped_and_flat_records_read_the_same(string record)
    {
        TablePart part = await DatasetWorld.OnePartAsync(Paid, record);
        Assert.Equal(new DateOnly(2021, 12, 31), part.Date);
        Assert.Equal("TV", part.Dimensions[0]);
        Assert.Equal("1.1", part.Metrics[0].Sum.ToString());
    }

    [Fact]
    public async Task Columns_with_blanks_are_taken_as_they_are()
    {
        DatasetPlan plan = DatasetWorld.Plan with
        {
            DateTypePath = "Date Type",
            Granularity = Grain.Weekly,
            Dimensions = [DatasetWorld.Into("channel", "Channel Name")],
        };
        TablePart part = await DatasetWorld.OnePartAsync(plan, """{"Date":"2021-12-31","Date Type":"WEEK","Channel Name":"YouTube","Clicks":"10"}""");
        Assert.Equal("YouTube", part.Dimensions[0]);
        Assert.Equal(0, part.Metrics[1].Count);
    }

    [Theory]
    [InlineData("2021-12-31T23:59:59-11:00")]
    [InlineData("2021-12-31T00:00:00+14:00")]
    [InlineData("2021-12-31")]
    public async Task The_date_is_the_one_that_is_written_whatever_its_offset(string date) => Assert.Equal(
        new DateOnly(2021, 12, 31),
        (await DatasetWorld.OnePartAsync(DatasetWorld.Plan, $$"""{"Date":"{{date}}","Clicks":1}""")).Date);

    [Theory]
    [InlineData(ConditionOperator.Exists, "", """ "f":"x" """, true)]
    [InlineData(ConditionOperator.Exists, "", """ "f":{"a":1} """, true)]
    [InlineData(ConditionOperator.Exists, "", """ "f":null """, false)]
    [InlineData(ConditionOperator.Exists, "", """ "g":1 """, false)]
    [InlineData(ConditionOperator.NotExists, "", """ "g":1 """, true)]
    [InlineData(ConditionOperator.NotExists, "", """ "f":false """, false)]
    [InlineData(ConditionOperator.Contains, "bc", """ "f":"abcd" """, true)]
    [InlineData(ConditionOperator.Contains, "bc", """ "f":"aBCd" """, false)]
    [InlineData(ConditionOperator.NotContains, "bc", """ "f":"abcd" """, false)]
    [InlineData(ConditionOperator.NotContains, "bc", """ "g":1 """, true)]
    [InlineData(ConditionOperator.Equals, "1.50", """ "f":1.50 """, true)]
    [InlineData(ConditionOperator.Equals, "true", """ "f":true """, true)]
    [InlineData(ConditionOperator.Equals, "a|b", """ "f":"b" """, true)]
    [InlineData(ConditionOperator.Equals, "x", """ "f":["x"] """, false)]
    [InlineData(ConditionOperator.NotEquals, "a|b", """ "f":"b" """, false)]
    [InlineData(ConditionOperator.NotEquals, "a|b", """ "f":"c" """, true)]
    [InlineData(ConditionOperator.StartsWith, "ab|é", """ "f":"\u00e9t\u00e9" """, true)]
    [InlineData(ConditionOperator.EndsWith, "cd", """ "f":"abcd" """, true)]
    [InlineData(ConditionOperator.EndsWith, "cd", """ "f":"d" """, false)]
    public async Task A_condition_asks_the_record(ConditionOperator ask, string values, string member, bool holds)
    {
        DimensionMapping mapping = new(
            "channel",
            [new MappingCase(true, [new MappingCondition("f", ask, values.Length == 0 ? [] : [.. values.Split('|')])], new MappingValue(false, "yes"))],
            new MappingValue(false, "no"),
            []);
        TablePart part = await DatasetWorld.OnePartAsync(
            DatasetWorld.Plan with { Dimensions = [mapping] }, $$"""{"Date":"2021-12-31","Clicks":1,{{member}}}""");
        Assert.Equal(holds ? "yes" : "no", part.Dimensions[0]);
    }

    [Theory]
    [InlineData(true, "a", "b", "first")]
    [InlineData(true, "a", "x", "second")]
    [InlineData(false, "x", "b", "first")]
    [InlineData(false, "x", "y", "x")]
    public async Task Cases_are_asked_in_order_and_need_any_or_all(bool isAll, string f, string g, string expected)
    {
        MappingCondition[] both = [new("f", ConditionOperator.Equals, ["a"]), new("g", ConditionOperator.Equals, ["b"])];
        DimensionMapping mapping = new(
            "channel",
            [
                new MappingCase(isAll, [.. both], new MappingValue(false, "first")),
                new MappingCase(false, [new MappingCondition("f", ConditionOperator.Equals, ["a"])], new MappingValue(false, "second")),
            ],
            new MappingValue(true, "f"),
            []);
        TablePart part = await DatasetWorld.OnePartAsync(
            DatasetWorld.Plan with { Dimensions = [mapping] }, $$"""{"Date":"2021-12-31","Clicks":1,"f":"{{f}}","g":"{{g}}"}""");
        Assert.Equal(expected, part.Dimensions[0]);
    }

    [Theory]
    [InlineData("""{"Date":"2021-12-31","Clicks":1}""", null)]
    [InlineData("""{"Date":"2021-12-31","Clicks":1,"Channel":null}""", null)]
    [InlineData("""{"Date":"2021-12-31","Clicks":1,"Channel":""}""", null)]
    [InlineData("""{"Date":"2021-12-31","Clicks":1,"Channel":12.0}""", "12.0")]
    [InlineData("""{"Date":"2021-12-31","Clicks":1,"Channel":true}""", "true")]
    public async Task A_field_s_value_is_its_text_and_Null_where_there_is_none(string record, string? expected) =>
        Assert.Equal(expected, (await DatasetWorld.OnePartAsync(DatasetWorld.Plan, record)).Dimensions[0]);

    [Fact]
    public async Task Scales_count_from_their_date_on()
    {
        DatasetPlan plan = DatasetWorld.Plan with
        {
            Metrics =
            [
                new MetricMapping("spend", MetricRule.Sum, "Spend", [new MetricScale(0.01m, new DateOnly(2024, 5, 1)), new MetricScale(0.000001m, null)]),
            ],
        };
        TablePart[] parts = await DatasetWorld.PartsAsync(plan, null, """{"Date":"2024-04-30","Spend":5}""", """{"Date":"2024-05-01","Spend":5}""");
        Assert.Equal(["0.000005", "0.05"], parts.OrderBy(part => part.Date).Select(part => part.Metrics[0].Sum.ToString()));
    }

    [Fact]
    public async Task Only_records_that_name_the_dataset_are_its_own()
    {
        DatasetPlan plan = DatasetWorld.Plan with { Ids = ["yt", "yt-2021"] };
        MemoryStateStore store = new();
        DatasetProgress progress = await DatasetWorld.RunAsync(
            plan, store, new RecordingSink(), null,
            """{"dataset":"yt","Date":"2021-12-31","Clicks":1}""",
            """{"Date":"2021-12-30","Clicks":1,"dataset":"facebook"}""",
            """{"Date":"2021-12-29","Clicks":1}""",
            """{"header":{"datasetId":"yt-2021"},"body":{"xdmEntity":{"Date":"2021-12-28","Clicks":1}}}""",
            "not JSON");
        Assert.Equal(2, progress.Records);
        Assert.Equal(5, progress.NextOffset);
        Assert.Equal(2, (await DatasetWorld.TableAsync(store)).Count);
        Assert.Equal(new DateOnly(2021, 12, 31), progress.NewestDate);
    }

    [Fact]
    public async Task Restated_deleted_repeated_and_late_rows_are_counted()
    {
        DatasetPlan plan = DatasetWorld.Plan with { RowKeyPaths = ["k"] };
        MemoryStateStore store = new();
        DatasetProgress progress = await DatasetWorld.RunAsync(
            plan, store, new RecordingSink(), null,
            """{"k":1,"Date":"2021-12-31","Clicks":1,"Channel":"A"}""",
            """{"k":1,"Date":"2021-12-31","Clicks":1,"Channel":"A"}""",
            """{"k":1,"Date":"2021-12-31","Clicks":2,"extSourceSystemAudit":{"lastUpdatedDate":"2022-01-01T00:00:00Z"}}""",
            """{"k":1,"Date":"2021-12-31","Clicks":3}""",
            """{"k":2,"Date":"2021-12-31","Clicks":3}""",
            """{"k":2,"eventType":"delete"}""");
        Assert.Equal((6, 5, 1, 1, 1, 1), (progress.Records, progress.Accepted, progress.DuplicateRows, progress.Replaced, progress.Outdated, progress.Deleted));
        Assert.Equal(5, progress.Judged);
        Assert.Equal([2L, 5, 0], progress.Present);
        TablePart part = Assert.Single((await DatasetWorld.TableAsync(store)).Values);
        Assert.Equal("2", part.Metrics[0].Sum.ToString());
        Assert.Equal(new RecordOrigin(3, 2), part.First);
    }

    [Fact]
    public async Task A_record_without_a_value_deletes_the_row_that_its_key_names()
    {
        MemoryStateStore store = new();
        DatasetPlan plan = DatasetWorld.Plan with { Ids = ["yt"] };
        using HarmonizeTask task = DatasetWorld.Task(plan, store, new RecordingSink());
        await task.AcquireAsync(0, CancellationToken.None);
        RecordBatch batch = new() { Partition = 3 };
        batch.Add(0, DatasetWorld.NowMs, [], """{"dataset":"yt","Date":"2021-12-31T01:00:00Z","Channel":"A|B","Clicks":1}"""u8);
        batch.Add(1, DatasetWorld.NowMs, [], """{"dataset":"yt","Date":"2021-12-30","Clicks":1}"""u8);
        batch.Add(2, DatasetWorld.NowMs, "yt/2021-12-31|A\\|B"u8, []);
        batch.Add(3, DatasetWorld.NowMs, "2021-12-30|\\N"u8, "null"u8);
        await task.ApplyAsync(batch, CancellationToken.None);
        await task.CommitAsync(CancellationToken.None);
        Assert.Equal(2, task.Progress.Deleted);
        Assert.Empty(await DatasetWorld.TableAsync(store));
    }

    [Fact]
    public async Task Events_of_a_day_and_channel_are_one_cell_and_copies_count_once()
    {
        DatasetPlan plan = Paid with
        {
            Category = DatasetCategory.ExperienceEvents,
            Metrics = [.. Paid.Metrics, new MetricMapping("visits", MetricRule.Count, null, [])],
        };
        string first = """{"_id":"1","timestamp":"2021-12-31T10:00:00Z","identityMap":{"ECID":[{"id":"a"},{"id":"b","primary":true}]},"paidMedia":{"channel":"TV","metrics":{"spend":0.1}}}""";
        TablePart part = await DatasetWorld.OnePartAsync(
            plan, first, first, first.Replace("\"_id\":\"1\"", "\"_id\":\"2\"", StringComparison.Ordinal), """{"timestamp":"2021-12-31T09:00:00Z","paidMedia":{"channel":"TV"}}""");
        Assert.Equal(3, part.Records);
        Assert.Equal(("0.2", 2L, 3L), (part.Metrics[0].Sum.ToString(), part.Metrics[0].Count, part.Metrics[1].Count));
        Assert.Equal((0L, 3L), (part.First.Offset, part.Last.Offset));
    }

    [Fact]
    public void Damaged_records_are_noticed()
    {
        byte[] key = [TableRecord.RowKey, .. new byte[16]];
        Assert.Null(TableRecord.Unpack([TableRecord.VisitorKey, 1], [1, 2, 3]));
        Assert.Throws<InvalidDataException>(() => TableRecord.Unpack(key, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Throws<InvalidDataException>(() => TableRecord.Unpack(key, [9, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Theory]
    [InlineData(FieldType.Int, "\"12\"", true)]
    [InlineData(FieldType.Int, "12.5", false)]
    [InlineData(FieldType.Double, "\"12.5\"", true)]
    [InlineData(FieldType.Double, "\"abc\"", false)]
    [InlineData(FieldType.Bool, "\"true\"", true)]
    [InlineData(FieldType.Bool, "1", false)]
    [InlineData(FieldType.Timestamp, "\"2021-12-31\"", true)]
    [InlineData(FieldType.Timestamp, "\"31.12.2021\"", false)]
    [InlineData(FieldType.String, "5", false)]
    [InlineData(FieldType.List, "[5]", true)]
    [InlineData(FieldType.Map, "[5]", false)]
    [InlineData(FieldType.Map, "null", true)]
    public async Task Declared_types_are_held(FieldType type, string value, bool isGood)
    {
        DatasetPlan plan = DatasetWorld.Plan with { Fields = [new FieldPlan("f", "f", type)] };
        DatasetProgress progress = await DatasetWorld.RunAsync(
            plan, new MemoryStateStore(), new RecordingSink(), null, $$"""{"Date":"2021-12-31","Clicks":1,"f":{{value}}}""");
        Assert.Equal(isGood ? 0 : 1, progress.CountOf(DatasetReason.WrongType));
    }
}
