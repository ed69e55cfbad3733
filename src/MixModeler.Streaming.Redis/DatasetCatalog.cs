using System.Collections.Immutable;
using System.Text.Json;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// Which version of each dataset of a topology stands in the harmonized table, and which versions have state: one hash, so that every
/// engine and every reader sees the same. Thread-safe.
/// </summary>
/// <remarks>
/// <code>
/// {TOPOLOGY.data}:catalog   active:DATASET            DatasetVersion, the one that is shown; replaced by compare-and-set
///                           lane:DATASET.IDENTITY     DatasetLane, every version that has state
/// </code>
/// </remarks>
public sealed class DatasetCatalog
{
    private const string ActivePrefix = "active:";
    private const string LanePrefix = "lane:";

    // ARGV: field, what must stand there ('' for nothing), what shall stand there ('' for nothing). Answers 1 if it does now.
    private static readonly ServerScript Replace = new("""
        local stands = redis.call('HGET', KEYS[1], ARGV[1])
        if not stands then stands = '' end
        if stands == ARGV[3] then return 1 end
        if stands ~= ARGV[2] then return 0 end
        if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
        return 1
        """);

    private readonly RedisConnection connection;
    private readonly string topology;
    private readonly RedisKey key;

    public DatasetCatalog(RedisConnection connection, string topology)
    {
        ArgumentNullException.ThrowIfNull(connection);
        this.connection = connection;
        this.topology = topology;
        key = ScopeKeys.Of($"{topology}.data", "catalog");
    }

    /// <summary>The state of one partition of a version of a dataset.</summary>
    public static string ScopeOf(string topology, string dataset, string identity, int partition) =>
        FormattableString.Invariant($"{topology}.data.{dataset}.{identity}:{partition}");

    /// <summary>The state of one partition of a version of a dataset, to read or to write.</summary>
    public RedisStateStore Open(string dataset, string identity, int partition) =>
        new(connection, ScopeOf(topology, dataset, identity, partition));

    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<CatalogState> ReadAsync(CancellationToken stop)
    {
        HashEntry[] entries = await AskAsync(database => database.HashGetAllAsync(key), stop).ConfigureAwait(false);
        CatalogState state = new();
        foreach (HashEntry entry in entries)
        {
            string field = entry.Name!;
            if (field.StartsWith(ActivePrefix, StringComparison.Ordinal))
            {
                DatasetVersion version = JsonSerializer.Deserialize((string)entry.Value!, CatalogJson.Default.DatasetVersion)!;
                state = state with { Active = state.Active.SetItem(version.Plan.Name, version with { Text = entry.Value! }) };
            }
            else if (field.StartsWith(LanePrefix, StringComparison.Ordinal))
            {
                state = state with { Lanes = state.Lanes.Add(JsonSerializer.Deserialize((string)entry.Value!, CatalogJson.Default.DatasetLane)!) };
            }
        }

        return state;
    }

    /// <summary>
    /// Notes that a version has state from here on. The first to say so says where the log ended; a dataset that shows nothing yet shows
    /// this version at once.
    /// </summary>
    public async Task BeginAsync(DatasetVersion version, DatasetLane lane, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(lane);
        string text = JsonSerializer.Serialize(lane, CatalogJson.Default.DatasetLane);
        bool isFirst = await AskAsync(database => database.HashSetAsync(key, LaneField(lane), text, When.NotExists), stop).ConfigureAwait(false);
        if (!isFirst)
        {
            await WidenAsync(lane, stop).ConfigureAwait(false);
        }

        await AskAsync(database => database.HashSetAsync(key, ActiveField(version), version.ToText(), When.NotExists), stop).ConfigureAwait(false);
    }

    /// <summary>Shows another version in one step, if nobody did anything to the entry in between.</summary>
    public Task<bool> FlipAsync(DatasetVersion from, DatasetVersion to, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return ReplaceAsync(ActiveField(to), from.Text, to.ToText(), stop);
    }

    /// <summary>A dataset that no topology names any more shows nothing.</summary>
    public Task<bool> HideAsync(DatasetVersion version, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(version);
        return ReplaceAsync(ActiveField(version), version.Text, "", stop);
    }

    /// <summary>Removes the state of a version that nobody works on any more, and then the note of it. Safe to repeat.</summary>
    public async Task RemoveAsync(DatasetLane lane, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lane);
        for (int partition = 0; partition < lane.Ends.Length; partition++)
        {
            await Open(lane.Dataset, lane.Identity, partition).RemoveAsync(stop).ConfigureAwait(false);
        }

        await AskAsync(database => database.HashDeleteAsync(key, LaneField(lane)), stop).ConfigureAwait(false);
    }

    /// <summary>Whether every partition of a version stands where the log ended when the version began.</summary>
    public async Task<bool> IsCaughtUpAsync(DatasetLane lane, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lane);
        for (int partition = 0; partition < lane.Ends.Length; partition++)
        {
            if (lane.Lows[partition] >= lane.Ends[partition])
            {
                continue;
            }

            State.StateGlance? glance = await Open(lane.Dataset, lane.Identity, partition).PeekAsync(stop).ConfigureAwait(false);
            if (glance is null || glance.NextOffset < lane.Ends[partition])
            {
                return false;
            }
        }

        return true;
    }

    private static string ActiveField(DatasetVersion version) => ActivePrefix + version.Plan.Name;

    private static string LaneField(DatasetLane lane) => $"{LanePrefix}{lane.Dataset}.{lane.Identity}";

    // The topic got more partitions since the version began: nothing of theirs has to be caught up with.
    private async Task WidenAsync(DatasetLane now, CancellationToken stop)
    {
        RedisValue stands = await AskAsync(database => database.HashGetAsync(key, LaneField(now)), stop).ConfigureAwait(false);
        if (stands.IsNull
            || JsonSerializer.Deserialize((string)stands!, CatalogJson.Default.DatasetLane) is not { } known
            || known.Ends.Length >= now.Ends.Length)
        {
            return;
        }

        DatasetLane wider = known with
        {
            Lows = [.. known.Lows, .. now.Lows.Skip(known.Lows.Length)],
            Ends = [.. known.Ends, .. now.Lows.Skip(known.Ends.Length)],
        };
        await ReplaceAsync(LaneField(now), (string)stands!, JsonSerializer.Serialize(wider, CatalogJson.Default.DatasetLane), stop).ConfigureAwait(false);
    }

    private async Task<bool> ReplaceAsync(string field, string from, string to, CancellationToken stop)
    {
        RedisResult answer = await AskAsync(database => Replace.RunAsync(database, [key], [field, from, to]), stop).ConfigureAwait(false);
        return (int)answer == 1;
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken stop)
    {
        try
        {
            return await connection.AskAsync(ask, stop).ConfigureAwait(false);
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync($"did not answer about the datasets of {topology}", cause).ConfigureAwait(false);
        }
    }
}

/// <summary>What the catalog says at one moment.</summary>
public sealed record CatalogState
{
    /// <summary>Versions that are shown, by dataset.</summary>
    public ImmutableDictionary<string, DatasetVersion> Active { get; init; } = ImmutableDictionary.Create<string, DatasetVersion>(StringComparer.Ordinal);

    public ImmutableArray<DatasetLane> Lanes { get; init; } = [];

    public DatasetLane? Lane(string dataset, string identity) => Lanes.FirstOrDefault(lane => lane.Dataset == dataset && lane.Identity == identity);
}
