using System.Globalization;
using System.Text;
using MixModeler.Streaming.State;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// The state of one scope (a task, such as `luma-propensity:3`) on a Redis server. All keys share the scope's hash tag, so a
/// commit is one script in one slot. Owned by one task; the arrays of a commit must not change before its task completes.
/// </summary>
/// <remarks>
/// <code>
/// {scope}:epoch    number of the newest lease           {scope}:v:KEY   packed record of a key
/// {scope}:holder   who took it                          {scope}:p:KEY   profile of a key, JSON
/// {scope}:offset   next offset to apply                 {scope}:due     sorted set: due time in ms, key
/// {scope}:task     the task record                      {scope}:journal the last commit, on Garnet only
/// </code>
/// </remarks>
public sealed class RedisStateStore : IStateStore
{
    private const int LoadKeysMax = 4_000;
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private readonly RedisConnection connection;
    private readonly TimeProvider time;
    private readonly RedisKey[] fixedKeys;
    private readonly RedisKey recordPrefix;
    private readonly RedisKey profilePrefix;

    // Two leases can bear one epoch after a failover lost the newer: their holders still differ.
    private readonly RedisValue holder;
    private long? heldGeneration;
    private bool journals;

    public RedisStateStore(RedisConnection connection, string scope, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        this.connection = connection;
        this.time = time ?? TimeProvider.System;
        Scope = scope;
        fixedKeys =
        [
            ScopeKeys.Of(scope, "epoch"), ScopeKeys.Of(scope, "holder"), ScopeKeys.Of(scope, "offset"),
            ScopeKeys.Of(scope, "task"), ScopeKeys.Of(scope, "due"), ScopeKeys.Of(scope, "journal"),
        ];
        recordPrefix = ScopeKeys.Of(scope, "v:");
        profilePrefix = ScopeKeys.Of(scope, "p:");
        holder = Encoding.UTF8.GetBytes($"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");
    }

    public string Scope { get; }

    /// <summary>Of the lease that is held; no lease, no loss.</summary>
    public Task Moved { get; private set; } = new TaskCompletionSource().Task;

