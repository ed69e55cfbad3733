using Confluent.Kafka;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka.Native;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

/// <summary>
/// Reads every partition of a topic from its beginning and follows it: for those who keep the latest of everything in memory. No
/// group, no offsets. A topic that does not exist yet is waited for, and so are brokers that went away.
/// </summary>
public sealed class KafkaTail : IAsyncDisposable
{
    private const int EndOfPartition = -191;
    private const int PollMs = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);

    private readonly KafkaOptions options;
    private readonly string topic;
    private readonly Action<RecordBatch> read;
    private readonly Report report;
    private readonly BrokerWatch watch;
    private readonly ManualResetEventSlim stopping = new();
    private readonly TaskCompletionSource caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IConsumer<byte[], byte[]>? consumer;
    private Thread? thread;
    private volatile string? topicProblem;

    // By partition; the polling thread's own.
    private RecordBatch[] batches = [];
    private long[] awaited = [];
    private int behind;

    /// <param name="options">How to reach Kafka.</param>
    /// <param name="topic">Full topic name.</param>
    /// <param name="read">Called on the tail's thread with records of one partition; the batch is cleared when it returns.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    public KafkaTail(KafkaOptions options, string topic, Action<RecordBatch> read, Report report)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        this.topic = topic;
        this.read = read;
        this.report = report;
        watch = new BrokerWatch(options.BootstrapServers, report);
    }

    /// <summary>Completes when everything that was there at the start has been read.</summary>
    public Task CaughtUp => caughtUp.Task;

    /// <summary>Ends when the tail has stopped; faulted if the reader threw.</summary>
    public Task Completion => completion.Task;

    public string? Problem => watch.Problem ?? topicProblem ?? completion.Task.Exception?.InnerException?.Message;

    public bool Healthy => Problem is null;

    public void Start()
    {
        NativeLibrdkafka.Load();
        Dictionary<string, string> properties = options.ForConsumer($"{options.ClientId}-tail");
        properties["enable.auto.commit"] = "false";
        properties["enable.partition.eof"] = "true";
        // What was dropped from the log is nobody's any more: go on with the oldest there is.
        properties["auto.offset.reset"] = "earliest";
        consumer = new ConsumerBuilder<byte[], byte[]>(properties)
            .SetErrorHandler((_, error) => Noticed(error))
            .SetLogHandler((_, _) => { })
            .Build();
        thread = new Thread(Run) { IsBackground = true, Name = $"kafka-tail-{topic}" };
        thread.Start();
    }

    public async ValueTask DisposeAsync()
    {
        stopping.Set();
        if (thread is not null)
        {
            await completion.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        caughtUp.TrySetCanceled();
    }

    private void Run()
    {
        Exception? bug = null;
        try
        {
            if (Begin())
            {
                Follow();
            }
        }
        catch (Exception failure)
        {
            bug = failure;
            report(Severity.Error, $"Reading {topic} ends: {failure.Message}");
        }

        consumer!.Dispose();
        if (bug is null)
        {
            completion.TrySetResult();
        }
        else
        {
            // Health looks at this one: whoever learns of the end by the other must find it ill.
            completion.TrySetException(bug);
            caughtUp.TrySetException(bug);
        }
    }

    /// <summary>Waits for the topic and learns where it ends now. False if told to stop before.</summary>
    private bool Begin()
    {
        using IAdminClient admin = new DependentAdminClientBuilder(consumer!.Handle).Build();
        while (!stopping.IsSet)
        {
            try
            {
                int partitions = KafkaTopics.Count(admin, topic);
                if (partitions > 0)
                {
                    Assign(partitions);
                    topicProblem = null;
                    watch.Up();
                    return true;
                }

                if (topicProblem is null)
                {
                    topicProblem = $"The topic {topic} does not exist yet.";
                    report(Severity.Warning, $"{topicProblem} Waiting for it.");
                }
            }
            catch (KafkaException away)
            {
                watch.Down(away.Error.Reason);
            }

            stopping.Wait(RetryPause);
        }

        return false;
    }

    private void Assign(int partitions)
    {
        batches = [.. Enumerable.Range(0, partitions).Select(partition => new RecordBatch { Partition = partition })];
        awaited = new long[partitions];
        behind = 0;
        List<TopicPartitionOffset> starts = [];
        for (int partition = 0; partition < partitions; partition++)
        {
            WatermarkOffsets offsets = consumer!.QueryWatermarkOffsets(new(topic, partition), Patience);
            awaited[partition] = offsets.High > offsets.Low ? offsets.High.Value : 0;
            behind += awaited[partition] > 0 ? 1 : 0;
            starts.Add(new(topic, partition, Offset.Beginning));
        }

        consumer!.Assign(starts);
    }

    private void Follow()
    {
        using MessageBuffer buffer = new(RecordBatch.RecordsMax);
        using GroupQueue queue = new(consumer!.Handle, wake: null);
        while (!stopping.IsSet)
        {
            if (behind == 0)
            {
                caughtUp.TrySetResult();
            }

            if (queue.Fill(buffer, RecordBatch.RecordsMax, PollMs) > 0)
            {
                Deliver(buffer);
                watch.Up();
            }
            else if (watch.Problem is not null)
            {
                // Nothing comes on a quiet topic, so silence does not tell whether the brokers are back.
                Ask();
            }
        }
    }

    private void Ask()
    {
        try
        {
            consumer!.QueryWatermarkOffsets(new(topic, 0), Patience);
            watch.Up();
        }
        catch (KafkaException)
        {
            stopping.Wait(RetryPause);
        }
    }

    private void Deliver(MessageBuffer buffer)
    {
        for (int i = 0; i < buffer.Count; i++)
        {
            ref readonly Librdkafka.Message message = ref buffer[i];
            if (message.Error == 0)
            {
                batches[message.Partition].Add(
                    message.Offset, buffer.TimestampMs(i), MessageBuffer.Key(in message), MessageBuffer.Value(in message));
            }
        }

        foreach (RecordBatch batch in batches)
        {
            if (batch.Count > 0)
            {
                read(batch);
                Reached(batch.Partition, batch.NextOffset);
                batch.Clear();
            }
        }

        // Compaction may have removed the very last records; then only the end itself tells.
        for (int i = 0; i < buffer.Count; i++)
        {
            if (buffer[i].Error == EndOfPartition)
            {
                Reached(buffer[i].Partition, buffer[i].Offset);
            }
        }

        buffer.Release();
    }

    private void Reached(int partition, long offset)
    {
        if (awaited[partition] > 0 && offset >= awaited[partition])
        {
            awaited[partition] = 0;
            behind--;
        }
    }

    private void Noticed(Error error)
    {
        if (error.Code == ErrorCode.Local_AllBrokersDown)
        {
            watch.Down("all brokers are down");
        }
    }
}
