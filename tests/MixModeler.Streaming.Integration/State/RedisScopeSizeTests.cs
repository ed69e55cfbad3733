using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

[Collection(nameof(RedisServer))]
public sealed class RedisScopeSizeTests(RedisServer server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_are_counted_by_scope_and_profiles_are_not()
    {
        RedisConnection connection = await server.ConnectAsync();
        string[] scopes = [Commits.NewScope(), Commits.NewScope(), Commits.NewScope()];
        await FillAsync(connection, scopes[0], 3_000, 40);
        await FillAsync(connection, scopes[1], 500, 100);

        IReadOnlyDictionary<string, ScopeSize> sizes = await new RedisScopeSize(connection).ReadAsync(scopes, TimeSpan.FromSeconds(30), Stop);

        Assert.Equal(new ScopeSize(3_000, 120_000, true), sizes[scopes[0]]);
        Assert.Equal(new ScopeSize(500, 50_000, true), sizes[scopes[1]]);
        Assert.Equal(new ScopeSize(0, 0, true), sizes[scopes[2]]);
    }

    [Fact]
    public async Task Out_of_time_the_rest_is_extrapolated()
    {
        RedisConnection connection = await server.ConnectAsync();
        string scope = Commits.NewScope();
        await FillAsync(connection, scope, 8_000, 40);

        ScopeSize size = (await new RedisScopeSize(connection).ReadAsync([scope], TimeSpan.Zero, Stop))[scope];

        // Two keys a record; a step sees a thousand of all keys of the server, in random order.
        Assert.False(size.IsExact);
        Assert.InRange(size.Keys, 5_000, 11_000);
        Assert.Equal(size.Keys * 40, size.Bytes);
    }

    private static async Task FillAsync(RedisConnection connection, string scope, int keys, int bytes)
    {
        RedisStateStore store = new(connection, scope);
        StateLease lease = await store.AcquireAsync(0, Stop);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(0, 1, Commits.Keys(keys), new byte[bytes]), Stop));
    }
}
