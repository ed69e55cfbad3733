using System.Collections.Concurrent;
using System.Text;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.Kafka;

/// <summary>A tail that remembers what it read, by partition.</summary>
internal sealed class TailReading : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, ConcurrentQueue<string>> values = new();
    private int count;

    public TailReading(KafkaOptions options, string topic)
    {
        Tail = new KafkaTail(
            options,
            topic,
            batch =>
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    values.GetOrAdd(batch.Partition, _ => new()).Enqueue(Encoding.UTF8.GetString(batch.Value(i)));
                    Interlocked.Increment(ref count);
                }
            },
            (_, _) => { });
        Tail.Start();
    }

    public KafkaTail Tail { get; }

    public int Count => Volatile.Read(ref count);

    public string[] Values(int partition) => values.TryGetValue(partition, out ConcurrentQueue<string>? read) ? [.. read] : [];

    public ValueTask DisposeAsync() => Tail.DisposeAsync();
}
