using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

// One assigned partition: acquires its task, feeds it, notices its loss. Every method belongs to the host's polling thread; only
// the status properties and Recycle are used by others.
internal sealed class PartitionRunner : IDisposable
{
    // Full batches that may wait for the task. More would only be memory: reading ahead is librdkafka's part.
    private const int WaitingBatchesMax = 4;

    // A batch also counts as full at this size, so that large records do not make it huge.
    private const int BatchBytesMax = 1 << 20;
    private const int BatchesPerTurnMax = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Func<int, IPartitionTask> create;
    private readonly PartitionQueue queue;
    private readonly BatchPool pool;
    private readonly WakeUp wake;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource abandon = new();
    private Channel<RecordBatch>? channel;
    private Task run = Task.CompletedTask;
    private IPartitionTask? task;
    private RecordBatch? open;
    private int openBytes;
    private int outstanding;
    private long acquiredOffset = -1;
    private TimeSpan pause;
    private long pausedAt;

    public PartitionRunner(
        int partition, Func<int, IPartitionTask> create, PartitionQueue queue, BatchPool pool, WakeUp wake, TimeProvider clock)
    {
        Partition = partition;
        this.create = create;
        this.queue = queue;
        this.pool = pool;
        this.wake = wake;
        this.clock = clock;
    }

    public int Partition { get; }

    public PartitionState State { get; private set; }

    public string? LastProblem { get; private set; }

    /// <summary>Whether the present trouble has just begun, which is the moment to tell.</summary>
    public bool IsFirstLoss => pause == FirstPause;

    public long HighWatermark { get; set; } = -1;

    /// <summary>The hint that the group was given last.</summary>
    public long StoredOffset { get; set; } = -1;

    /// <summary>What the log was asked for last.</summary>
    public long NextOffset { get; private set; }

    /// <summary>-1 while unknown.</summary>
    public long CommittedOffset => Math.Max(task?.CommittedOffset ?? -1, acquiredOffset);

    /// <summary>The acquisition that is under way.</summary>
    public Task<long> Acquisition { get; private set; } = Task.FromResult(-1L);

    /// <summary>The task at work; completed when there is none.</summary>
    public Task Work => run;

    /// <summary>What ended the work, if it is neither the world's fault nor ours.</summary>
    public InvalidOperationException? Bug => run.IsCompleted ? BugIn(run) : null;

    public bool MayAcquire => State == PartitionState.BackingOff && clock.GetElapsedTime(pausedAt) >= pause;

    /// <summary>Takes a new epoch with a new task: nothing of a lost one is carried over.</summary>
    public void BeginAcquire(Func<int, (long Low, long High)> watermarks)
    {
        State = PartitionState.Acquiring;
        acquiredOffset = -1;
        Acquisition = Task.Run(() => AcquireAsync(watermarks));
    }

    /// <summary>After a completed acquisition, with the consumer standing at its offset.</summary>
    public void BeginRun()
    {
        acquiredOffset = Acquisition.Result;
        HighWatermark = Math.Max(HighWatermark, acquiredOffset);
        NextOffset = acquiredOffset;
        outstanding = 0;
        channel = Channel.CreateBounded<RecordBatch>(
            new BoundedChannelOptions(WaitingBatchesMax) { SingleReader = true, SingleWriter = true });
        ChannelReader<RecordBatch> reader = channel.Reader;
        IPartitionTask working = task!;
        run = Task.Run(() => working.RunAsync(reader, Recycle, abandon.Token));
        State = PartitionState.Running;
    }

    /// <summary>Moves what librdkafka has read to the task. False if there was nothing to do.</summary>
    public bool Feed(MessageBuffer buffer, out int error)
    {
        error = 0;
        if (State != PartitionState.Running)
        {
            return false;
        }

        bool moved = false;
        for (int turn = 0; turn < BatchesPerTurnMax; turn++)
        {
            if (open is not null && IsFull() && !HandOver())
            {
                return moved;
            }

            open ??= pool.Rent(Partition);
            int wanted = RecordBatch.RecordsMax - open.Count;
            int count = queue.Fill(buffer, wanted);
            if (count > 0)
            {
                moved = true;
                error = Copy(buffer, error);
            }

            if (count < wanted)
            {
                break;
            }
        }

        // All there is has been read. A task that has little to do gets it now; a busy one gets more of it later, in one piece.
        if (open is { Count: > 0 } && Volatile.Read(ref outstanding) <= 1)
        {
            moved |= HandOver();
        }

        return moved;
    }

