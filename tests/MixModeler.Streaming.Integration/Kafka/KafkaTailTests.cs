using System.Text;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Integration.Kafka;

public sealed class KafkaTailTests : IDisposable
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly KafkaOptions options;
    private readonly KafkaProducer producer;
    private readonly KafkaRecordSink sink;

    public KafkaTailTests()
    {
        options = new KafkaOptions { BootstrapServers = broker.Bootstrap };
        producer = new KafkaProducer(options, (_, _) => { });
        sink = producer.CreateSink();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        producer.Dispose();
        broker.Dispose();
    }

    [Fact]
    public async Task A_tail_catches_up_and_follows()
    {
        broker.CreateTopic("scores", 3);
        await SendAsync("scores", 0, 3_000);
        await using TailReading reading = new(options, "scores");
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(3_000, reading.Count);
        await SendAsync("scores", 3_000, 3_000);
        await Soon.HoldsAsync(() => reading.Count == 6_000, "it follows");
        for (int partition = 0; partition < 3; partition++)
        {
            Assert.Equal(Enumerable.Range(0, 6_000).Where(n => n % 3 == partition).Select(n => $"{n}"), reading.Values(partition));
        }
    }

    [Fact]
    public async Task An_empty_topic_is_caught_up_at_once()
    {
        broker.CreateTopic("models", 1);
        await using TailReading reading = new(options, "models");
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.Equal(0, reading.Count);
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_yet_is_waited_for()
    {
        await using TailReading reading = new(options, "later");
        await Soon.HoldsAsync(() => reading.Tail.Problem is not null, "it says so");
        Assert.Contains("does not exist yet", reading.Tail.Problem);
        broker.CreateTopic("later", 1);
        await SendAsync("later", 0, 10, partitions: 1);
        await Soon.HoldsAsync(() => reading.Count == 10, "it reads");
        Assert.True(reading.Tail.Healthy, reading.Tail.Problem);
    }

    [Fact]
    public async Task An_outage_is_survived()
    {
        broker.CreateTopic("scores", 3);
        await SendAsync("scores", 0, 300);
        await using TailReading reading = new(options, "scores");
        await reading.Tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        broker.TakeDown();
        await Soon.HoldsAsync(() => !reading.Tail.Healthy, "health turns red");
        broker.BringUp();
        await SendAsync("scores", 300, 300);
        await Soon.HoldsAsync(() => reading.Count == 600 && reading.Tail.Healthy, "it goes on");
    }

    [Fact]
    public async Task A_reader_that_throws_ends_the_tail_loudly()
    {
        broker.CreateTopic("scores", 3);
        await SendAsync("scores", 0, 3);
        await using KafkaTail tail = new(options, "scores", _ => throw new FormatException("a bug"), (_, _) => { });
        tail.Start();
        await Assert.ThrowsAsync<FormatException>(() => tail.CaughtUp);
        Assert.False(tail.Healthy);
    }

    [Fact]
    public async Task Topics_that_exist_keep_their_partitions()
    {
        broker.CreateTopic("scores", 3);
        Assert.Equal(3, await KafkaTopics.EnsureAsync(options, "scores", 8, compacted: true));
    }

    [Fact]
    public async Task A_topic_that_cannot_be_created_is_told_in_one_sentence()
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => KafkaTopics.EnsureAsync(options, "new", 8, compacted: false));
        Assert.Contains("The topic new does not exist and could not be created", refused.Message);
    }

    [Fact]
    public void The_set_up_script_writes_where_the_loader_looks()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "eng", "setup")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run outside the repository");
        }

        string script = File.ReadAllText(Path.Combine(folder, "eng", "setup"));
        string Value(string name) => script.Split('\n').Single(line => line.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];
        Assert.Equal(
            NativeLibrdkafka.CachedFileName,
            $"librdkafka-{Value("librdkafka_version")}-p{Value("librdkafka_patch")}.so");
    }

    private async Task SendAsync(string topic, int first, int count, int partitions = 3)
    {
        for (int number = first; number < first + count; number++)
        {
            sink.Send(topic, number % partitions, default, Encoding.UTF8.GetBytes($"{number}"));
        }

        await sink.FlushAsync(Stop);
    }
}
