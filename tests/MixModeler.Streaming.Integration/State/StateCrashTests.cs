using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>What survives when a server is killed and started again.</summary>
public sealed class StateCrashTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("mixmodeler-crash-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_killed_server_comes_back_with_what_was_committed(LocalRedisKind kind)
    {
        byte[][] keys = Commits.Keys(2_000);
        await using LocalRedis server = await StartAsync(kind);
        await using (RedisConnection connection = await ConnectAsync(server))
        {
            RedisStateStore store = new(connection, "crash:0");
            StateLease lease = await store.AcquireAsync(5, Stop);
            Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(5, 6, keys, [6, 6]), Stop));
            await EnsureOnDiskAsync(kind, server);
        }

        await server.RestartAsync(Stop);

        await using RedisConnection again = await ConnectAsync(server);
        RedisStateStore recovered = new(again, "crash:0");
        StateLease second = await recovered.AcquireAsync(0, Stop);
        Assert.Equal((2, 6), (second.Epoch, second.NextOffset));
        Assert.Equal([6, 6], second.TaskRecord!);
        Assert.All(await recovered.LoadAsync(keys, Stop), value => Assert.Equal([6, 6], value));
        Assert.Equal(keys.Length, (await recovered.LoadDueAsync(0, 10, 5_000, Stop)).Length);
    }

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_commit_in_flight_during_the_kill_is_wholly_there_or_not_at_all(LocalRedisKind kind)
    {
        const int Rounds = 5;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("SEED"), out int given) ? given : Environment.TickCount;
        output.WriteLine($"SEED={seed}");
        Random random = new(seed);
        byte[][] keys = Commits.Keys(1_500);
        await using LocalRedis server = await StartAsync(kind);
        long committed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            await using RedisConnection connection = await ConnectAsync(server);
            RedisStateStore store = new(connection, "crash:0");
            StateLease lease = await store.AcquireAsync(0, Stop);
            await AssertWholeAsync(store, lease, keys);
            Assert.InRange(lease.NextOffset, 0, committed + 1);

            Task<long> committing = CommitUntilLostAsync(store, lease, keys);
            // A fresh Garnet is slow to compile and writes its log every 100 ms: give it time to have something to lose.
            await Task.Delay(kind == LocalRedisKind.Redis ? random.Next(30, 200) : random.Next(400, 900), Stop);
            await server.KillAsync();
            committed = await committing;
            await server.RestartAsync(Stop);
        }

        await using RedisConnection last = await ConnectAsync(server);
        RedisStateStore end = new(last, "crash:0");
        StateLease found = await end.AcquireAsync(0, Stop);
        await AssertWholeAsync(end, found, keys);
        output.WriteLine($"{found.NextOffset} commits survived {Rounds} kills");
        Assert.True(found.NextOffset > 0);
    }

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task After_a_restart_old_leases_are_stale_and_a_new_one_works(LocalRedisKind kind)
    {
        await using LocalRedis server = await StartAsync(kind);
        await using RedisConnection connection = await ConnectAsync(server);
        RedisStateStore store = new(connection, "crash:0");
        StateLease lease = await store.AcquireAsync(0, Stop);
        await store.CommitAsync(lease, Commits.Of(0, 1, ("a", "1")), Stop);
        await EnsureOnDiskAsync(kind, server);
        long generation = connection.Generation;
        await server.RestartAsync(Stop);
        await Until.TrueAsync(() => connection.Generation > generation, Stop);

        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => store.CommitAsync(lease, Commits.Of(1, 2, ("a", "2")), Stop));
        Assert.Equal(TaskLoss.StateMoved, lost.Loss);
        Assert.Equal(
            $"The connection to Redis at {server.Endpoint} broke while crash:0 was held: its state may be older now and is acquired anew.",
            lost.Message);
        lost = await Assert.ThrowsAsync<TaskLostException>(() => store.LoadAsync([[1]], Stop));
        Assert.Equal(TaskLoss.StateMoved, lost.Loss);

        StateLease anew = await Until.ReturnsAsync(() => store.AcquireAsync(0, Stop), Stop);
        Assert.Equal(1, anew.NextOffset);
        Assert.Equal(["1"], await store.TextAsync("a"));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(anew, Commits.Of(1, 2, ("a", "2")), Stop));
    }

    private static async Task<long> CommitUntilLostAsync(RedisStateStore store, StateLease lease, byte[][] keys)
    {
        long offset = lease.NextOffset;
        try
        {
            while (true)
            {
                // Another length each time, so that servers rewrite records in place and elsewhere.
                byte[] value = new byte[8 + (int)(offset % 3) * 20];
                BitConverter.TryWriteBytes(value, offset + 1);
                Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(offset, offset + 1, keys, value), Stop));
                offset++;
            }
        }
        catch (TaskLostException)
        {
            return offset;
        }
    }

    private static async Task AssertWholeAsync(RedisStateStore store, StateLease lease, byte[][] keys)
    {
        byte[]?[] values = await store.LoadAsync(keys, Stop);
        DueKey[] due = await store.LoadDueAsync(long.MinValue, long.MaxValue, keys.Length, Stop);
        if (lease.NextOffset == 0)
        {
            Assert.All(values, Assert.Null);
            Assert.Empty(due);
            return;
        }

        Assert.Equal(lease.NextOffset, BitConverter.ToInt64(lease.TaskRecord!));
        Assert.All(values, value => Assert.Equal(lease.NextOffset, BitConverter.ToInt64(value!)));
        Assert.All(due, key => Assert.Equal(lease.NextOffset, key.DueMs));
        Assert.Equal(keys.Length, due.Length);
    }

    // Garnet writes its log up to 100 ms after its answer. Redis writes it before the answer, except while an fsync of
    // the second before still runs: a slow disk then holds the log back for up to two seconds, unless told otherwise.
    private static async Task EnsureOnDiskAsync(LocalRedisKind kind, LocalRedis server)
    {
        if (kind == LocalRedisKind.Garnet)
        {
            await Raw.AskAsync(server, "COMMITAOF");
        }
        else
        {
            await Raw.AskAsync(server, "CONFIG", "SET", "appendfsync", "always");
        }
    }

    private Task<LocalRedis> StartAsync(LocalRedisKind kind) =>
        LocalRedis.StartAsync(new LocalRedisOptions { Kind = kind, Directory = directory.FullName, MemoryMb = 128 }, Stop);

    private static Task<RedisConnection> ConnectAsync(LocalRedis server) =>
        RedisConnection.ConnectAsync(new RedisOptions { Configuration = server.Endpoint }, stop: Stop);
}
