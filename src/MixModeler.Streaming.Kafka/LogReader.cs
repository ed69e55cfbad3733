using System.Text;
using Confluent.Kafka;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

/// <summary>Reads pieces of logs for tools: bounded, in order, without a group. Thread-safe; each reading has its own connection.</summary>
public sealed class LogReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly KafkaOptions options;
    private readonly IConsumer<byte[], byte[]> asking;

    // Kept for the next reading: to connect takes longer than to read.
    private IConsumer<byte[], byte[]>? idle;

    public LogReader(KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        NativeLibrdkafka.Load();
        this.options = options;
        asking = Consumer();
    }

    /// <summary>Partitions of a topic; 0 where it does not exist.</summary>
    /// <exception cref="InvalidOperationException">No broker answers; the message is a sentence.</exception>
    public int Partitions(string topic)
    {
        try
        {
            using IAdminClient admin = new DependentAdminClientBuilder(asking.Handle).Build();
            return KafkaTopics.Count(admin, topic);
        }
        catch (KafkaException away)
        {
            throw Away(topic, away);
        }
    }

    /// <summary>The oldest offset that is still there, and the one that the next record will get.</summary>
    /// <exception cref="InvalidOperationException">No broker answers; the message is a sentence.</exception>
    public (long Low, long High) Bounds(string topic, int partition)
    {
        try
        {
            WatermarkOffsets offsets = asking.QueryWatermarkOffsets(new TopicPartition(topic, partition), Patience);
            return (offsets.Low.Value, offsets.High.Value);
        }
        catch (KafkaException away)
        {
            throw Away(topic, away);
        }
    }

    /// <summary>Records from one offset up to but without another, as far as they are still there.</summary>
    /// <exception cref="InvalidOperationException">The brokers went silent; the message is a sentence.</exception>
    public IEnumerable<LogRecord> Read(string topic, int partition, long from, long to, CancellationToken stop)
    {
        (long low, long high) = Bounds(topic, partition);
        long next = Math.Max(from, low);
        long end = Math.Min(to, high);
        if (next >= end)
        {
            yield break;
        }

        IConsumer<byte[], byte[]> consumer = Interlocked.Exchange(ref idle, null) ?? Consumer();
        try
        {
            consumer.Assign(new TopicPartitionOffset(topic, partition, next));
            while (next < end && Next(consumer, topic, stop) is { } read)
            {
                next = read.Offset.Value + (read.IsPartitionEOF ? 0 : 1);
                if (!read.IsPartitionEOF && read.Offset.Value < end)
                {
                    yield return Record(read);
                }
            }
        }
        finally
        {
            consumer.Unassign();
            Interlocked.Exchange(ref idle, consumer)?.Dispose();
        }
    }

    /// <summary>One record, or null where retention or compaction has removed it.</summary>
    public LogRecord? ReadOne(string topic, int partition, long offset, CancellationToken stop) =>
        Read(topic, partition, offset, offset + 1, stop).FirstOrDefault(record => record.Offset == offset);

    /// <summary>
    /// The newest record that is meant, searched from the end in growing pieces; null where there is none. Within a piece the
    /// records are asked about in their order.
    /// </summary>
    public LogRecord? FindLast(string topic, int partition, Predicate<LogRecord> isMeant, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(isMeant);
        (long low, long end) = Bounds(topic, partition);
        for (long piece = 4_096; end > low; piece *= 2)
        {
            long start = Math.Max(low, end - piece);
            LogRecord? found = Read(topic, partition, start, end, stop).LastOrDefault(record => isMeant(record));
            if (found is not null)
            {
                return found;
            }

            end = start;
        }

        return null;
    }

    public void Dispose()
    {
        asking.Dispose();
        Interlocked.Exchange(ref idle, null)?.Dispose();
    }

    private ConsumeResult<byte[], byte[]> Next(IConsumer<byte[], byte[]> consumer, string topic, CancellationToken stop)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < Patience; waited += Poll)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                if (consumer.Consume(Poll) is { } read)
                {
                    return read;
                }
            }
            catch (ConsumeException failed)
            {
                throw Away(topic, failed);
            }
        }

        throw new InvalidOperationException($"Reading {topic} at {options.BootstrapServers} stopped: no answer for {Patience.TotalSeconds} s.");
    }

    private static LogRecord Record(ConsumeResult<byte[], byte[]> read)
    {
        string? replayOf = null;
        if (read.Message.Headers is { } headers && headers.TryGetLastBytes(LogRecord.ReplayOfHeader, out byte[] header))
        {
            replayOf = Encoding.UTF8.GetString(header);
        }

        return new LogRecord(
            read.Topic,
            read.Partition.Value,
            read.Offset.Value,
            Math.Max(0, read.Message.Timestamp.UnixTimestampMs),
            read.Message.Key ?? [],
            read.Message.Value ?? [],
            replayOf);
    }

    private IConsumer<byte[], byte[]> Consumer()
    {
        Dictionary<string, string> properties = options.ForConsumer($"{options.ClientId}-look");
        properties["enable.auto.commit"] = "false";
        properties["enable.partition.eof"] = "true";
        properties["auto.offset.reset"] = "earliest";
        return new ConsumerBuilder<byte[], byte[]>(properties)
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
    }

    private InvalidOperationException Away(string topic, KafkaException cause) =>
        new($"{topic} cannot be read at {options.BootstrapServers}: {cause.Error.Reason.TrimEnd('.')}.", cause);
}
