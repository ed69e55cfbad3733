using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MixModeler.Streaming.Kafka.Native;

/// <summary>
/// One partition's own queue inside librdkafka. With a queue each, a partition that is not read fills up and stops fetching by
/// itself; pausing through the group's common queue would throw away and fetch again what had been read ahead.
/// </summary>
internal sealed class PartitionQueue : IDisposable
{
    private readonly nint queue;

    /// <summary>Before the partition is assigned, so that nothing of it ever reaches the common queue.</summary>
    public PartitionQueue(Handle consumer, string topic, int partition, WakeUp wake)
    {
        queue = Librdkafka.PartitionQueue(RawHandle(consumer), topic, partition);
        Librdkafka.Forward(queue, 0);
        wake.Attach(queue);
    }

    public int Fill(MessageBuffer buffer, int max) => buffer.Fill(queue, max, 0);

    public void Dispose()
    {
        WakeUp.Detach(queue);
        Librdkafka.DestroyQueue(queue);
    }

    /// <summary>The consumer's rd_kafka_t, which Confluent.Kafka keeps to itself.</summary>
    public static nint RawHandle(Handle client)
    {
        object? inner = typeof(Handle)
            .GetProperty("LibrdkafkaHandle", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)?
            .GetValue(client);
        return inner is SafeHandle safe
            ? safe.DangerousGetHandle()
            : throw new MissingMemberException("This version of Confluent.Kafka keeps its native handle elsewhere.");
    }
}
