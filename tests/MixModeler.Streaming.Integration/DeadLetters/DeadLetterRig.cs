using System.Globalization;
using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.DeadLetters;

/// <summary>
/// A broker, and the partition tasks of two versions of a topology over it: the old one cannot tell whose the events are, the
/// new one can.
/// </summary>
internal sealed class DeadLetterRig : IDisposable
{
    public const int Partitions = 2;
    private const string Start = "2026-09-01T10:00:00.000Z";

    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly KafkaProducer producer;
    private readonly KafkaRecordSink sink;
    private readonly MemoryStateStore[] stores = [.. Enumerable.Range(0, Partitions).Select(_ => new MemoryStateStore())];

    public DeadLetterRig()
    {
        Kafka = new KafkaOptions { BootstrapServers = broker.Bootstrap };
        Old = Load("[_luma.userid]");
        Mended = Load("[_luma.userid, identityMap.ECID]");
        foreach ((string topic, int count, _) in NeededTopics.Of(Old.Topics, Partitions))
        {
            broker.CreateTopic(topic, count);
        }

        producer = new KafkaProducer(Kafka, (_, _) => { });
        sink = producer.CreateSink();
        Reader = new LogReader(Kafka);
    }

    public EmbeddedBroker Broker => broker;

    public KafkaOptions Kafka { get; }

    public LogReader Reader { get; }

    /// <summary>Refuses every event of <see cref="SendAsync"/>.</summary>
    public TopologyPlan Old { get; }

    public TopologyPlan Mended { get; }

    public string MendedFile { get; } = Path.Combine(Path.GetTempPath(), $"letters-{Guid.NewGuid():N}.yaml");

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public DeadLetterReplay Replay(TopologyPlan? plan = null, ReplayOptions? options = null) =>
        new(Kafka, plan ?? Mended, options ?? new ReplayOptions { Lease = TimeSpan.FromSeconds(3), SendTimeout = TimeSpan.FromSeconds(1) });

    public static string Visitor(int i) => string.Create(CultureInfo.InvariantCulture, $"visitor-{i}");

    /// <summary>One "open" for each of so many visitors, named in the identity map only.</summary>
    public async Task SendAsync(int visitors, int padding = 0)
    {
        for (int i = 0; i < visitors; i++)
        {
            string pad = new('x', padding);
            byte[] key = Encoding.UTF8.GetBytes(Visitor(i));
            byte[] value = Encoding.UTF8.GetBytes(
                $$$"""{"_id":"e{{{i}}}","eventType":"open","timestamp":"{{{Start}}}","identityMap":{"ECID":[{"id":"{{{Visitor(i)}}}"}]},"pad":"{{{pad}}}"}""");
            ((Deliver.IRecordSink)sink).Send(Old.Topics.Events, Deliver.IRecordSink.ByKey, key, value);
        }

        await sink.FlushAsync(Stop);
    }

    /// <summary>Sends a record as it is.</summary>
    public async Task SendRawAsync(int partition, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        ((Deliver.IRecordSink)sink).Send(Old.Topics.Events, partition, key.Span, value.Span);
        await sink.FlushAsync(Stop);
    }

    /// <summary>Applies what is in the log and not yet applied; the state is kept from call to call.</summary>
    public async Task<Observe.TaskTotals> ApplyAsync(TopologyPlan plan)
    {
        Observe.TaskTotals totals = new();
        for (int partition = 0; partition < Partitions; partition++)
        {
            ModelRegister models = new(plan.Name, "", plan.Schema, 0.5);
            PartitionTask task = new(plan, partition, stores[partition], sink, models);
            long from = await task.AcquireAsync(0, Stop);
            Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
            foreach (LogRecord[] chunk in Reader.Read(plan.Topics.Events, partition, from, long.MaxValue, Stop).Chunk(RecordBatch.RecordsMax))
            {
                RecordBatch batch = new() { Partition = partition };
                foreach (LogRecord record in chunk)
                {
                    batch.Add(record.Offset, record.TimestampMs, record.Key.Span, record.Value.Span);
                }

                batches.Writer.TryWrite(batch);
            }

            batches.Writer.Complete();
            await task.RunAsync(batches.Reader, _ => { }, Stop);
            totals.Add(task.Progress.Totals);
            Assert.Equal((0L, 0L), (task.Progress.Lost, task.Progress.Duplicated));
        }

        return totals;
    }

    public DeadLetterId[] Letters() => [.. Stored().Select(letter => letter.Id)];

    public StoredDeadLetter[] Stored()
    {
        using LogReader reader = new(Kafka);
        return [.. new DeadLetterLog(reader, Old.Topics).Read(Stop)];
    }

    /// <summary>What an engine does that died before its commit: tells of the refusals once more.</summary>
    public async Task RepeatLettersAsync()
    {
        using LogReader reader = new(Kafka);
        foreach (LogRecord letter in reader.Read(Old.Topics.DeadLetter, 0, 0, long.MaxValue, Stop).ToArray())
        {
            ((Deliver.IRecordSink)sink).Send(Old.Topics.DeadLetter, 0, letter.Key.Span, letter.Value.Span);
        }

        await sink.FlushAsync(Stop);
    }

    /// <summary>How many records of the events topic bear the header of a replay, by the refused record.</summary>
    public Dictionary<string, int> Copies() => Enumerable.Range(0, Partitions)
        .SelectMany(p => Reader.Read(Old.Topics.Events, p, 0, long.MaxValue, Stop))
        .Where(record => record.ReplayOf is not null)
        .GroupBy(record => record.ReplayOf!)
        .ToDictionary(group => group.Key, group => group.Count());

    public long EventsInLog() => Enumerable.Range(0, Partitions).Sum(p => Reader.Bounds(Old.Topics.Events, p).High);

    /// <summary>How many opens each visitor has, over all partitions.</summary>
    public async Task<long[]> OpensAsync(int visitors)
    {
        long[] opens = new long[visitors];
        byte[][] keys = [.. Enumerable.Range(0, visitors).Select(i => Encoding.UTF8.GetBytes(Visitor(i)))];
        foreach (MemoryStateStore store in stores)
        {
            byte[]?[] found = await store.LoadAsync(keys, Stop);
            byte[]? task = (await store.AcquireAsync(0, Stop)).TaskRecord;
            for (int i = 0; i < visitors; i++)
            {
                opens[i] += found[i] is { } record ? VisitorView.Read(record, task, TaskView.Read(task).Version == Old.Version ? Old : Mended).Row[1] : 0;
            }
        }

        return opens;
    }

    public void Dispose()
    {
        Reader.Dispose();
        sink.Dispose();
        producer.Dispose();
        broker.Dispose();
        File.Delete(MendedFile);
    }

    private TopologyPlan Load(string identity)
    {
        string text = $$"""
            topology: letters
            tenant: luma
            source: { identity: {{identity}} }
            features:
              - { name: opens, count: open }
            """;
        TopologyResult result = TopologyLoader.Parse(text, "letters.yaml");
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        // The one that is loaded last is the mended one.
        File.WriteAllText(MendedFile, text);
        return result.Plan;
    }
}
