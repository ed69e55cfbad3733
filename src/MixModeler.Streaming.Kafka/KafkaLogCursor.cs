using Confluent.Kafka;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

/// <summary>One partition of a topic, read forwards from an offset by a consumer of its own that belongs to no group.</summary>
public sealed class KafkaLogCursor : ILogCursor
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private readonly BatchPool pool = new();
    private readonly TopicPartition partition;
    private readonly IConsumer<byte[], byte[]> consumer;
    private readonly GroupQueue queue;
    private readonly MessageBuffer buffer = new(RecordBatch.RecordsMax);
    private readonly SemaphoreSlim reading = new(1);

    // Read, but not asked for yet.
    private readonly RecordBatch ahead = new();
    private int given;

    public KafkaLogCursor(KafkaOptions options, string topic, int partition, long fromOffset)
    {
        ArgumentNullException.ThrowIfNull(options);
        NativeLibrdkafka.Load();
        this.partition = new TopicPartition(topic, partition);
        Dictionary<string, string> properties = options.ForConsumer($"{options.ClientId}-replay");
        properties["enable.auto.commit"] = "false";
        // What was dropped from the log meanwhile is not there to be read: go on with the oldest there is.
        properties["auto.offset.reset"] = "earliest";
        consumer = new ConsumerBuilder<byte[], byte[]>(properties).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(this.partition, new Offset(fromOffset)));
        queue = new GroupQueue(consumer.Handle, wake: null);
    }

    /// <summary>Oldest and next offset of a partition.</summary>
    /// <exception cref="TaskLostException">The brokers do not answer.</exception>
    public static async Task<(long Low, long High)> RangeAsync(KafkaOptions options, string topic, int partition, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        NativeLibrdkafka.Load();
        try
        {
            WatermarkOffsets offsets = await Task.Run(
                () =>
                {
                    ConsumerConfig config = new() { BootstrapServers = options.BootstrapServers, GroupId = $"{options.ClientId}-range" };
                    using IConsumer<Ignore, Ignore> asking = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).Build();
                    return asking.QueryWatermarkOffsets(new TopicPartition(topic, partition), Wait);
                },
                stop).ConfigureAwait(false);
            return (offsets.Low.Value, offsets.High.Value);
        }
        catch (KafkaException away)
        {
            throw new TaskLostException(TaskLoss.OutputAway, $"{topic}[{partition}]: the brokers do not say what it holds: {away.Error.Reason}", away);
        }
    }

    public async ValueTask<RecordBatch> ReadAsync(long belowOffset, CancellationToken stop)
    {
        await reading.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            RecordBatch batch = pool.Rent(partition.Partition.Value);
            while (true)
            {
                while (given < ahead.Count && ahead.Offset(given) < belowOffset)
                {
                    batch.Add(ahead.Offset(given), ahead.TimestampMs(given), ahead.Key(given), ahead.Value(given));
                    given++;
                }

                if (batch.Count > 0)
                {
                    return batch;
                }

                stop.ThrowIfCancellationRequested();
                if (!Fetch())
                {
                    // Waiting in librdkafka would take a thread of the pool away from the work.
                    await Task.Delay(Look, stop).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            reading.Release();
        }
    }

    public void Return(RecordBatch batch) => pool.Return(batch);

    public async ValueTask DisposeAsync()
    {
        // A fetch that is under way uses the native queue.
        await reading.WaitAsync().ConfigureAwait(false);
        queue.Dispose();
        buffer.Dispose();
        await Task.Run(consumer.Dispose).ConfigureAwait(false);
        reading.Dispose();
    }

    // What librdkafka has read ahead; false where there is nothing yet.
    private bool Fetch()
    {
        if (given < ahead.Count)
        {
            return true;
        }

        ahead.Clear();
        given = 0;
        queue.Fill(buffer, RecordBatch.RecordsMax, 0);
        for (int i = 0; i < buffer.Count; i++)
        {
            ref readonly Librdkafka.Message message = ref buffer[i];
            if (message.Error == 0)
            {
                ahead.Add(message.Offset, buffer.TimestampMs(i), MessageBuffer.Key(in message), MessageBuffer.Value(in message));
            }
        }

        buffer.Release();
        return ahead.Count > 0;
    }
}
