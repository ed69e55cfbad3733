using System.Globalization;
using System.Text;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>A server for several classes of tests, in a directory of its own, with its append-only file on.</summary>
public abstract class StoreServer(LocalRedisKind kind) : IAsyncLifetime
{
    private readonly List<RedisConnection> connections = [];
    private int opened;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("mixmodeler-state-");

    public LocalRedis Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Server = await LocalRedis.StartAsync(new LocalRedisOptions { Kind = kind, Directory = directory.FullName, MemoryMb = 128 });

    public async Task<RedisConnection> ConnectAsync(Action<RedisOptions>? change = null)
    {
        RedisOptions options = new() { Configuration = Server.Endpoint };
        change?.Invoke(options);
        RedisConnection connection = await RedisConnection.ConnectAsync(options);
        connections.Add(connection);
        return connection;
    }

    /// <summary>Two stores opened one after the other have connections of their own, as two processes would.</summary>
    public async Task<IStateStore> OpenAsync(string scope) =>
        new RedisStateStore(connections.Count < 2 ? await ConnectAsync() : connections[opened++ % 2], scope);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (RedisConnection connection in connections)
        {
            await connection.DisposeAsync();
        }

        await Server.DisposeAsync();
        directory.Delete(recursive: true);
    }
}

[CollectionDefinition(nameof(RedisServer))]
public sealed class RedisServer() : StoreServer(LocalRedisKind.Redis), ICollectionFixture<RedisServer>;

[CollectionDefinition(nameof(GarnetServer))]
public sealed class GarnetServer() : StoreServer(LocalRedisKind.Garnet), ICollectionFixture<GarnetServer>;

/// <summary>Commits in one expression.</summary>
internal static class Commits
{
    private static long scopes;

    /// <summary>A scope that no other test uses.</summary>
    public static string NewScope() => $"test-{Environment.ProcessId}-{Interlocked.Increment(ref scopes)}:0";

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[][] Keys(int count) =>
        [.. Enumerable.Range(0, count).Select(static i => Bytes(string.Create(CultureInfo.InvariantCulture, $"visitor-{i}")))];

    public static StateCommit Of(long first, long next, params (string Key, string Value)[] records)
    {
        StateCommit commit = new() { FirstOffset = first, NextOffset = next, TaskRecord = Bytes($"task@{next}") };
        foreach ((string key, string value) in records)
        {
            commit.Records.Add(new(Bytes(key), Bytes(value)));
        }

        return commit;
    }

    /// <summary>Every key gets the same value, as record and as profile.</summary>
    public static StateCommit Of(long first, long next, byte[][] keys, byte[] value)
    {
        StateCommit commit = new() { FirstOffset = first, NextOffset = next, TaskRecord = value };
        foreach (byte[] key in keys)
        {
            commit.Records.Add(new(key, value));
            commit.Profiles.Add(new(key, value));
            commit.Scheduled.Add(new DueKey(next, key));
        }

        return commit;
    }

    public static async Task<List<string?>> TextAsync(this IStateStore store, params string[] keys)
    {
        byte[]?[] values = await store.LoadAsync([.. keys.Select(Bytes)], CancellationToken.None);
        return [.. values.Select(static value => value is null ? null : Encoding.UTF8.GetString(value))];
    }
}