    public async Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop)
    {
        // Read before asking: a break in between makes the lease stale at once, which costs a repetition and nothing else.
        Task broken = connection.Broken;
        long generation = connection.Generation;
        try
        {
            journals = await connection.IsGarnetAsync(stop).ConfigureAwait(false);
            RedisResult[] answer = (RedisResult[])await connection.AskAsync(
                database => StateScripts.Acquire.RunAsync(database, fixedKeys, [holder, startOffset]), stop).ConfigureAwait(false);
            heldGeneration = generation;
            Moved = broken;
            long offset = long.Parse((string)answer[1]!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return new StateLease((long)answer[0], offset, (byte[]?)answer[2]);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not hand out {Scope}", cause).ConfigureAwait(false);
        }
    }

    public async Task<StateGlance?> PeekAsync(CancellationToken stop)
    {
        try
        {
            // One multi-get: the server answers it at one moment, between two commits.
            RedisValue[] found = await connection.AskAsync(
                database => database.StringGetAsync([fixedKeys[2], fixedKeys[3]]), stop).ConfigureAwait(false);
            return found[0].IsNull
                ? null
                : new StateGlance(long.Parse(found[0].ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), found[1]);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not tell where {Scope} stands", cause).ConfigureAwait(false);
        }
    }

    public async Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ThrowIfMoved();
        byte[]?[] values = new byte[]?[keys.Count];
        try
        {
            for (int start = 0; start < values.Length; start += LoadKeysMax)
            {
                RedisKey[] asked = new RedisKey[Math.Min(LoadKeysMax, values.Length - start)];
                for (int i = 0; i < asked.Length; i++)
                {
                    asked[i] = ((RedisKey)keys[start + i]).Prepend(recordPrefix);
                }

                RedisValue[] found = await connection.AskAsync(database => database.StringGetAsync(asked), stop).ConfigureAwait(false);
                for (int i = 0; i < found.Length; i++)
                {
                    values[start + i] = found[i];
                }
            }

            return values;
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not give out records of {Scope}", cause).ConfigureAwait(false);
        }
    }

    public async Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop)
    {
        ThrowIfMoved();
        if (limit <= 0 || throughMs <= afterMs)
        {
            return [];
        }

        try
        {
            SortedSetEntry[] found = await connection.AskAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(
                    fixedKeys[4], Score(afterMs), Score(throughMs), Exclude.Start, take: limit), stop).ConfigureAwait(false);
            return Array.ConvertAll(found, static entry => new DueKey((long)entry.Score, (byte[])entry.Element!));
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not give out the schedule of {Scope}", cause).ConfigureAwait(false);
        }
    }

    public async Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lease);
        CommitRules.Check(commit);
        long started = time.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            ThrowIfMoved();
            try
            {
                RedisResult answer = await connection.AskAsync(
                    database => StateScripts.Commit.RunAsync(database, Keys(commit), Arguments(lease, commit)), stop).ConfigureAwait(false);
                return (int)answer switch
                {
                    1 => CommitOutcome.Applied,
                    0 => CommitOutcome.Fenced,
                    _ => CommitOutcome.UnexpectedOffset,
                };
            }
            catch (Exception cause) when (RedisConnection.IsFailure(cause))
            {
                // Repeating is safe, applied or not: the offset tells the script. Only a server that may be another one than
                // before must not see it again, which the next turn finds out.
                if (!IsPassing(cause) || time.GetElapsedTime(started) >= connection.CommitPatience)
                {
                    throw await connection.LostAsync($"did not take a commit of {Scope}", cause).ConfigureAwait(false);
                }
            }

            ThrowIfMoved();
            await Task.Delay(pause, time, stop).ConfigureAwait(false);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    /// <remarks>Redis walks over all its keys for this, other scopes' too: meant for rare walks in small steps, not for every minute.</remarks>
    public async Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop)
    {
        ThrowIfMoved();
        try
        {
            (string next, byte[][] found) = await ScanAsync(recordPrefix, cursor, about, stop).ConfigureAwait(false);
            int prefix = ((byte[])recordPrefix!).Length;
            return new StoredKeys(Array.ConvertAll(found, key => key[prefix..]), next == "0" ? null : next);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not list the records of {Scope}", cause).ConfigureAwait(false);
        }
    }

    public async Task RemoveAsync(CancellationToken stop)
    {
        try
        {
            string? cursor = null;
            do
            {
                (cursor, byte[][] found) = await ScanAsync(ScopeKeys.Of(Scope, ""), cursor, LoadKeysMax, stop).ConfigureAwait(false);
                RedisKey[] keys = [.. found.Select(key => (RedisKey)key).Except([fixedKeys[0]])];
                if (keys.Length > 0)
                {
                    await connection.AskAsync(database => database.KeyDeleteAsync(keys), stop).ConfigureAwait(false);
                }
            }
            while (cursor != "0");
            await connection.AskAsync(database => database.KeyDeleteAsync(fixedKeys[0]), stop).ConfigureAwait(false);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not remove {Scope}", cause).ConfigureAwait(false);
        }
    }

    private async Task<(string Next, byte[][] Keys)> ScanAsync(RedisKey prefix, string? cursor, int about, CancellationToken stop)
    {
        byte[] pattern = [.. (byte[])prefix!, (byte)'*'];
        RedisResult[] answer = (RedisResult[])await connection.AskAsync(
            database => database.ExecuteAsync("SCAN", cursor ?? "0", "MATCH", pattern, "COUNT", about), stop).ConfigureAwait(false);
        return ((string)answer[0]!, (byte[][])answer[1]!);
    }

    private RedisKey[] Keys(StateCommit commit)
    {
        RedisKey[] keys = new RedisKey[StateScripts.FixedKeys + commit.Records.Count + commit.Profiles.Count];
        fixedKeys.CopyTo(keys, 0);
        int at = StateScripts.FixedKeys;
        foreach ((byte[] key, _) in commit.Records)
        {
            keys[at++] = ((RedisKey)key).Prepend(recordPrefix);
        }

        foreach ((byte[] key, _) in commit.Profiles)
        {
            keys[at++] = ((RedisKey)key).Prepend(profilePrefix);
        }

        return keys;
    }

    private RedisValue[] Arguments(StateLease lease, StateCommit commit)
    {
        RedisValue[] values = new RedisValue[StateScripts.FixedArguments + commit.Records.Count + commit.Profiles.Count
            + 2 * commit.Scheduled.Count + commit.Unscheduled.Count];
        values[0] = lease.Epoch;
        values[1] = holder;
        values[2] = commit.FirstOffset;
        values[3] = commit.NextOffset;
        values[4] = commit.TaskRecord;
        values[5] = commit.Scheduled.Count;
        values[6] = commit.Unscheduled.Count;
        values[7] = journals ? 1 : 0;
        int at = StateScripts.FixedArguments;
        foreach ((_, byte[] value) in commit.Records)
        {
            values[at++] = value;
        }

        foreach ((_, byte[] value) in commit.Profiles)
        {
            values[at++] = value;
        }

        foreach (DueKey due in commit.Scheduled)
        {
            values[at++] = due.DueMs;
            values[at++] = due.Key;
        }

        foreach (byte[] key in commit.Unscheduled)
        {
            values[at++] = key;
        }

        return values;
    }

    private void ThrowIfMoved()
    {
        if (heldGeneration is { } held && held != connection.Generation)
        {
            throw new TaskLostException(
                TaskLoss.StateMoved,
                $"The connection to Redis at {connection.Endpoint} broke while {Scope} was held: its state may be older now and is acquired anew.");
        }
    }

    // Everything else that a server answers (no memory left, a read-only replica, a key of another type) will not pass by waiting.
    private static bool IsPassing(Exception cause) =>
        cause is TimeoutException or RedisConnectionException
        || (cause is RedisServerException && (cause.Message.StartsWith("BUSY", StringComparison.Ordinal)
            || cause.Message.StartsWith("TRYAGAIN", StringComparison.Ordinal)));

    // Due times lie within ±2⁵³, where a double is exact; bounds beyond that mean "no bound".
    private static double Score(long ms) => ms switch
    {
        < -CommitRules.DueMsMax => double.NegativeInfinity,
        > CommitRules.DueMsMax => double.PositiveInfinity,
        _ => ms,
    };
}
