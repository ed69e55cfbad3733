using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

/// <summary>Reads a partition once more from its oldest record, at the pace of whoever takes the batches.</summary>
public static class KafkaTrainingReplay
{
    // What may lie read and untaken: some 4,000 records.
    private const int BatchesMax = 4;

    /// <param name="options">How to reach Kafka.</param>
    /// <param name="topic">Full name of the training topic.</param>
    /// <param name="partition">The learner's.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    public static TrainingReplay Of(KafkaOptions options, string topic, int partition, Report report) => stop =>
    {
        Channel<RecordBatch> batches = Channel.CreateBounded<RecordBatch>(new BoundedChannelOptions(BatchesMax) { SingleWriter = true });
        KafkaTail tail = new(options, topic, batch => Pass(batch, partition, batches.Writer, stop), report);
        tail.Start();
        _ = EndAsync(tail, batches.Writer, stop);
        return batches.Reader;
    };

    // On the tail's own thread: waiting here is what keeps it from reading ahead.
    private static void Pass(RecordBatch batch, int partition, ChannelWriter<RecordBatch> writer, CancellationToken stop)
    {
        if (batch.Partition != partition)
        {
            return;
        }

        RecordBatch copy = new() { Partition = partition };
        for (int i = 0; i < batch.Count; i++)
        {
            copy.Add(batch.Offset(i), batch.TimestampMs(i), batch.Key(i), batch.Value(i));
        }

        try
        {
            writer.WriteAsync(copy, stop).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }

    private static async Task EndAsync(KafkaTail tail, ChannelWriter<RecordBatch> writer, CancellationToken stop)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(stopped.SetResult).ConfigureAwait(false))
        {
            await Task.WhenAny(stopped.Task, tail.Completion).ConfigureAwait(false);
        }

        await tail.DisposeAsync().ConfigureAwait(false);
        writer.TryComplete(tail.Completion.Exception?.InnerException);
    }
}
