using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming;

/// <summary>
/// A change on its way at one task: the next version is compiled and rehearsed beside the work; where state has to be rebuilt, or
/// the versions are to be compared, a shadow lane replays the log and follows. A version that cannot do this never gets to switch.
/// </summary>
internal sealed class TaskChange : IAsyncDisposable
{
    // With a backlog the work commits so many events at once, and a shadow lane that keeps pace is never nearer than that.
    private const long NearEvents = 16 * RecordBatch.RecordsMax;

    private readonly TaskParts parts;
    private readonly CancellationTokenSource stop = new();
    private readonly Task preparing;
    private LateStateStore? late;
    private TaskStage? reported;
    private long reportedOffset = -1;

    /// <param name="change">What is wanted.</param>
    /// <param name="parts">What the task is made of.</param>
    /// <param name="compile">Compiles a version for the task.</param>
    /// <param name="from">Layout of the present version.</param>
    /// <param name="standsAt">Where the present version stands.</param>
    public TaskChange(PendingChange change, TaskParts parts, Func<TopologyPlan, Lane> compile, StateLayout from, long standsAt)
    {
        this.parts = parts;
        Change = change;
        // Between two batches: whatever is sent from here on comes from this offset or a later one.
        Comparison = change.RunsBeside ? parts.Shadows?.Compare(change.Id, parts.Partition, standsAt) : null;
        preparing = Task.Run(() => PrepareAsync(compile, from, standsAt, stop.Token));
    }

    public PendingChange Change { get; }

    /// <summary>The next version; after <see cref="IsReady"/>.</summary>
    public Lane? Lane { get; private set; }

    /// <summary>How visitors come into the next version's layout; null if both are the same.</summary>
    public LayoutMigration? Migration { get; private set; }

    public ShadowLane? Shadow { get; private set; }

    /// <summary>Where both versions' outputs go while they run side by side.</summary>
    public IVersionComparison? Comparison { get; }

    public bool IsReady { get; private set; }

    /// <summary>Since when the switch waits for the shadow lane to stand where the work stands.</summary>
    public long? SwitchWantedAt { get; set; }

    /// <summary>The shadow lane lost its state or its log, as tasks do: a new attempt may go better.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The present version stands at this offset now. Tells the topology what is new.</summary>
    public void Follow(long offset)
    {
        if (!preparing.IsCompleted)
        {
            return;
        }

        Exception? problem = preparing.Exception?.InnerException ?? Shadow?.Problem ?? late?.Problem;
        if (Shadow is not null)
        {
            Shadow.Follow(offset);
            Comparison?.Settle(Math.Min(offset, Shadow.Offset));
        }

        bool isNear = preparing.IsCompletedSuccessfully && (Shadow is null || offset - Shadow.Offset <= NearEvents);
        if (preparing.IsCompletedSuccessfully)
        {
            late?.WriteBeside(isNear, stop.Token);
        }

        IsReady = problem is null && isNear && late?.IsWritten != false;
        IsLost = problem is TaskLostException;
        if (problem is not null && !IsLost)
        {
            Tell(TaskStage.Failed, 0, 0, problem.Message);
        }
        else if (!IsLost)
        {
            Tell(IsReady ? TaskStage.Ready : TaskStage.Rebuilding, Shadow?.Offset ?? offset, offset, null);
        }
    }

    /// <summary>Brings the shadow lane to exactly this offset and its records into the store; the present version stands still.</summary>
    public async Task FinishAsync(long offset, CancellationToken until)
    {
        if (Shadow is not null)
        {
            await Shadow.ReachAsync(offset, until);
            await late!.FinishAsync(until);
        }
    }

    /// <summary>Ends the shadow lane and leaves its state, for a switch or for the next holder of the partition.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await preparing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Shadow is not null)
        {
            await Shadow.DisposeAsync();
        }

        await (late?.EndAsync() ?? Task.CompletedTask);
        stop.Dispose();
    }

    /// <summary>Ends the shadow lane and removes its state.</summary>
    public async Task AbandonAsync()
    {
        await DisposeAsync();
        if (Shadow is not null)
        {
            await parts.Shadows!.StoreOf(Change.Id, parts.Partition).RemoveAsync(CancellationToken.None);
        }
    }

    private async Task PrepareAsync(Func<TopologyPlan, Lane> compile, StateLayout from, long standsAt, CancellationToken until)
    {
        Lane lane = compile(Change.Target);
        Migration = from.Id == lane.Layout.Id ? null : new LayoutMigration(from, lane.Layout, Change.Target.Schema);
        bool needsShadow = Change.RunsBeside || Migration is { NeedsRebuilt: true };
        if (parts.Shadows is not { } shadows)
        {
            Lane = needsShadow ? throw new InvalidOperationException("state has to be rebuilt, and there is no log here to replay") : lane;
            return;
        }

        if (needsShadow)
        {
            late = new LateStateStore(shadows.StoreOf(Change.Id, parts.Partition), staysInMemory: !Change.RunsBeside);
            PartitionTask task = NextVersion(late, Comparison?.Next);
            long begin = await task.AcquireAsync(await shadows.OldestAsync(parts.Partition, until), until);
            Shadow = new ShadowLane(task, shadows.Read(parts.Partition, begin), standsAt);
        }
        else
        {
            await RehearseAsync(shadows, standsAt, until);
        }

        Lane = lane;
    }

    /// <summary>The events that were applied last, once more and without consequences: what the new version cannot bear shows here.</summary>
    private async Task RehearseAsync(IShadowLanes shadows, long standsAt, CancellationToken until)
    {
        long begin = Math.Max(await shadows.OldestAsync(parts.Partition, until), standsAt - RecordBatch.RecordsMax);
        if (begin >= standsAt)
        {
            return;
        }

        PartitionTask rehearsal = NextVersion(new MemoryStateStore(), NoSink.Instance);
        await rehearsal.AcquireAsync(begin, until);
        ILogCursor log = shadows.Read(parts.Partition, begin);
        await using (log)
        {
            RecordBatch batch = await log.ReadAsync(standsAt, until);
            await rehearsal.ApplyAsync(batch, until);
        }
    }

    private PartitionTask NextVersion(IStateStore store, IRecordSink? sink) => new(parts with
    {
        Live = new LiveTopology(Change.Target),
        Store = store,
        Sink = sink ?? NoSink.Instance,
        Shadows = null,
        Taps = null,
        IsSilent = sink is null,
        WritesProfiles = false,
    });

    private void Tell(TaskStage stage, long offset, long endOffset, string? problem)
    {
        bool isNews = reported != stage || (stage == TaskStage.Rebuilding && offset != reportedOffset);
        if (isNews)
        {
            reported = stage;
            reportedOffset = offset;
            parts.Live.Report(new TaskReport(Change.Id, parts.Partition, stage, offset, endOffset, 0, problem));
        }
    }

    private sealed class NoSink : IRecordSink
    {
        public static readonly NoSink Instance = new();

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
