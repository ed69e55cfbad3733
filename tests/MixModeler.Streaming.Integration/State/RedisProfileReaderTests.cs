using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

[Collection(nameof(RedisServer))]
public sealed class RedisProfileReaderTests(RedisServer server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_profile_is_found_in_its_scope_and_without_knowing_its_partition()
    {
        RedisConnection connection = await server.ConnectAsync();
        RedisStateStore store = new(connection, "profiles:2");
        StateCommit commit = Commits.Of(0, 1);
        commit.Profiles.Add(new(Commits.Bytes("zoë"), Commits.Bytes("""{"_luma":{"propensity":0.5}}""")));
        await store.CommitAsync(await store.AcquireAsync(0, Stop), commit, Stop);

        RedisProfileReader reader = new(connection);
        Assert.Equal("""{"_luma":{"propensity":0.5}}""", await reader.ReadAsync("profiles:2", "zoë", Stop));
        Assert.Equal("""{"_luma":{"propensity":0.5}}""", await reader.ReadAsync("profiles", 4, "zoë", Stop));
        Assert.Null(await reader.ReadAsync("profiles:1", "zoë", Stop));
        Assert.Null(await reader.ReadAsync("profiles", 2, "zoë", Stop));
        Assert.Equal("""{"_luma":{"propensity":0.5}}""", await Raw.AskAsync(server.Server, "GET", "{profiles:2}:p:zoë"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a{b}")]
    public void A_scope_that_would_break_the_hash_tag_is_refused(string scope)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new RedisStateStore(server.ConnectAsync().Result, scope));
        Assert.StartsWith("A scope is a name without braces", refused.Message, StringComparison.Ordinal);
    }
}