    /// <summary>Looks whether the task or its acquisition has ended. The exception of a bug comes out of here.</summary>
    public void Check()
    {
        if (State == PartitionState.Running && run.IsCompleted)
        {
            if (run.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException($"The task of partition {Partition} ended while its channel was open.");
            }

            bool progressed = task!.CommittedOffset > acquiredOffset;
            pause = progressed ? TimeSpan.Zero : pause;
            Lose(run);
        }
        else if (State == PartitionState.Acquiring && Acquisition.IsCompleted && !Acquisition.IsCompletedSuccessfully)
        {
            Lose(Acquisition);
        }
    }

    /// <summary>The log does not hold what the state asks for.</summary>
    public void Stop(string problem)
    {
        LastProblem = problem;
        State = PartitionState.Stopped;
        channel?.Writer.TryComplete();
        DropOpen();
    }

    /// <summary>No more records: the task finishes what it has and commits.</summary>
    public void BeginDrain()
    {
        if (channel is not null && open is { Count: > 0 } && State == PartitionState.Running)
        {
            _ = HandOver();
        }

        DropOpen();
        task?.LetGo();
        channel?.Writer.TryComplete();
        if (State != PartitionState.Running)
        {
            Abandon();
        }
    }

    /// <summary>At once: what is not committed will be replayed by the next holder.</summary>
    public void Abandon()
    {
        DropOpen();
        abandon.Cancel();
        channel?.Writer.TryComplete();
    }

    /// <summary>The task itself is disposed of when it has really ended, even if nobody waits for that any more.</summary>
    public void Dispose()
    {
        queue.Dispose();
        _ = Task.WhenAll(run, Acquisition).ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                DisposeTask();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task<long> AcquireAsync(Func<int, (long Low, long High)> watermarks)
    {
        (long low, long high) = watermarks(Partition);
        IPartitionTask acquiring = create(Partition);
        task = acquiring;
        long offset = await acquiring.AcquireAsync(low, abandon.Token).ConfigureAwait(false);
        if (offset < low || offset > high)
        {
            throw new TaskLostException(
                TaskLoss.LogTruncated,
                $"the state of partition {Partition} stands at offset {offset}, but the log holds {low}..{high}");
        }

        HighWatermark = high;
        return offset;
    }

    private bool IsFull() => open!.IsFull || openBytes >= BatchBytesMax;

    private int Copy(MessageBuffer buffer, int error)
    {
        for (int i = 0; i < buffer.Count; i++)
        {
            ref readonly Librdkafka.Message message = ref buffer[i];
            if (message.Error != 0)
            {
                error = message.Error;
                continue;
            }

            ReadOnlySpan<byte> key = MessageBuffer.Key(in message);
            ReadOnlySpan<byte> value = MessageBuffer.Value(in message);
            open!.Add(message.Offset, buffer.TimestampMs(i), key, value);
            openBytes += key.Length + value.Length;
            NextOffset = message.Offset + 1;
        }

        buffer.Release();
        return error;
    }

    private bool HandOver()
    {
        Interlocked.Increment(ref outstanding);
        if (!channel!.Writer.TryWrite(open!))
        {
            Interlocked.Decrement(ref outstanding);
            return false;
        }

        open = null;
        openBytes = 0;
        return true;
    }

    private void Recycle(RecordBatch batch)
    {
        pool.Return(batch);
        Interlocked.Decrement(ref outstanding);
        wake.Ring();
    }

    private void Lose(Task ended)
    {
        DropOpen();
        DisposeTask();
        if (BugIn(ended) is { } bug)
        {
            // Nothing here may carry on.
            throw bug;
        }

        TaskLostException lost = (TaskLostException)ended.Exception!.InnerException!;
        LastProblem = lost.Message;
        State = lost.Loss switch
        {
            TaskLoss.Fenced => PartitionState.Fenced,
            TaskLoss.LogTruncated or TaskLoss.OperatorStopped => PartitionState.Stopped,
            _ => PartitionState.BackingOff,
        };
        pausedAt = clock.GetTimestamp();
        pause = TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, FirstPause.Ticks, LongestPause.Ticks));
    }

    private InvalidOperationException? BugIn(Task ended)
    {
        Exception cause = ended.Exception?.InnerException ?? new OperationCanceledException();
        return ended.IsCompletedSuccessfully || cause is TaskLostException || (cause is OperationCanceledException && abandon.IsCancellationRequested)
            ? null
            : new InvalidOperationException($"The task of partition {Partition} failed: {cause.Message}", cause);
    }

    private void DropOpen()
    {
        if (open is not null)
        {
            pool.Return(open);
            open = null;
            openBytes = 0;
        }
    }

    private void DisposeTask()
    {
        (task as IDisposable)?.Dispose();
        task = null;
    }
}
