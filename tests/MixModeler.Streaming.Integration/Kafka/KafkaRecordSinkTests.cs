using System.Globalization;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.Kafka;

public sealed class KafkaRecordSinkTests : IDisposable
{
    private const string Topic = "outputs";

    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly KafkaProducer producer;
    private readonly KafkaOptions options;

    public KafkaRecordSinkTests()
    {
        broker.CreateTopic(Topic, 2);
        options = new KafkaOptions { BootstrapServers = broker.Bootstrap };
        producer = new KafkaProducer(options, (_, sentence) => TestContext.Current.SendDiagnosticMessage(sentence));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        producer.Dispose();
        broker.Dispose();
    }

    [Fact]
    public async Task After_a_flush_everything_sent_is_in_the_log_in_order()
    {
        using KafkaRecordSink sink = producer.CreateSink();
        SendNumbers(sink, 0, 5_000);
        await sink.FlushAsync(Stop);
        await using TailReading reading = new(options, Topic);
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(Numbers(0, 5_000), reading.Values(1));
    }

    [Fact]
    public async Task A_flush_speaks_only_for_its_own_sink()
    {
        using KafkaRecordSink busy = producer.CreateSink();
        using KafkaRecordSink idle = producer.CreateSink();
        broker.TakeDown();
        SendNumbers(busy, 0, 10);
        Task flushing = busy.FlushAsync(Stop);
        await idle.FlushAsync(Stop).WaitAsync(TimeSpan.FromSeconds(1), Stop);
        Assert.False(flushing.IsCompleted);
        broker.BringUp();
        await flushing.WaitAsync(TimeSpan.FromSeconds(10), Stop);
    }

    [Fact]
    public async Task A_flush_can_be_given_up()
    {
        using KafkaRecordSink sink = producer.CreateSink();
        broker.TakeDown();
        SendNumbers(sink, 0, 10);
        using CancellationTokenSource hurry = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sink.FlushAsync(hurry.Token));
        await Soon.HoldsAsync(() => !producer.Healthy, "health turns red");
        broker.BringUp();
        await sink.FlushAsync(Stop).WaitAsync(TimeSpan.FromSeconds(10), Stop);
        await Soon.HoldsAsync(() => producer.Healthy, "health turns green");
    }

    [Fact]
    public async Task A_refused_record_fails_the_flush_and_nothing_overtakes_its_repetition()
    {
        using KafkaRecordSink sink = producer.CreateSink();
        SendNumbers(sink, 0, 10);
        await sink.FlushAsync(Stop);

        broker.RefuseNextProduceRequests(1);
        SendNumbers(sink, 10, 10);
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => sink.FlushAsync(Stop));
        Assert.Equal(TaskLoss.OutputAway, lost.Loss);

        // As a task does: from its last commit on, and again while the refusal lasts.
        await Soon.HoldsAsync(() => SentAndFlushed(sink, 10, 20), "the repetition gets away");
        Assert.True(producer.Healthy, producer.Problem);
        await using TailReading reading = new(options, Topic);
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(Numbers(0, 30), reading.Values(1));
    }

    [Fact]
    public async Task A_record_that_is_too_large_fails_the_flush_and_takes_what_follows_with_it()
    {
        using KafkaRecordSink sink = producer.CreateSink();
        SendNumbers(sink, 0, 1);
        sink.Send(Topic, 1, default, new byte[2_000_000]);
        SendNumbers(sink, 1, 1);
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => sink.FlushAsync(Stop));
        Assert.Contains(Topic, lost.Message);
        SendNumbers(sink, 2, 1);
        await sink.FlushAsync(Stop);
        await using TailReading reading = new(options, Topic);
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(["0", "2"], reading.Values(1));
    }

    [Fact]
    public async Task A_key_has_one_partition()
    {
        using KafkaRecordSink sink = producer.CreateSink();
        for (int i = 0; i < 300; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes($"visitor-{i % 30}");
            sink.Send(Topic, IRecordSink.ByKey, key, key);
        }

        await sink.FlushAsync(Stop);
        await using TailReading reading = new(options, Topic);
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(300, reading.Count);
        Assert.NotEmpty(reading.Values(0));
        Assert.NotEmpty(reading.Values(1));
        Assert.Empty(reading.Values(0).Intersect(reading.Values(1)));
    }

    [Fact]
    public void Sending_allocates_nothing()
    {
        using KafkaRecordSink sink = producer.CreateSink();
        byte[] value = new byte[400];
        sink.Send(Topic, 0, default, value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            sink.Send(Topic, 0, default, value);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Sinks_come_and_go_without_mixing_their_counts()
    {
        for (int round = 0; round < 100; round++)
        {
            using KafkaRecordSink left = producer.CreateSink();
            using KafkaRecordSink flushed = producer.CreateSink();
            SendNumbers(left, 0, 5);
            SendNumbers(flushed, 0, 5);
            await flushed.FlushAsync(Stop).WaitAsync(TimeSpan.FromSeconds(10), Stop);
        }

        await using TailReading reading = new(options, Topic);
        await Soon.HoldsAsync(() => reading.Count == 1_000, "all arrived");
    }

    [Fact]
    public void Properties_that_the_guarantees_rest_on_are_refused()
    {
        KafkaOptions careless = options with { Properties = new() { ["enable.idempotence"] = "false" } };
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new KafkaProducer(careless, (_, _) => { }));
        Assert.Contains("enable.idempotence", refused.Message);
        KafkaOptions mistyped = options with { Properties = new() { ["compresion.type"] = "lz4" } };
        Assert.Contains("compresion.type", Assert.Throws<ArgumentException>(() => new KafkaProducer(mistyped, (_, _) => { })).Message);
    }

    private static bool SentAndFlushed(KafkaRecordSink sink, int first, int count)
    {
        SendNumbers(sink, first, count);
        Task flush = sink.FlushAsync(Stop);
        return Task.WaitAny([flush], TimeSpan.FromSeconds(10)) == 0 && flush.IsCompletedSuccessfully;
    }

    private static string[] Numbers(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    private static void SendNumbers(KafkaRecordSink sink, int first, int count)
    {
        foreach (string number in Numbers(first, count))
        {
            sink.Send(Topic, 1, default, Encoding.UTF8.GetBytes(number));
        }
    }
}
