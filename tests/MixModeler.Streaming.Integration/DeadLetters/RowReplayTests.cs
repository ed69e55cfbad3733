using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.DeadLetters;

/// <summary>Rows of datasets go back with the place where they first stood.</summary>
public sealed class RowReplayTests : IDisposable
{
    private const int Partitions = 3;
    private static readonly byte[] Row = """{"dataset":"youtube","Campaign":"Blck Friday"}"""u8.ToArray();

    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly KafkaOptions kafka;
    private readonly KafkaProducer producer;
    private readonly KafkaRecordSink sink;
    private readonly LogReader reader;
    private readonly TopologyPlan plan;

    public RowReplayTests()
    {
        kafka = new KafkaOptions { BootstrapServers = broker.Bootstrap };
        plan = TopologyLoader.Parse("topology: t\ntenant: acme\nsource: { identity: [_acme.id] }\nfeatures: [{ name: a, count: x }]\n", "t.yaml").Plan!;
        foreach ((string topic, int count, _) in NeededTopics.Of(plan.Topics, Partitions))
        {
            broker.CreateTopic(topic, count);
        }

        broker.CreateTopic(plan.Topics.Summary, Partitions);
        producer = new KafkaProducer(kafka, (_, _) => { });
        sink = producer.CreateSink();
        reader = new LogReader(kafka);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_comes_back_once_to_its_partition_and_keeps_its_first_origin_for_ever()
    {
        sink.Send(plan.Topics.Summary, 2, "other"u8, "{}"u8);
        sink.Send(plan.Topics.Summary, 2, "row"u8, Row);
        await sink.FlushAsync(Stop);
        DeadLetterId first = await RefuseAsync(2, 1, Row, "dataset youtube");

        Assert.Equal(ReplayOutcome.Sent, (await ReplayAsync(first)).Outcome);
        Assert.Equal(ReplayOutcome.AlreadySent, (await ReplayAsync(first)).Outcome);
        LogRecord copy = Assert.Single(reader.Read(plan.Topics.Summary, 2, 2, long.MaxValue, Stop));
        const string Expected = """{"_origin":{"partition":2,"offset":1},"dataset":"youtube","Campaign":"Blck Friday"}""";
        Assert.Equal(("row", Expected), (Encoding.UTF8.GetString(copy.Key.Span), Encoding.UTF8.GetString(copy.Value.Span)));

        DeadLetterId second = await RefuseAsync(2, copy.Offset, copy.Value, "dataset youtube");
        Assert.Equal(ReplayOutcome.Sent, (await ReplayAsync(second)).Outcome);
        LogRecord again = Assert.Single(reader.Read(plan.Topics.Summary, 2, 3, long.MaxValue, Stop));
        Assert.Equal(Expected, Encoding.UTF8.GetString(again.Value.Span));
    }

    [Fact]
    public async Task A_row_of_a_file_never_was_a_record()
    {
        DeadLetterId id = await RefuseAsync(0, 17, Row, DeadLetter.NodeOfFile("yt.csv"));
        ReplayResult result = await ReplayAsync(id);
        Assert.Equal(ReplayOutcome.NotReplayable, result.Outcome);
        Assert.Contains("ingest it again", result.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, Enumerable.Range(0, Partitions).Sum(partition => reader.Bounds(plan.Topics.Summary, partition).High));
    }

    public void Dispose()
    {
        reader.Dispose();
        sink.Dispose();
        producer.Dispose();
        broker.Dispose();
    }

    private async Task<DeadLetterId> RefuseAsync(int partition, long offset, ReadOnlyMemory<byte> value, string node)
    {
        using DeadLetter letters = new();
        long at = reader.Bounds(plan.Topics.DeadLetter, 0).High;
        byte[] letter = letters.Write(
            QuarantinedValue.UnknownValue,
            "a sentence",
            plan.Topics.Summary,
            partition,
            offset,
            1_790_000_000_000,
            value.Span,
            node,
            new QuarantinedValue("youtube", "campaign", "Campaign", "Blck Friday")).ToArray();
        sink.Send(plan.Topics.DeadLetter, 0, "row"u8, letter);
        await sink.FlushAsync(Stop);
        return new DeadLetterId(0, at);
    }

    private async Task<ReplayResult> ReplayAsync(DeadLetterId id)
    {
        using DeadLetterReplay replay = new(kafka, plan);
        return Assert.Single(await replay.ReplayAsync([id], null, Stop));
    }
}
