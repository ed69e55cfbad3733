using System.Text;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Harmonize;

public class HarmonizeCrashTests
{
    [Fact]
    public async Task However_batches_are_cut_and_wherever_the_task_dies_the_store_has_the_same_bytes()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            RandomDataset dataset = new(seed);
            string[] log = [.. dataset.Records.Select(one => Encoding.UTF8.GetString(one.Json()))];
            string expected = await UndisturbedAsync(dataset, log);
            Random random = new(seed);
            foreach (FailureKind kind in (FailureKind[])[FailureKind.Crash, FailureKind.CrashAfterCommit])
            {
                MemoryStateStore store = new();
                FailingStore failing = new(store, new FailurePlan([new FailurePoint(kind, 0, new Place("test", 1, 1))]), "task", readsEvents: true);
                for (bool isDone = false; !isDone;)
                {
                    isDone = await LiveAsync(dataset, failing, log, random);
                }

                Assert.Equal(expected, await AllAsync(store));
            }
        }
    }

    [Fact]
    public async Task A_log_that_begins_behind_the_state_ends_the_task()
    {
        MemoryStateStore store = new();
        await DatasetWorld.RunAsync(DatasetWorld.Plan, store, new RecordingSink(), null, """{"Date":"2021-12-31","Clicks":1}""");
        using HarmonizeTask task = DatasetWorld.Task(DatasetWorld.Plan, store, new RecordingSink());
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => task.AcquireAsync(2, CancellationToken.None));
        Assert.Equal(TaskLoss.LogTruncated, lost.Loss);
    }

    [Fact]
    public async Task An_earlier_holder_can_no_longer_write()
    {
        MemoryStateStore store = new();
        using HarmonizeTask earlier = DatasetWorld.Task(DatasetWorld.Plan, store, new RecordingSink());
        await earlier.AcquireAsync(0, CancellationToken.None);
        using HarmonizeTask later = DatasetWorld.Task(DatasetWorld.Plan, store, new RecordingSink());
        await later.AcquireAsync(0, CancellationToken.None);
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => earlier.RunAsync(
            DatasetWorld.Batches(["""{"Date":"2021-12-31","Clicks":1}"""], 0, 1), _ => { }, CancellationToken.None));
        Assert.Equal(TaskLoss.Fenced, lost.Loss);
    }

    [Fact]
    public async Task What_changed_since_an_offset_is_found_by_the_schedule()
    {
        MemoryStateStore store = new();
        string[] log = ["""{"Date":"2021-12-31","Channel":"A","Clicks":1}""", """{"Date":"2021-12-31","Channel":"B","Clicks":1}""",
            """{"Date":"2021-12-31","Channel":"A","Clicks":2}"""];
        await DatasetWorld.RunAsync(DatasetWorld.Plan, store, new RecordingSink(), null, log);
        DueKey[] all = await store.LoadDueAsync(-1, 100, 10, CancellationToken.None);
        Assert.Equal([1L, 2L], all.Select(key => key.DueMs));
        Assert.All(all, key => Assert.True(TableRecord.IsPart(key.Key)));
        Assert.Single(await store.LoadDueAsync(1, 100, 10, CancellationToken.None));
    }

    private static async Task<string> UndisturbedAsync(RandomDataset dataset, string[] log)
    {
        MemoryStateStore store = new();
        await DatasetWorld.RunAsync(dataset.Plan, store, new RecordingSink(), null, log);
        return await AllAsync(store);
    }

    // False when it died; another one takes over then.
    private static async Task<bool> LiveAsync(RandomDataset dataset, FailingStore store, string[] log, Random random)
    {
        using HarmonizeTask task = DatasetWorld.Task(dataset.Plan, store, new RecordingSink(), keysMax: random.Next(1, 10));
        try
        {
            long offset = await task.AcquireAsync(0, CancellationToken.None);
            while (offset < log.Length)
            {
                // A commit after each: every place between two records is one where it may die.
                int size = random.Next(1, 6);
                string[] some = [.. log.Take((int)Math.Min(log.Length, offset + size))];
                await task.RunAsync(DatasetWorld.Batches(some, offset, size), _ => { }, CancellationToken.None);
                offset = task.CommittedOffset;
            }

            return true;
        }
        catch (TaskDiedException)
        {
            return false;
        }
    }

    private static async Task<string> AllAsync(MemoryStateStore store)
    {
        StateLease lease = await store.AcquireAsync(0, CancellationToken.None);
        DueKey[] due = await store.LoadDueAsync(-1, long.MaxValue, int.MaxValue, CancellationToken.None);
        IEnumerable<string> records = (await DatasetWorld.BytesAsync(store)).Select(record => $"{record.Key} {Convert.ToHexString(record.Value)}");
        return string.Join('\n', [$"{lease.NextOffset} {Convert.ToHexString(lease.TaskRecord ?? [])}", .. records,
            .. due.Select(key => $"{key.DueMs} {Convert.ToHexString(key.Key)}")]);
    }
}
