using Confluent.Kafka;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

/// <summary>How much a topic holds, as the brokers tell it: the auditor's independent count.</summary>
public static class LogSize
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    /// <summary>Records ever written to the topic that are still there, summed over its partitions.</summary>
    /// <exception cref="InvalidOperationException">The brokers did not answer; the message is a sentence.</exception>
    public static Task<long> CountAsync(KafkaOptions options, string topic) => Task.Run(() => Count(options, topic));

    private static long Count(KafkaOptions options, string topic)
    {
        NativeLibrdkafka.Load();
        try
        {
            using IAdminClient admin = new AdminClientBuilder(options.ForAdmin()).SetLogHandler((_, _) => { }).Build();
            int partitions = KafkaTopics.Count(admin, topic);
            ConsumerConfig config = new() { BootstrapServers = options.BootstrapServers, GroupId = "mixmodeler-count" };
            using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).Build();
            long records = 0;
            for (int p = 0; p < partitions; p++)
            {
                WatermarkOffsets offsets = consumer.QueryWatermarkOffsets(new TopicPartition(topic, p), Wait);
                records += offsets.High.Value - offsets.Low.Value;
            }

            return records;
        }
        catch (KafkaException e)
        {
            throw new InvalidOperationException($"The records of {topic} could not be counted at {options.BootstrapServers}: {e.Error.Reason}.", e);
        }
    }
}
