using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Rehearse;

/// <summary>A store over which a task dies where the plan says so: before its commit, or after it.</summary>
internal sealed class FailingStore(IStateStore store, FailurePlan plan, string task, bool readsEvents) : IStateStore
{
    public Task Moved => store.Moved;

    public Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop) => store.AcquireAsync(startOffset, stop);

    public Task<StateGlance?> PeekAsync(CancellationToken stop) => store.PeekAsync(stop);

    public Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop) => store.LoadAsync(keys, stop);

    public Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop) =>
        store.LoadDueAsync(afterMs, throughMs, limit, stop);

    public async Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop)
    {
        ThrowIfDying(FailureKind.Crash, commit);
        CommitOutcome outcome = await store.CommitAsync(lease, commit, stop);
        ThrowIfDying(FailureKind.CrashAfterCommit, commit);
        return outcome;
    }

    public Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop) => store.ScanAsync(cursor, about, stop);

    public Task RemoveAsync(CancellationToken stop) => store.RemoveAsync(stop);

    private void ThrowIfDying(FailureKind kind, StateCommit commit)
    {
        if (plan.Dies(kind, task, readsEvents, commit.FirstOffset, commit.NextOffset))
        {
            throw new TaskDiedException();
        }
    }
}

/// <summary>The end of a task in the middle of its work. Nobody but its seat catches it.</summary>
internal sealed class TaskDiedException : Exception;
