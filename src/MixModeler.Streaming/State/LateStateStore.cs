namespace MixModeler.Streaming.State;

/// <summary>
/// The state of a lane that replays a log: kept in memory, where a visitor who comes a hundred times is not written a hundred times.
/// Beside the lane's work the visitors that changed are written out, so that at the switch only a few are left; what is read then are
/// their records alone. A lane that is to run beside the work for long, or that outgrows its room, goes straight to the store from some
/// moment on. Whoever acquires it begins anew: what a holder before wrote may be half of something.
/// </summary>
/// <param name="store">Where it ends up.</param>
/// <param name="staysInMemory">Up to <see cref="FinishAsync"/>; otherwise until everything was written out once.</param>
/// <param name="recordsMax">Records kept in memory; some 500 B each.</param>
internal sealed class LateStateStore(IStateStore store, bool staysInMemory, int recordsMax = 1_000_000) : IStateStore
{
    // What a switch has to write at most, beside what changes while the last of them are written: some milliseconds.
    private const int LeftMax = 512;

    private readonly SemaphoreSlim gate = new(1);
    private readonly HashSet<byte[]> unwritten = new(KeyBytes.Order);
    private MemoryStateStore? early;
    private StateLease lease = new(0, 0, null);
    private Task writing = Task.CompletedTask;
    private volatile bool isWritten;
    private volatile bool isOutgrown;

    public Task Moved => store.Moved;

    /// <summary>Everything stands in the store, but for what changed lately.</summary>
    public bool IsWritten => isWritten;

    /// <summary>Why writing out failed, or null.</summary>
    public Exception? Problem => writing.Exception?.InnerException;

    /// <summary>
    /// Where the lane is near, or its room is too small, what is only in memory is written out beside its work, and again whenever it
    /// has become more.
    /// </summary>
    public void WriteBeside(bool isNear, CancellationToken stop)
    {
        bool isWanted = Volatile.Read(ref early) is not null && (isOutgrown || (isNear && (!isWritten || unwritten.Count > LeftMax)));
        if (isWanted && writing.IsCompleted && Problem is null)
        {
            writing = BesideScheduler.Instance.Run(() => WriteOutAsync(stop));
        }
    }

    /// <summary>Writes what is left; the lane stands still.</summary>
    public async Task FinishAsync(CancellationToken stop)
    {
        await writing.WaitAsync(stop);
        await WriteRecordsAsync(stop);
    }

    /// <summary>Completes when nothing is written any more; what fails is nobody's concern by then.</summary>
    public async Task EndAsync() => await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public async Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop)
    {
        await store.RemoveAsync(stop);
        lease = await store.AcquireAsync(startOffset, stop);
        early = new MemoryStateStore();
        return await early.AcquireAsync(startOffset, stop);
    }

    public Task<StateGlance?> PeekAsync(CancellationToken stop) => LockedAsync(() => Now.PeekAsync(stop), stop);

    public Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop) =>
        LockedAsync(() => Now.LoadAsync(keys, stop), stop);

    public Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop) =>
        LockedAsync(() => Now.LoadDueAsync(afterMs, throughMs, limit, stop), stop);

    public Task<CommitOutcome> CommitAsync(StateLease held, StateCommit commit, CancellationToken stop) => LockedAsync(
        async () =>
        {
            if (early is not { } memory)
            {
                return await store.CommitAsync(lease, commit, stop);
            }

            CommitOutcome outcome = await memory.CommitAsync(held, commit, stop);
            unwritten.UnionWith(commit.Records.Select(record => record.Key));
            isOutgrown |= memory.Count > recordsMax;
            return outcome;
        },
        stop);

    public Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop) =>
        LockedAsync(() => Now.ScanAsync(cursor, about, stop), stop);

    public Task RemoveAsync(CancellationToken stop) => LockedAsync(() => store.RemoveAsync(stop), stop);

    private IStateStore Now => early ?? store;

    private async Task WriteOutAsync(CancellationToken stop)
    {
        await WriteRecordsAsync(stop);
        if (!staysInMemory || isOutgrown)
        {
            await LockedAsync(() => early is { } memory ? MoveAsync(memory, stop) : Task.CompletedTask, stop);
        }

        isWritten = true;
    }

    // A commit at a time, and the lane goes on between them. None of them moves the offset: nobody trusts what stands there.
    private async Task WriteRecordsAsync(CancellationToken stop)
    {
        StateCommit commit = NewCommit();
        while (await LockedAsync(() => TakeAsync(commit, stop), stop))
        {
            await WriteAsync(commit, stop);
        }
    }

    private async Task<bool> TakeAsync(StateCommit commit, CancellationToken stop)
    {
        if (early is not { } memory || unwritten.Count == 0)
        {
            return false;
        }

        byte[][] keys = [.. unwritten.Take(StateCommit.RecordsTarget)];
        byte[]?[] records = await memory.LoadAsync(keys, stop);
        commit.Records.AddRange(keys.Zip(records, (key, record) => KeyValuePair.Create(key, record!)));
        unwritten.ExceptWith(keys);
        return true;
    }

    // The rest, the schedule and the offset: from here on the store is what the lane works on.
    private async Task MoveAsync(MemoryStateStore memory, CancellationToken stop)
    {
        StateCommit commit = NewCommit();
        while (await TakeAsync(commit, stop))
        {
            await WriteAsync(commit, stop);
        }

        foreach (DueKey[] due in (await memory.LoadDueAsync(long.MinValue, long.MaxValue, int.MaxValue, stop)).Chunk(StateCommit.RecordsTarget))
        {
            commit.Scheduled.AddRange(due);
            await WriteAsync(commit, stop);
        }

        StateLease stands = await memory.AcquireAsync(0, stop);
        commit.TaskRecord = stands.TaskRecord ?? [];
        commit.NextOffset = stands.NextOffset;
        await WriteAsync(commit, stop);
        Volatile.Write(ref early, null);
        isWritten = true;
    }

    private StateCommit NewCommit() => new() { FirstOffset = lease.NextOffset, NextOffset = lease.NextOffset };

    private async Task WriteAsync(StateCommit commit, CancellationToken stop)
    {
        if (await store.CommitAsync(lease, commit, stop) != CommitOutcome.Applied)
        {
            throw new TaskLostException(TaskLoss.StateMoved, "the state of a shadow lane has another holder now; the lane begins anew");
        }

        commit.Clear();
    }

    private async Task<T> LockedAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        await gate.WaitAsync(stop);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task LockedAsync(Func<Task> work, CancellationToken stop)
    {
        await gate.WaitAsync(stop);
        try
        {
            await work();
        }
        finally
        {
            gate.Release();
        }
    }
}
