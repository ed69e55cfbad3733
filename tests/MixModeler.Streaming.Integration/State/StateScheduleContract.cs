using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>What every state store promises about its schedule.</summary>
public abstract class StateScheduleContract
{
    private readonly string scope = Commits.NewScope();
    private StateLease? lease;
    private long offset;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract Task<IStateStore> OpenAsync(string scope);

    [Fact]
    public async Task Keys_come_by_due_time_and_then_by_their_bytes()
    {
        IStateStore store = await OpenAsync(scope);
        byte[][] ties = [[255], [0], [], [0, 0], [127], [128], [0, 255], [1]];
        await CommitAsync(store, [.. ties.Select(static key => new DueKey(5, key)), new DueKey(4, [200]), new DueKey(6, [3])]);

        DueKey[] due = await store.LoadDueAsync(0, 10, 100, Stop);
        Assert.Equal([[200], [], [0], [0, 0], [0, 255], [1], [127], [128], [255], [3]], due.Select(static d => d.Key));
        Assert.Equal([4, 5, 5, 5, 5, 5, 5, 5, 5, 6], due.Select(static d => d.DueMs));
    }

    [Fact]
    public async Task The_range_excludes_its_start_and_includes_its_end()
    {
        IStateStore store = await OpenAsync(scope);
        await CommitAsync(store, [.. Enumerable.Range(-3, 7).Select(static ms => new DueKey(ms, [(byte)(ms + 3)]))]);

        Assert.Equal([-1, 0, 1], Times(await store.LoadDueAsync(-2, 1, 100, Stop)));
        Assert.Empty(await store.LoadDueAsync(1, 1, 100, Stop));
        Assert.Empty(await store.LoadDueAsync(2, 1, 100, Stop));
        Assert.Equal([-3, -2], Times(await store.LoadDueAsync(long.MinValue, -2, 100, Stop)));
        Assert.Equal([2, 3], Times(await store.LoadDueAsync(1, long.MaxValue, 100, Stop)));
    }

    [Fact]
    public async Task The_limit_takes_the_earliest()
    {
        IStateStore store = await OpenAsync(scope);
        await CommitAsync(store, [.. Enumerable.Range(0, 50).Select(static i => new DueKey(1000 - i, [(byte)i]))]);
        Assert.Equal([951, 952, 953], Times(await store.LoadDueAsync(0, 2000, 3, Stop)));
        Assert.Empty(await store.LoadDueAsync(0, 2000, 0, Stop));
    }

    [Fact]
    public async Task Scheduling_again_replaces_the_due_time()
    {
        IStateStore store = await OpenAsync(scope);
        await CommitAsync(store, [new DueKey(10, [1]), new DueKey(20, [2])]);
        await CommitAsync(store, [new DueKey(30, [1]), new DueKey(40, [2]), new DueKey(15, [2])]);
        Assert.Equal([15, 30], Times(await store.LoadDueAsync(0, 100, 10, Stop)));
    }

    [Fact]
    public async Task Unscheduling_removes_a_key_and_wins_over_scheduling_in_the_same_commit()
    {
        IStateStore store = await OpenAsync(scope);
        await CommitAsync(store, [new DueKey(10, [1]), new DueKey(20, [2])]);
        await CommitAsync(store, [new DueKey(30, [2]), new DueKey(30, [3])], [1], [2], [9]);
        Assert.Equal([[3]], (await store.LoadDueAsync(0, 100, 10, Stop)).Select(static d => d.Key));
    }

    [Fact]
    public async Task Due_times_are_exact_to_the_millisecond_up_to_their_limit()
    {
        IStateStore store = await OpenAsync(scope);
        long[] times = [-CommitRules.DueMsMax, -CommitRules.DueMsMax + 1, 1_790_000_000_001, CommitRules.DueMsMax - 1, CommitRules.DueMsMax];
        await CommitAsync(store, [.. times.Select(static (ms, i) => new DueKey(ms, [(byte)i]))]);
        Assert.Equal(times, Times(await store.LoadDueAsync(long.MinValue, long.MaxValue, 10, Stop)));
        Assert.Equal([times[4]], Times(await store.LoadDueAsync(times[3], times[4], 10, Stop)));
        Assert.Equal([times[2]], Times(await store.LoadDueAsync(1_790_000_000_000, 1_790_000_000_001, 10, Stop)));
    }

    private async Task CommitAsync(IStateStore store, DueKey[] scheduled, params byte[][] unscheduled)
    {
        lease ??= await store.AcquireAsync(0, Stop);
        StateCommit commit = new() { FirstOffset = offset, NextOffset = ++offset };
        commit.Scheduled.AddRange(scheduled);
        commit.Unscheduled.AddRange(unscheduled);
        Assert.Equal(CommitOutcome.Applied, await store.CommitAsync(lease, commit, Stop));
    }

    private static IEnumerable<long> Times(DueKey[] due) => due.Select(static d => d.DueMs);
}
