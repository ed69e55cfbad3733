using System.Text;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>Walking over all keys of a scope, and forgetting a scope: what every state store promises.</summary>
public abstract class StateWalkContract
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract Task<IStateStore> OpenAsync(string scope);

    [Fact]
    public async Task A_walk_finds_every_key_of_its_scope_and_no_other()
    {
        string scope = Commits.NewScope();
        IStateStore store = await OpenAsync(scope);
        IStateStore neighbour = await OpenAsync(scope + "0");
        byte[][] keys = Commits.Keys(700);
        await store.CommitAsync(await store.AcquireAsync(0, Stop), Commits.Of(0, 1, keys, [1, 2]), Stop);
        await neighbour.CommitAsync(await neighbour.AcquireAsync(0, Stop), Commits.Of(0, 1, ("stranger", "1")), Stop);

        Assert.Equal(Sorted(keys), Sorted(await WalkAsync(store, 50)));
        Assert.Equal(["stranger"], Sorted(await WalkAsync(neighbour, 50)));
    }

    [Fact]
    public async Task A_scope_that_was_removed_starts_like_a_new_one_and_leaves_its_neighbours_alone()
    {
        string scope = Commits.NewScope();
        IStateStore store = await OpenAsync(scope);
        IStateStore neighbour = await OpenAsync(scope + "0");
        await store.CommitAsync(await store.AcquireAsync(0, Stop), Commits.Of(0, 10, Commits.Keys(700), [1]), Stop);
        await neighbour.CommitAsync(await neighbour.AcquireAsync(0, Stop), Commits.Of(0, 10, ("a", "1")), Stop);

        await store.RemoveAsync(Stop);
        await store.RemoveAsync(Stop);

        IStateStore again = await OpenAsync(scope);
        Assert.Equal(new StateLease(1, 5, null), await again.AcquireAsync(5, Stop));
        Assert.Empty(await WalkAsync(again, 50));
        Assert.Empty(await again.LoadDueAsync(0, 100, 10, Stop));
        Assert.Equal(["1"], await neighbour.TextAsync("a"));
    }

    private static async Task<List<byte[]>> WalkAsync(IStateStore store, int about)
    {
        List<byte[]> keys = [];
        string? cursor = null;
        do
        {
            StoredKeys some = await store.ScanAsync(cursor, about, Stop);
            keys.AddRange(some.Keys);
            cursor = some.Cursor;
        }
        while (cursor is not null);
        return keys;
    }

    private static string[] Sorted(IEnumerable<byte[]> keys) =>
        [.. keys.Select(Encoding.UTF8.GetString).Distinct().Order(StringComparer.Ordinal)];
}
