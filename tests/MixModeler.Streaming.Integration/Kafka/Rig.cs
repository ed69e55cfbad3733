using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Integration.Kafka;

/// <summary>An embedded broker with one topic, a producer, and hosts that work for one ledger.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string Topic = "events";

    private readonly List<KafkaTaskHost> hosts = [];
    private readonly KafkaProducer producer;
    private readonly KafkaRecordSink sink;
    private int sent;

    public Rig(int partitions = 4)
    {
        Broker = EmbeddedBroker.Start();
        Broker.CreateTopic(Topic, partitions);
        Partitions = partitions;
        Options = new KafkaOptions
        {
            BootstrapServers = Broker.Bootstrap,
            SessionTimeout = TimeSpan.FromSeconds(2),
            DrainWait = TimeSpan.FromSeconds(5),
        };
        producer = new KafkaProducer(Options, Report);
        sink = producer.CreateSink();
    }

    public EmbeddedBroker Broker { get; }

    public int Partitions { get; }

    public KafkaOptions Options { get; }

    public Ledger Ledger { get; } = new();

    public ConcurrentQueue<(Severity Severity, string Sentence)> Reports { get; } = [];

    public KafkaTaskHost StartHost()
    {
        KafkaTaskHost host = new(Options, "group", Topic, Ledger.CreateTask, Report);
        hosts.Add(host);
        host.Start();
        return host;
    }

    /// <summary>Sends numbered records, round robin over the partitions: number n goes to partition n mod partitions.</summary>
    public async Task SendAsync(int count)
    {
        for (int i = 0; i < count; i++, sent++)
        {
            byte[] number = Encoding.UTF8.GetBytes(sent.ToString(CultureInfo.InvariantCulture));
            ((IRecordSink)sink).Send(Topic, sent % Partitions, number, number);
        }

        await sink.FlushAsync(TestContext.Current.CancellationToken);
    }

    public Task AllAppliedAsync(int withinSeconds = 20) =>
        Soon.HoldsAsync(() => Ledger.AppliedCount >= sent, $"{sent} records applied", withinSeconds);

    public void AssertEveryRecordOnceInOrder()
    {
        for (int partition = 0; partition < Partitions; partition++)
        {
            string[] expected = [.. Enumerable.Range(0, sent)
                .Where(number => number % Partitions == partition)
                .Select(number => number.ToString(CultureInfo.InvariantCulture))];
            Assert.Equal(expected, Ledger.Values(partition));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (KafkaTaskHost host in hosts)
        {
            await host.DisposeAsync();
        }

        producer.Dispose();
        Broker.Dispose();
    }

    private void Report(Severity severity, string sentence)
    {
        Reports.Enqueue((severity, sentence));
        TestContext.Current.SendDiagnosticMessage("{0}: {1}", severity, sentence);
    }
}
