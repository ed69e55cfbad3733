using Confluent.Kafka;

namespace MixModeler.Streaming.Kafka.Native;

/// <summary>The queue on which a consumer's rebalances and errors arrive (and its records, where no partition queue takes them).</summary>
internal sealed class GroupQueue : IDisposable
{
    private readonly nint queue;

    /// <param name="consumer">The consumer.</param>
    /// <param name="wake">Rung when something arrives; null for who waits in <see cref="Fill"/>.</param>
    public GroupQueue(Handle consumer, WakeUp? wake)
    {
        queue = Librdkafka.ConsumerQueue(PartitionQueue.RawHandle(consumer));
        wake?.Attach(queue);
    }

    public int Fill(MessageBuffer buffer, int max, int timeoutMs) => buffer.Fill(queue, max, timeoutMs);

    public void Dispose()
    {
        WakeUp.Detach(queue);
        Librdkafka.DestroyQueue(queue);
    }
}
