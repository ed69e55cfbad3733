using System.Diagnostics;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>What a task hears when its server is away, refuses or is silent.</summary>
public sealed class StoreAwayTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("mixmodeler-away-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_server_away_at_start_is_named_and_used_when_it_comes(LocalRedisKind kind)
    {
        LocalRedis server = await StartAsync(kind);
        await using LocalRedis _ = server;
        await server.KillAsync();
        await using RedisConnection connection = await ConnectAsync(server);
        RedisStateStore store = new(connection, "away:0");

        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => store.AcquireAsync(3, Stop));
        Assert.Equal(TaskLoss.StoreAway, lost.Loss);
        Assert.Equal($"Redis at {server.Endpoint} did not hand out away:0: Connection refused.", lost.Message);

        await server.RestartAsync(Stop);
        StateLease lease = await Until.ReturnsAsync(() => store.AcquireAsync(3, Stop), Stop);
        Assert.Equal(3, lease.NextOffset);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(3, 4, ("a", "1")), Stop));
    }

    [Fact]
    public async Task A_server_that_goes_away_is_named_by_every_question()
    {
        await using LocalRedis server = await StartAsync(LocalRedisKind.Redis);
        await using RedisConnection connection = await ConnectAsync(server);
        RedisProfileReader reader = new(connection);
        await new RedisStateStore(connection, "away:0").AcquireAsync(0, Stop);
        await server.KillAsync();
        await Until.TrueAsync(() => connection.Generation > 0, Stop);

        RedisStateStore fresh = new(connection, "away:0");
        await AssertAwayAsync(() => fresh.LoadAsync([[1]], Stop), "did not give out records of away:0");
        await AssertAwayAsync(() => fresh.LoadDueAsync(0, 1, 1, Stop), "did not give out the schedule of away:0");
        await AssertAwayAsync(() => reader.ReadAsync("away:0", "a", Stop), "did not give out a profile");

        async Task AssertAwayAsync(Func<Task> ask, string what)
        {
            TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(ask);
            Assert.Equal(TaskLoss.StoreAway, lost.Loss);
            Assert.StartsWith($"Redis at {server.Endpoint} {what}: ", lost.Message, StringComparison.Ordinal);
            Assert.EndsWith(".", lost.Message, StringComparison.Ordinal);
            Assert.InRange(lost.Message.Length, 20, 150);
        }
    }

    [Fact]
    public async Task Who_holds_a_lease_is_told_that_the_server_broke_off_and_a_new_lease_counts_anew()
    {
        await using LocalRedis server = await StartAsync(LocalRedisKind.Redis);
        await using RedisConnection connection = await ConnectAsync(server);
        RedisStateStore store = new(connection, "away:0");
        await store.AcquireAsync(0, Stop);
        Task first = store.Moved;
        Assert.False(first.IsCompleted);
        await server.KillAsync();
        await first.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        await server.RestartAsync(Stop);
        await Until.ReturnsAsync(() => store.AcquireAsync(0, Stop), Stop);
        Assert.NotSame(first, store.Moved);
    }

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_commit_outlasts_a_short_silence(LocalRedisKind kind)
    {
        await using LocalRedis server = await StartAsync(kind);
        // A fresh Garnet compiles its code on the first questions, which takes longer than the silence that is tried here.
        await using RedisConnection patient = await ConnectAsync(server);
        await new RedisStateStore(patient, "away:0").CommitAsync(
            await new RedisStateStore(patient, "away:0").AcquireAsync(0, Stop), Commits.Of(0, 1), Stop);
        await using RedisConnection connection = await ConnectAsync(server, commandMs: 400, patienceMs: 15_000);
        RedisStateStore store = new(connection, "away:0");
        StateLease lease = await store.AcquireAsync(0, Stop);
        await Raw.SignalAsync(server, "STOP");
        Task<CommitOutcome> committing = store.CommitAsync(lease, Commits.Of(0, 1, ("a", "1")), Stop);
        await Task.Delay(1_000, Stop);
        Assert.False(committing.IsCompleted);
        await Raw.SignalAsync(server, "CONT");
        Assert.Equal(CommitOutcome.Applied, await committing);
        Assert.Equal(["1"], await store.TextAsync("a"));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(1, 2, ("a", "2")), Stop));
    }

    [Fact]
    public async Task A_long_silence_is_a_store_away_and_a_later_answer_finds_a_way_back()
    {
        await using LocalRedis server = await StartAsync(LocalRedisKind.Redis);
        await using RedisConnection connection = await ConnectAsync(server, commandMs: 150, patienceMs: 400);
        RedisStateStore store = new(connection, "away:0");
        StateLease lease = await Until.ReturnsAsync(() => store.AcquireAsync(0, Stop), Stop);
        await Raw.SignalAsync(server, "STOP");
        long started = Stopwatch.GetTimestamp();
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => store.CommitAsync(lease, Commits.Of(0, 1, ("a", "1")), Stop));
        Assert.Equal(TaskLoss.StoreAway, lost.Loss);
        Assert.Equal($"Redis at {server.Endpoint} did not take a commit of away:0: no answer within 0.15 s.", lost.Message);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.4, 5);
        await Raw.SignalAsync(server, "CONT");

        // Applied or not, the truth is what the new lease says.
        StateLease anew = await Until.ReturnsAsync(() => store.AcquireAsync(0, Stop), Stop);
        Assert.Equal(anew.NextOffset == 1 ? ["1"] : [null], await store.TextAsync("a"));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(anew, Commits.Of(anew.NextOffset, 2, ("a", "2")), Stop));
    }

    [Fact]
    public async Task A_server_out_of_memory_takes_nothing_and_says_so()
    {
        await using LocalRedis server = await StartAsync(LocalRedisKind.Redis);
        await using RedisConnection connection = await ConnectAsync(server);
        RedisStateStore store = new(connection, "away:0");
        StateLease lease = await store.AcquireAsync(0, Stop);
        await Raw.AskAsync(server, "CONFIG", "SET", "maxmemory", "1");
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => store.CommitAsync(lease, Commits.Of(0, 1, ("a", "1")), Stop));
        Assert.Equal(TaskLoss.StoreAway, lost.Loss);
        Assert.Contains("did not take a commit of away:0: it answered \"OOM", lost.Message, StringComparison.Ordinal);
        await Raw.AskAsync(server, "CONFIG", "SET", "maxmemory", "0");
        Assert.Equal([null], await store.TextAsync("a"));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(0, 1, ("a", "1")), Stop));
    }

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_key_of_another_type_stops_a_commit_before_its_first_write(LocalRedisKind kind)
    {
        await using LocalRedis server = await StartAsync(kind);
        await using RedisConnection connection = await ConnectAsync(server);
        RedisStateStore store = new(connection, "away:0");
        StateLease lease = await store.AcquireAsync(0, Stop);
        await Raw.AskAsync(server, "SET", "{away:0}:due", "not a schedule");
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(
            () => store.CommitAsync(lease, Commits.Of(0, 1, Commits.Keys(2), [1]), Stop));
        Assert.Equal(TaskLoss.StoreAway, lost.Loss);
        Assert.Contains("WRONGTYPE", lost.Message, StringComparison.Ordinal);
        Assert.All(await store.LoadAsync(Commits.Keys(2), Stop), Assert.Null);
        Assert.Equal(0, (await store.AcquireAsync(9, Stop)).NextOffset);
    }

    [Fact]
    public async Task A_replica_takes_nothing_and_says_so()
    {
        await using LocalRedis server = await StartAsync(LocalRedisKind.Redis);
        await using RedisConnection connection = await ConnectAsync(server);
        RedisStateStore store = new(connection, "away:0");
        StateLease lease = await store.AcquireAsync(0, Stop);
        await Raw.AskAsync(server, "REPLICAOF", "127.0.0.1", "1");
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => store.CommitAsync(lease, Commits.Of(0, 1, ("a", "1")), Stop));
        Assert.Equal(TaskLoss.StoreAway, lost.Loss);
        Assert.Contains("READONLY", lost.Message, StringComparison.Ordinal);
        await Raw.AskAsync(server, "REPLICAOF", "NO", "ONE");
        StateLease anew = await Until.ReturnsAsync(() => store.AcquireAsync(0, Stop), Stop);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(anew, Commits.Of(0, 1, ("a", "1")), Stop));
    }

    [Fact]
    public async Task A_wrong_password_is_called_by_its_name()
    {
        await using LocalRedis server = await StartAsync(LocalRedisKind.Redis);
        await Raw.AskAsync(server, "CONFIG", "SET", "requirepass", "right");
        await using RedisConnection right = await ConnectAsync(server, suffix: ",password=right");
        Assert.Equal(1, (await new RedisStateStore(right, "away:0").AcquireAsync(0, Stop)).Epoch);

        await using RedisConnection wrong = await ConnectAsync(server, suffix: ",password=wr0ng");
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => new RedisStateStore(wrong, "away:0").AcquireAsync(0, Stop));
        Assert.Equal($"Redis at {server.Endpoint} did not hand out away:0: it refuses the password.", lost.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("password=x")]
    [InlineData("127.0.0.1:6379,nonsense=1")]
    public async Task An_address_that_cannot_be_read_is_refused_with_a_sentence(string configuration)
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => RedisConnection.ConnectAsync(new RedisOptions { Configuration = configuration }, stop: Stop));
        Assert.StartsWith("The address of Redis ", refused.Message, StringComparison.Ordinal);
    }

    private Task<LocalRedis> StartAsync(LocalRedisKind kind) =>
        LocalRedis.StartAsync(new LocalRedisOptions { Kind = kind, Directory = directory.FullName, MemoryMb = 128 }, Stop);

    private static Task<RedisConnection> ConnectAsync(LocalRedis server, int commandMs = 5_000, int patienceMs = 10_000, string suffix = "") =>
        RedisConnection.ConnectAsync(
            new RedisOptions
            {
                Configuration = server.Endpoint + suffix,
                CommandTimeout = TimeSpan.FromMilliseconds(commandMs),
                CommitPatience = TimeSpan.FromMilliseconds(patienceMs),
            },
            stop: Stop);
}
