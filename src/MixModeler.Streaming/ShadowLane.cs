using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming;

/// <summary>
/// The next version of a topology at work on the log that the present one has already read, up to where that stands and never
/// beyond, so that both can stand at the same offset. What it sends goes nowhere, or to a comparison.
/// </summary>
internal sealed class ShadowLane : IAsyncDisposable
{
    // Read ahead of the task by so many batches.
    private const int WaitingBatchesMax = 2;

    private readonly PartitionTask task;
    private readonly ILogCursor log;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim moved = new(0);
    private readonly Channel<RecordBatch> batches = Channel.CreateBounded<RecordBatch>(WaitingBatchesMax);
    private readonly Task running;
    private long goal;

    /// <param name="task">Of the next version, acquired.</param>
    /// <param name="log">Standing at the task's offset.</param>
    /// <param name="goal">Where the present version stands.</param>
    public ShadowLane(PartitionTask task, ILogCursor log, long goal)
    {
        this.task = task;
        this.log = log;
        this.goal = goal;
        running = BesideScheduler.Instance.Run(() => RunAsync(stop.Token));
    }

    /// <summary>Everything before this offset is committed in the lane's own state.</summary>
    public long Offset => task.CommittedOffset;

    /// <summary>Why the lane ended before it was told to, or null.</summary>
    public Exception? Problem => running.Exception?.InnerException;

    /// <summary>The present version stands here now.</summary>
    public void Follow(long offset)
    {
        if (Volatile.Read(ref goal) < offset)
        {
            Volatile.Write(ref goal, offset);
            moved.Release();
        }
    }

    /// <summary>Completes when the lane stands exactly where the present version was last said to stand.</summary>
    /// <exception cref="TaskLostException">The lane has ended; whoever holds the partition next begins a new one.</exception>
    public async Task ReachAsync(long offset, CancellationToken until)
    {
        Follow(offset);
        while (Offset < offset)
        {
            if (running.IsCompleted)
            {
                throw new TaskLostException(TaskLoss.StateMoved, $"the shadow lane ended: {Problem?.Message ?? "it was stopped"}");
            }

            await Task.Delay(1, until);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await log.DisposeAsync();
        stop.Dispose();
        moved.Dispose();
    }

    private async Task RunAsync(CancellationToken stopped)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        Task work = task.RunAsync(batches.Reader, log.Return, either.Token);
        Task feed = FeedAsync(either.Token);
        Task ended = await Task.WhenAny(work, feed);
        await either.CancelAsync();
        await Task.WhenAll(work, feed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended;
    }

    private async Task FeedAsync(CancellationToken stopped)
    {
        long next = task.CommittedOffset;
        while (true)
        {
            while (next < Volatile.Read(ref goal))
            {
                RecordBatch batch = await log.ReadAsync(Volatile.Read(ref goal), stopped);
                next = batch.NextOffset;
                await batches.Writer.WriteAsync(batch, stopped);
            }

            await moved.WaitAsync(stopped);
        }
    }
}
