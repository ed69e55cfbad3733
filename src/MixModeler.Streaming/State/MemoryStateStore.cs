using System.Globalization;

namespace MixModeler.Streaming.State;

/// <summary>
/// The state of one scope in memory: for runs over files and standard input, and the measure that durable stores are tested
/// against. Thread-safe; it keeps and gives out copies, so nobody's buffers are shared.
/// </summary>
public sealed class MemoryStateStore : IStateStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<byte[], byte[]> records = new(KeyBytes.Order);
    private readonly Dictionary<byte[], byte[]> profiles = new(KeyBytes.Order);
    private readonly Dictionary<byte[], long> dueByKey = new(KeyBytes.Order);
    private readonly SortedSet<DueKey> schedule = new(KeyBytes.Order);
    private long epoch;
    private long? offset;
    private byte[]? taskRecord;

    /// <summary>Keys that have records.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return records.Count;
            }
        }
    }

    public Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        lock (gate)
        {
            offset ??= startOffset;
            return Task.FromResult(new StateLease(++epoch, offset.Value, Copy(taskRecord)));
        }
    }

    public Task<StateGlance?> PeekAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        lock (gate)
        {
            return Task.FromResult(offset is { } stands ? new StateGlance(stands, Copy(taskRecord)) : null);
        }
    }

    public Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(keys);
        stop.ThrowIfCancellationRequested();
        byte[]?[] values = new byte[]?[keys.Count];
        lock (gate)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Copy(records.GetValueOrDefault(keys[i]));
            }
        }

        return Task.FromResult(values);
    }

    public Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        long first = Math.Clamp(afterMs, -CommitRules.DueMsMax - 1, CommitRules.DueMsMax) + 1;
        long last = Math.Min(throughMs, CommitRules.DueMsMax);
        if (first > last || limit <= 0)
        {
            return Task.FromResult(Array.Empty<DueKey>());
        }

        List<DueKey> due = [];
        lock (gate)
        {
            // The empty key is the smallest of its millisecond, so the upper bound lets in at most one key too many.
            foreach (DueKey entry in schedule.GetViewBetween(new DueKey(first, []), new DueKey(last + 1, [])))
            {
                if (entry.DueMs > last || due.Count == limit)
                {
                    break;
                }

                due.Add(new DueKey(entry.DueMs, [.. entry.Key]));
            }
        }

        return Task.FromResult(due.ToArray());
    }

    public Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lease);
        CommitRules.Check(commit);
        stop.ThrowIfCancellationRequested();
        lock (gate)
        {
            return Task.FromResult(CommitLocked(lease, commit));
        }
    }

    public Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        lock (gate)
        {
            // Records are only added, never removed, so a position stays the same position.
            int done = cursor is null ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
            byte[][] keys = [.. records.Keys.Skip(done).Take(about).Select(key => (byte[])[.. key])];
            done += keys.Length;
            return Task.FromResult(new StoredKeys(keys, done < records.Count ? done.ToString(CultureInfo.InvariantCulture) : null));
        }
    }

    public Task RemoveAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        lock (gate)
        {
            records.Clear();
            profiles.Clear();
            dueByKey.Clear();
            schedule.Clear();
            epoch = 0;
            offset = null;
            taskRecord = null;
        }

        return Task.CompletedTask;
    }

    /// <summary>The profile of a key as the last commit left it, or null.</summary>
    public byte[]? ReadProfile(ReadOnlySpan<byte> key)
    {
        lock (gate)
        {
            return Copy(profiles.GetValueOrDefault(key.ToArray()));
        }
    }

    private CommitOutcome CommitLocked(StateLease lease, StateCommit commit)
    {
        if (lease.Epoch != epoch)
        {
            return lease.Epoch < epoch ? CommitOutcome.Fenced : CommitOutcome.UnexpectedOffset;
        }

        // First before next: a commit that moves no offset is applied each time, which its absolute values allow.
        if (offset != commit.FirstOffset)
        {
            return offset == commit.NextOffset ? CommitOutcome.Applied : CommitOutcome.UnexpectedOffset;
        }

        Put(records, commit.Records);
        Put(profiles, commit.Profiles);
        foreach (DueKey due in commit.Scheduled)
        {
            Unschedule(due.Key);
            byte[] key = [.. due.Key];
            dueByKey.Add(key, due.DueMs);
            schedule.Add(new DueKey(due.DueMs, key));
        }

        foreach (byte[] key in commit.Unscheduled)
        {
            Unschedule(key);
        }

        taskRecord = [.. commit.TaskRecord];
        offset = commit.NextOffset;
        return CommitOutcome.Applied;
    }

    private static void Put(Dictionary<byte[], byte[]> table, List<KeyValuePair<byte[], byte[]>> changes)
    {
        foreach ((byte[] key, byte[] value) in changes)
        {
            if (!table.TryGetValue(key, out byte[]? stored))
            {
                table.Add([.. key], [.. value]);
            }
            else if (stored.Length == value.Length)
            {
                // Nobody else holds the stored array, so the usual rewrite of a record of the same size costs no garbage.
                value.CopyTo(stored, 0);
            }
            else
            {
                table[key] = [.. value];
            }
        }
    }

    private void Unschedule(byte[] key)
    {
        if (dueByKey.Remove(key, out long dueMs))
        {
            schedule.Remove(new DueKey(dueMs, key));
        }
    }

    private static byte[]? Copy(byte[]? bytes) => bytes?.AsSpan().ToArray();
}
