using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>Takes every output of one version.</summary>
internal delegate void TakeOutput(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

/// <summary>
/// One version of a topology over memory: a task per partition and the learner. After each batch the learner takes in its
/// examples, and its clock stands still, so the same batches in the same order always give the same outputs.
/// </summary>
internal sealed class ReplaySide : IRecordSink, IDisposable
{
    private readonly TopologyPlan plan;
    private readonly TakeOutput output;
    private readonly ModelRegister models;
    private readonly LearnerTask? learner;
    private readonly Dictionary<int, PartitionTask> tasks = [];
    private readonly List<RecordBatch> examples = [];
    private long nextExample;
    private bool learnerReady;

    public ReplaySide(TopologyPlan plan, TakeOutput output)
    {
        this.plan = plan;
        this.output = output;
        models = new ModelRegister(plan.Name, plan.Model?.Name ?? "", plan.Schema, plan.Model?.BaseRate ?? 0.5);
        learner = plan.Model is null ? null : new LearnerTask(plan, new MemoryStateStore(), this, new StandingClock());
    }

    public async Task ApplyAsync(RecordBatch batch, CancellationToken stop)
    {
        if (!tasks.TryGetValue(batch.Partition, out PartitionTask? task))
        {
            task = new PartitionTask(plan, batch.Partition, new MemoryStateStore(), this, models, visitorsMax: 1_000_000);
            await task.AcquireAsync(batch.FirstOffset, stop);
            tasks.Add(batch.Partition, task);
        }

        await task.RunAsync(ChannelOf([batch]), static _ => { }, stop);
        if (learner is null || examples.Count == 0)
        {
            return;
        }

        if (!learnerReady)
        {
            await learner.AcquireAsync(0, stop);
            learnerReady = true;
        }

        RecordBatch[] taken = [.. examples];
        examples.Clear();
        await learner.RunAsync(ChannelOf(taken), static _ => { }, stop);
    }

    void IRecordSink.Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        output(topic, partition, key, value);
        if (topic == plan.Topics.Training)
        {
            if (examples.Count == 0 || examples[^1].IsFull)
            {
                examples.Add(new RecordBatch());
            }

            examples[^1].Add(nextExample++, 0, key, value);
        }
        else if (topic == plan.Topics.Models)
        {
            models.Offer(JsonSerializer.Deserialize(value, DocumentJson.Default.ModelDocument)!);
        }
    }

    Task IRecordSink.FlushAsync(CancellationToken stop) => Task.CompletedTask;

    public void Dispose() => learner?.Dispose();

    private static ChannelReader<RecordBatch> ChannelOf(RecordBatch[] batches)
    {
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        foreach (RecordBatch batch in batches)
        {
            channel.Writer.TryWrite(batch);
        }

        channel.Writer.Complete();
        return channel.Reader;
    }

    // How often a learner publishes depends on its clock; this one never lets time pass.
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
