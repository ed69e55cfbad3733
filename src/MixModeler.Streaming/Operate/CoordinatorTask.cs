using System.Threading.Channels;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// The coordinator's work, run by whoever holds the control log's one partition in the topology's control group: Kafka sees to
/// it that somebody does. It keeps no state of its own, everything is in the log.
/// </summary>
public sealed class CoordinatorTask : IPartitionTask
{
    // Between two looks at the clock; everything else is told by the log.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    private readonly string topology;
    private readonly ControlLogFollower follower;
    private readonly ChangeCoordinator coordinator;
    private readonly ControlLogWriter writer;
    private readonly TimeProvider clock;
    private long nextOffset = -1;

    /// <param name="topology">Name of the topology.</param>
    /// <param name="follower">Reads the control log in this process.</param>
    /// <param name="coordinator">New for this task.</param>
    /// <param name="writer">Appends to the control log.</param>
    /// <param name="clock">Time for deadlines.</param>
    public CoordinatorTask(
        string topology, ControlLogFollower follower, ChangeCoordinator coordinator, ControlLogWriter writer, TimeProvider clock)
    {
        this.topology = topology;
        this.follower = follower;
        this.coordinator = coordinator;
        this.writer = writer;
        this.clock = clock;
    }

    public long CommittedOffset => Volatile.Read(ref nextOffset);

    public Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        Volatile.Write(ref nextOffset, earliestOffset);
        return Task.FromResult(earliestOffset);
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(recycle);
        // The records come through the follower, which every process has; holding the partition is what makes the coordinator.
        Task held = PassAsync(batches, recycle, stop);
        using PeriodicTimer tick = new(Tick, clock);
        Task<bool> ticked = tick.WaitForNextTickAsync(stop).AsTask();
        while (!held.IsCompleted)
        {
            Task more = follower.Changed;
            if (coordinator.Next(follower.Of(topology), clock.GetUtcNow()) is { } entry)
            {
                await writer.AppendAsync([entry], stop);
            }

            if (await Task.WhenAny(held, more, ticked) == ticked)
            {
                ticked = tick.WaitForNextTickAsync(stop).AsTask();
            }

            stop.ThrowIfCancellationRequested();
        }

        await held;
    }

    private async Task PassAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        while (await batches.WaitToReadAsync(stop))
        {
            while (batches.TryRead(out RecordBatch? batch))
            {
                Volatile.Write(ref nextOffset, batch.NextOffset);
                recycle(batch);
            }
        }
    }
}
