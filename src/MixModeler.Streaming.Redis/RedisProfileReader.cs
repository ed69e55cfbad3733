using System.Text;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>Reads the profiles that tasks leave beside their state: JSON by visitor. Thread-safe.</summary>
public sealed class RedisProfileReader(RedisConnection connection)
{
    /// <summary>The profile of a visitor in one scope, such as `luma-propensity:3`, or null.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<string?> ReadAsync(string scope, string visitor, CancellationToken stop)
    {
        RedisKey key = Key(scope, visitor);
        return await AskAsync(database => database.StringGetAsync(key), stop).ConfigureAwait(false);
    }

    /// <summary>
    /// The profile of a visitor whose partition is not known: asks all of them in one go, so that no reader has to agree with
    /// the producers on how visitors are spread over partitions.
    /// </summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<string?> ReadAsync(string topology, int partitions, string visitor, CancellationToken stop)
    {
        RedisKey[] keys = new RedisKey[partitions];
        for (int partition = 0; partition < partitions; partition++)
        {
            keys[partition] = Key($"{topology}:{partition}", visitor);
        }

        // Single reads in a pipeline instead of one multi-get: the scopes lie in different slots of a cluster.
        RedisValue[] found = await AskAsync(
            database => Task.WhenAll(Array.ConvertAll(keys, key => database.StringGetAsync(key))), stop).ConfigureAwait(false);
        return Array.Find(found, static value => !value.IsNull);
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken stop)
    {
        try
        {
            return await connection.AskAsync(ask, stop).ConfigureAwait(false);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync("did not give out a profile", cause).ConfigureAwait(false);
        }
    }

    private static RedisKey Key(string scope, string visitor) =>
        ((RedisKey)Encoding.UTF8.GetBytes(visitor)).Prepend(ScopeKeys.Of(scope, "p:"));
}
