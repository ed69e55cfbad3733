namespace MixModeler.Streaming.State;

/// <summary>
/// The durable state of one task: packed records by key, one small task record, a schedule, profiles for other readers, and
/// the offset up to which all of them are true. All keys share the task's hash tag, so a commit is one atomic script.
/// </summary>
/// <remarks>Any failure to reach the store is a <see cref="TaskLostException"/> with <see cref="TaskLoss.StoreAway"/>.</remarks>
public interface IStateStore
{
    /// <summary>
    /// Raises the epoch by one and reads where the task stands. A task without state starts at <paramref name="startOffset"/>.
    /// </summary>
    Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop);

    /// <summary>One round trip for many keys. The answer has an entry for each key, null where nothing is stored.</summary>
    Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop);

    /// <summary>
    /// The earliest scheduled keys with afterMs &lt; due ≤ throughMs, by due time and then by key bytes, at most
    /// <paramref name="limit"/> of them.
    /// </summary>
    Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop);

    /// <summary>
    /// Applies the commit if the lease's epoch is still the newest and the stored offset is the commit's first; all of it or
    /// nothing. Safe to repeat: a commit that is already applied answers <see cref="CommitOutcome.Applied"/> again.
    /// </summary>
    Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop);
}

/// <summary>What a task holds after acquiring: its epoch, the next offset to apply, and the task record (null at first).</summary>
public sealed record StateLease(long Epoch, long NextOffset, byte[]? TaskRecord);

/// <summary>A key with the event time (ms) at which the task wants to look at it again.</summary>
public readonly record struct DueKey(long DueMs, byte[] Key);

/// <summary>Answer to a commit.</summary>
public enum CommitOutcome
{
    Applied,

    /// <summary>A newer epoch exists.</summary>
    Fenced,

    /// <summary>The stored offset is neither the commit's first nor its next: the store rolled back or somebody wrote.</summary>
    UnexpectedOffset,
}
