using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Tests.State;

/// <summary>A task without work hears of a store that may have come back older; one that drains is left alone.</summary>
public class StateWatchTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_partition_task_ends_when_its_store_moves()
    {
        MovingStore store = new();
        PartitionTask task = new(TestTopology.PlanOf(), 0, store, new RecordingSink(), new ModelRegister(TestTopology.PlanOf()));
        await AssertEndsAsync(task, store);
    }

    [Fact]
    public async Task An_idle_learner_ends_when_its_store_moves()
    {
        MovingStore store = new();
        LearnerTask task = new(TestTopology.PlanOf(), store, new RecordingSink(), TimeProvider.System);
        await AssertEndsAsync(task, store);
    }

    [Fact]
    public async Task What_drains_does_not_care()
    {
        MovingStore store = new();
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        batches.Writer.Complete();
        store.Move();
        Assert.False(await store.WaitToReadAsync(batches.Reader, "it", Stop));
    }

    [Fact]
    public async Task Records_that_are_there_come_before_the_loss()
    {
        MovingStore store = new();
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        store.Move();
        batches.Writer.TryWrite(new RecordBatch { Partition = 0 });
        Assert.True(await store.WaitToReadAsync(batches.Reader, "it", Stop));
        Assert.True(batches.Reader.TryRead(out _));
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => store.WaitToReadAsync(batches.Reader, "it", Stop));
        Assert.Equal("the store broke off while it waited: its state may be older now and is acquired anew", lost.Message);
    }

    private static async Task AssertEndsAsync(IPartitionTask task, MovingStore store)
    {
        await task.AcquireAsync(0, Stop);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        Task running = task.RunAsync(batches.Reader, _ => { }, Stop);
        Assert.False(running.IsCompleted);
        store.Move();
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => running.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.Equal(TaskLoss.StateMoved, lost.Loss);
    }

    private sealed class MovingStore : IStateStore
    {
        private readonly MemoryStateStore store = new();
        private readonly TaskCompletionSource moved = new();

        public Task Moved => moved.Task;

        public void Move() => moved.TrySetResult();

        public Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop) => store.AcquireAsync(startOffset, stop);

        public Task<StateGlance?> PeekAsync(CancellationToken stop) => store.PeekAsync(stop);

        public Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop) => store.LoadAsync(keys, stop);

        public Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop) =>
            store.LoadDueAsync(afterMs, throughMs, limit, stop);

        public Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop) => store.CommitAsync(lease, commit, stop);

        public Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop) => store.ScanAsync(cursor, about, stop);

        public Task RemoveAsync(CancellationToken stop) => store.RemoveAsync(stop);
    }
}
