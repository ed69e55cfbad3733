using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>A visitor's state in one scope, with what it is true as of. All of it read at one moment.</summary>
/// <param name="Partition">Of the events topic.</param>
/// <param name="Epoch">Number of the newest lease of that partition's task.</param>
/// <param name="NextOffset">The state is that after every record below this offset.</param>
/// <param name="TaskRecord">Packed; see TaskView.</param>
/// <param name="Record">Packed; see VisitorView.</param>
/// <param name="Profile">JSON with the newest score; null where no model scores.</param>
public sealed record StoredVisitor(int Partition, long Epoch, long NextOffset, byte[]? TaskRecord, byte[] Record, string? Profile);

/// <summary>Finds visitors' state without knowing their partitions. Reads only; disturbs no task. Thread-safe.</summary>
public sealed class RedisVisitorReader(RedisConnection connection)
{
    // Partitions are numbered without gaps; the search ends after so many numbers without any state.
    private const int Block = 64;

    /// <summary>The visitor's state in every partition that has some (one, unless its events were spread), and how many partitions have state.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<(StoredVisitor[] Found, int Partitions)> FindAsync(string topology, string visitor, CancellationToken stop)
    {
        List<StoredVisitor> found = [];
        int partitions = 0;
        for (int first = 0; ; first += Block)
        {
            RedisValue[][] scopes = await AskAsync(
                database => Task.WhenAll(Enumerable.Range(first, Block).Select(p => database.StringGetAsync(Keys($"{topology}:{p}", visitor)))), stop)
                .ConfigureAwait(false);
            int last = Array.FindLastIndex(scopes, scope => !scope[1].IsNull);
            if (last < 0)
            {
                return ([.. found], partitions);
            }

            partitions = first + last + 1;
            for (int i = 0; i <= last; i++)
            {
                if (!scopes[i][3].IsNull)
                {
                    found.Add(new StoredVisitor(
                        first + i, Number(scopes[i][0]), Number(scopes[i][1]), scopes[i][2], scopes[i][3]!, scopes[i][4]));
                }
            }
        }
    }

    /// <summary>How far a partition's task has committed, and its small record; null where it has no state.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<(long NextOffset, byte[]? TaskRecord)?> TaskAsync(string topology, int partition, CancellationToken stop)
    {
        RedisKey[] keys = [.. Keys($"{topology}:{partition}", "").Take(3)];
        RedisValue[] values = await AskAsync(database => database.StringGetAsync(keys), stop).ConfigureAwait(false);
        return values[1].IsNull ? null : (Number(values[1]), values[2]);
    }

    // One multi-get in one slot: the server answers it at one moment, between two commits.
    private static RedisKey[] Keys(string scope, string visitor)
    {
        byte[] id = Encoding.UTF8.GetBytes(visitor);
        return
        [
            ScopeKeys.Of(scope, "epoch"), ScopeKeys.Of(scope, "offset"), ScopeKeys.Of(scope, "task"),
            ((RedisKey)id).Prepend(ScopeKeys.Of(scope, "v:")), ((RedisKey)id).Prepend(ScopeKeys.Of(scope, "p:")),
        ];
    }

    private static long Number(RedisValue value) =>
        value.IsNull ? 0 : long.Parse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken stop)
    {
        try
        {
            return await connection.AskAsync(ask, stop).ConfigureAwait(false);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync("did not give out a visitor's state", cause).ConfigureAwait(false);
        }
    }
}
