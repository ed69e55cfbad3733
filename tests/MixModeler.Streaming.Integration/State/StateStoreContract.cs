using System.Text;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>What every state store promises: leases, offsets, all or nothing.</summary>
public abstract class StateStoreContract
{
    private readonly string scope = Commits.NewScope();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract Task<IStateStore> OpenAsync(string scope);

    [Fact]
    public async Task A_task_without_state_starts_where_it_is_told()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(77, Stop);
        Assert.Equal(new StateLease(1, 77, null), lease);
    }

    [Fact]
    public async Task Acquiring_raises_the_epoch_and_keeps_the_offset()
    {
        IStateStore store = await OpenAsync(scope);
        await store.AcquireAsync(77, Stop);
        StateLease second = await store.AcquireAsync(5, Stop);
        Assert.Equal(new StateLease(2, 77, null), second);
    }

    [Fact]
    public async Task A_glance_tells_where_a_task_stands_and_takes_nothing_from_its_holder()
    {
        IStateStore store = await OpenAsync(scope);
        IStateStore reader = await OpenAsync(scope);
        Assert.Null(await reader.PeekAsync(Stop));
        StateLease lease = await store.AcquireAsync(77, Stop);
        Assert.Equal(new StateGlance(77, null), await reader.PeekAsync(Stop));

        StateCommit commit = Commits.Of(77, 90, ("a", "1"));
        commit.Scheduled.Add(new DueKey(80, Commits.Bytes("a")));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, commit, Stop));
        StateGlance glance = (await reader.PeekAsync(Stop))!;
        Assert.Equal((90, "task@90"), (glance.NextOffset, Encoding.UTF8.GetString(glance.TaskRecord!)));
        Assert.Equal(["1"], await reader.TextAsync("a"));
        Assert.Equal(80, Assert.Single(await reader.LoadDueAsync(-1, 89, 10, Stop)).DueMs);

        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(90, 91, ("a", "2")), Stop));
        await store.RemoveAsync(Stop);
        Assert.Null(await reader.PeekAsync(Stop));
    }

    [Fact]
    public async Task A_commit_applies_records_task_record_and_offset()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(100, Stop);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(100, 200, ("a", "1"), ("b", "2")), Stop));

        Assert.Equal(["1", "2"], await store.TextAsync("a", "b"));
        StateLease next = await store.AcquireAsync(0, Stop);
        Assert.Equal(200, next.NextOffset);
        Assert.Equal("task@200", Encoding.UTF8.GetString(next.TaskRecord!));
    }

    [Fact]
    public async Task An_older_epoch_is_fenced_and_writes_nothing_at_all()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease old = await store.AcquireAsync(0, Stop);
        await store.CommitAsync(old, Commits.Of(0, 10, ("a", "1")), Stop);
        await (await OpenAsync(scope)).AcquireAsync(0, Stop);

        StateCommit late = Commits.Of(10, 20, ("a", "late"), ("b", "late"));
        late.Profiles.Add(new(Commits.Bytes("a"), Commits.Bytes("late")));
        late.Scheduled.Add(new DueKey(5, Commits.Bytes("a")));
        Assert.Equal(CommitOutcome.Fenced, await store.CommitAsync(old, late, Stop));

        Assert.Equal(["1", null], await store.TextAsync("a", "b"));
        Assert.Empty(await store.LoadDueAsync(0, 100, 10, Stop));
        StateLease now = await store.AcquireAsync(0, Stop);
        Assert.Equal((10, "task@10"), (now.NextOffset, Encoding.UTF8.GetString(now.TaskRecord!)));
    }

    [Theory]
    [InlineData(9, 20)]
    [InlineData(11, 20)]
    [InlineData(0, 5)]
    [InlineData(20, 20)]
    public async Task A_commit_from_another_offset_is_refused_and_writes_nothing(long first, long next)
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(0, Stop);
        await store.CommitAsync(lease, Commits.Of(0, 10, ("a", "1")), Stop);

        StateCommit wrong = Commits.Of(first, next, ("a", "wrong"));
        wrong.Unscheduled.Add(Commits.Bytes("a"));
        Assert.Equal(CommitOutcome.UnexpectedOffset, await store.CommitAsync(lease, wrong, Stop));

        Assert.Equal(["1"], await store.TextAsync("a"));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(10, 20, ("a", "2")), Stop));
    }

    [Fact]
    public async Task The_same_commit_twice_is_applied_and_changes_nothing()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(0, Stop);
        await store.CommitAsync(lease, Commits.Of(0, 10, ("a", "1")), Stop);
        // Another value shows that the second writes nothing: it is recognised by its offsets alone.
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(0, 10, ("a", "other")), Stop));
        Assert.Equal(["1"], await store.TextAsync("a"));
    }

    [Fact]
    public async Task A_commit_that_moves_no_offset_is_applied_each_time()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(10, Stop);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(10, 10, ("a", "1")), Stop));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(10, 10, ("a", "2")), Stop));
        Assert.Equal(["2"], await store.TextAsync("a"));
        Assert.Equal(10, (await store.AcquireAsync(0, Stop)).NextOffset);
    }

    [Fact]
    public async Task An_empty_commit_moves_the_offset()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(0, Stop);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, new StateCommit { FirstOffset = 0, NextOffset = 3 }, Stop));
        StateLease next = await store.AcquireAsync(0, Stop);
        Assert.Equal(3, next.NextOffset);
        Assert.Equal([], next.TaskRecord!);
    }

    [Fact]
    public async Task Of_two_holders_only_the_later_one_moves_the_offset()
    {
        IStateStore first = await OpenAsync(scope);
        IStateStore second = await OpenAsync(scope);
        StateLease old = await first.AcquireAsync(0, Stop);
        StateLease current = await second.AcquireAsync(0, Stop);
        Assert.Equal(CommitOutcome.Fenced, await first.CommitAsync(old, Commits.Of(0, 5, ("a", "old")), Stop));
        Assert.Equal(CommitOutcome.Applied, await second.CommitAsync(current, Commits.Of(0, 5, ("a", "current")), Stop));
        Assert.Equal(["current"], await first.TextAsync("a"));
    }

    [Fact]
    public async Task An_acquisition_never_lands_inside_a_commit()
    {
        const int Rounds = 40;
        byte[][] keys = Commits.Keys(300);
        IStateStore writer = await OpenAsync(scope);
        IStateStore taker = await OpenAsync(scope);
        for (int round = 0; round < Rounds; round++)
        {
            StateLease lease = await writer.AcquireAsync(0, Stop);
            Task<long> writing = Task.Run(() => WriteUntilFencedAsync(writer, lease, keys), Stop);
            // The writer is under way as soon as its first offset shows; one that failed is told below.
            while (!writing.IsCompleted && ((await writer.LoadAsync([keys[0]], Stop))[0] is not { } seen || Offset(seen) <= lease.NextOffset))
            {
                await Task.Yield();
            }

            StateLease taken = await taker.AcquireAsync(0, Stop);
            byte[]?[] values = await taker.LoadAsync(keys, Stop);
            Assert.All(values, value => Assert.Equal(taken.NextOffset, Offset(value!)));
            Assert.Equal(taken.NextOffset, await writing);
            Assert.All(await taker.LoadAsync(keys, Stop), value => Assert.Equal(taken.NextOffset, Offset(value!)));
        }

        static long Offset(byte[] value) => BitConverter.ToInt64(value);

        static async Task<long> WriteUntilFencedAsync(IStateStore writer, StateLease lease, byte[][] keys)
        {
            long offset = lease.NextOffset;
            while (await writer.CommitAsync(lease, Commits.Of(offset, offset + 1, keys, BitConverter.GetBytes(offset + 1)), Stop) == CommitOutcome.Applied)
            {
                offset++;
            }

            return offset;
        }
    }

    [Fact]
    public async Task Keys_and_values_are_any_bytes_of_any_length()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        byte[] large = new byte[100 * 1024];
        new Random(4711).NextBytes(large);
        (byte[] Key, byte[] Value)[] records =
            [(all, all), ([], [1]), ([0], []), ([13, 10], [13, 10, 36]), ([255, 254], large), (large[..3000], [0, 0, 0])];
        StateCommit commit = new() { NextOffset = 1, TaskRecord = all };
        foreach ((byte[] key, byte[] value) in records)
        {
            commit.Records.Add(new(key, value));
            commit.Profiles.Add(new(key, value));
            commit.Scheduled.Add(new DueKey(key.Length, key));
        }

        IStateStore store = await OpenAsync(scope);
        await store.CommitAsync(await store.AcquireAsync(0, Stop), commit, Stop);

        Assert.Equal(records.Select(static r => r.Value), await store.LoadAsync([.. records.Select(static r => r.Key)], Stop));
        Assert.Equal(all, (await store.AcquireAsync(0, Stop)).TaskRecord);
        DueKey[] due = await store.LoadDueAsync(-1, 10_000, 100, Stop);
        Assert.Equal([[], [0], [13, 10], [255, 254], all, large[..3000]], due.Select(static d => d.Key));
    }

    [Fact]
    public async Task Loading_answers_in_the_order_of_asking_with_null_for_a_miss()
    {
        IStateStore store = await OpenAsync(scope);
        await store.CommitAsync(await store.AcquireAsync(0, Stop), Commits.Of(0, 1, ("a", "1"), ("b", "2"), ("c", "")), Stop);
        Assert.Equal(["2", null, "", "1", "2"], await store.TextAsync("b", "missing", "c", "a", "b"));
        Assert.Empty(await store.LoadAsync([], Stop));
    }

    [Fact]
    public async Task The_last_of_several_values_for_a_key_counts()
    {
        IStateStore store = await OpenAsync(scope);
        await store.CommitAsync(await store.AcquireAsync(0, Stop), Commits.Of(0, 1, ("a", "first"), ("a", "last")), Stop);
        Assert.Equal(["last"], await store.TextAsync("a"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public async Task Commits_of_many_keys_are_one_commit(int count)
    {
        byte[][] keys = Commits.Keys(count);
        byte[] value = new byte[250];
        value[249] = 9;
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(0, Stop);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(0, 1, keys, value), Stop));
        Assert.All(await store.LoadAsync(keys, Stop), loaded => Assert.Equal(value, loaded));
        Assert.Equal(count, (await store.LoadDueAsync(0, 1, count + 1, Stop)).Length);

        StateCommit second = new() { FirstOffset = 1, NextOffset = 2 };
        second.Unscheduled.AddRange(keys);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, second, Stop));
        Assert.Empty(await store.LoadDueAsync(0, 1, 1, Stop));
    }

    [Theory]
    [InlineData(1L << 53)]
    [InlineData((1L << 53) + 1)]
    [InlineData(long.MaxValue - 2)]
    public async Task Neighbouring_offsets_are_told_apart_however_large(long offset)
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(offset, Stop);
        Assert.Equal(offset, lease.NextOffset);
        Assert.Equal(CommitOutcome.UnexpectedOffset, await store.CommitAsync(lease, Commits.Of(offset - 1, offset + 1, ("a", "wrong")), Stop));
        Assert.Equal(CommitOutcome.UnexpectedOffset, await store.CommitAsync(lease, Commits.Of(offset + 1, offset + 2, ("a", "wrong")), Stop));
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, Commits.Of(offset, offset + 1, ("a", "right")), Stop));
        Assert.Equal(CommitOutcome.UnexpectedOffset, await store.CommitAsync(lease, Commits.Of(offset, offset + 2, ("a", "wrong")), Stop));
        Assert.Equal(["right"], await store.TextAsync("a"));
        Assert.Equal(offset + 1, (await store.AcquireAsync(0, Stop)).NextOffset);
    }

    [Fact]
    public async Task Scopes_do_not_see_each_other()
    {
        IStateStore one = await OpenAsync(scope);
        IStateStore other = await OpenAsync(scope + "0");
        StateLease lease = await one.AcquireAsync(0, Stop);
        StateLease otherLease = await other.AcquireAsync(50, Stop);
        await one.CommitAsync(lease, Commits.Of(0, 1, Commits.Keys(3), [1]), Stop);

        Assert.Equal((1, 50), (otherLease.Epoch, otherLease.NextOffset));
        Assert.All(await other.LoadAsync(Commits.Keys(3), Stop), Assert.Null);
        Assert.Empty(await other.LoadDueAsync(0, 100, 10, Stop));
        Assert.Equal(CommitOutcome.Applied, await other.CommitAsync(otherLease, Commits.Of(50, 51), Stop));
    }

    [Fact]
    public async Task A_commit_that_cannot_be_stored_faithfully_is_a_bug_of_the_caller()
    {
        IStateStore store = await OpenAsync(scope);
        StateLease lease = await store.AcquireAsync(0, Stop);
        StateCommit beyond = Commits.Of(0, 1);
        beyond.Scheduled.Add(new DueKey(CommitRules.DueMsMax + 1, [1]));
        await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(lease, beyond, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(lease, Commits.Of(5, 4), Stop));
    }
}
