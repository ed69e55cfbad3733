namespace MixModeler.Streaming.State;

/// <summary>
/// The durable state of one task: packed records by key, one small task record, a schedule, profiles for other readers, and
/// the offset up to which all of them are true. All keys share the task's hash tag, so a commit is one atomic script.
/// </summary>
/// <remarks>Any failure to reach the store is a <see cref="TaskLostException"/> with <see cref="TaskLoss.StoreAway"/>.</remarks>
public interface IStateStore
{
    /// <summary>
    /// Ends, without an error, when the store broke off after the last acquisition and may have come back with an older state. Never
    /// ends where a store keeps what it took.
    /// </summary>
    Task Moved => StateWatch.Never;

    /// <summary>
    /// Raises the epoch by one and reads where the task stands. A task without state starts at <paramref name="startOffset"/>.
    /// </summary>
    Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop);

    /// <summary>
    /// Where the task stands, for readers beside it: takes no epoch and disturbs nobody. Null where there is no state. Records and the
    /// schedule may be read without a lease too, and may then be newer than what this answered.
    /// </summary>
    Task<StateGlance?> PeekAsync(CancellationToken stop);

    /// <summary>
    /// One round trip for many keys. The answer has an entry for each key, null where nothing is stored; an empty record is one that
    /// was emptied.
    /// </summary>
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

    /// <summary>
    /// Walks over the keys that have records: those that were there all the while are given at least once, any may be given more
    /// than once. A null cursor begins; a null one in the answer ends.
    /// </summary>
    /// <param name="cursor">Of the answer before.</param>
    /// <param name="about">How many keys an answer should have, more or less.</param>
    /// <param name="stop">Gives up.</param>
    Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop);

    /// <summary>Forgets everything of this task, its epoch last: for lanes that are no longer needed. Safe to repeat.</summary>
    Task RemoveAsync(CancellationToken stop);
}

/// <summary>A part of a walk over keys.</summary>
public sealed record StoredKeys(byte[][] Keys, string? Cursor);

/// <summary>What a task holds after acquiring: its epoch, the next offset to apply, and the task record (null at first).</summary>
public sealed record StateLease(long Epoch, long NextOffset, byte[]? TaskRecord);

/// <summary>What a reader sees of a task: everything before this offset is applied, and its task record (null at first).</summary>
public sealed record StateGlance(long NextOffset, byte[]? TaskRecord);

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
