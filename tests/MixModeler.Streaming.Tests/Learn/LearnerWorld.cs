using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Tests.Generate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>
/// The world around a learner task: a log, a store and a sink that outlive it, and a fate that may strike at every call. What
/// the store and the sink saw is kept in one journal, so that order can be checked.
/// </summary>
internal sealed class LearnerWorld : IStateStore, IRecordSink
{
    private readonly MemoryStateStore store = new();

    public ManualTime Time { get; } = new();

    /// <summary>Asked before and after whatever reaches the outside; throws <see cref="Crash"/> to end the process there.</summary>
    public Action<string> Fate { get; set; } = _ => { };

    /// <summary>Answers every commit, when set.</summary>
    public CommitOutcome? CommitAnswer { get; set; }

    /// <summary>"send TOPIC", "flush", "commit FIRST-NEXT", in order.</summary>
    public List<string> Journal { get; } = [];

    public List<(string Topic, string Key, byte[] Value)> Sent { get; } = [];

    public IEnumerable<byte[]> On(string topic) => Sent.Where(record => record.Topic == topic).Select(record => record.Value);

    public byte[]? StoredRecord() => store.LoadAsync([LearnerRecord.Key.ToArray()], CancellationToken.None).Result[0];

    /// <summary>Runs a new task over the rest of a log in batches of random sizes, to the end of the log or of its life.</summary>
    public async Task<LearnerTask> RunAsync(TopologyPlan plan, IReadOnlyList<byte[]> log, Random random, LearnerTaskOptions options, CancellationToken stop)
    {
        LearnerTask task = new(plan, this, this, Time, options);
        long offset = await task.AcquireAsync(0, stop);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        while (offset < log.Count)
        {
            RecordBatch batch = BatchOf(log, offset, random.Next(1, 200));
            offset = batch.NextOffset;
            batches.Writer.TryWrite(batch);
        }

        batches.Writer.Complete();
        await task.RunAsync(batches.Reader, _ => Time.Advance(TimeSpan.FromMilliseconds(random.Next(100))), stop);
        return task;
    }

    public static RecordBatch BatchOf(IReadOnlyList<byte[]> log, long from, int count)
    {
        RecordBatch batch = new() { Partition = 0 };
        for (long offset = from; offset < Math.Min(log.Count, from + count); offset++)
        {
            batch.Add(offset, 1_790_000_000_000 + offset, "visitor"u8, log[(int)offset]);
        }

        return batch;
    }

    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Fate("before send");
        Journal.Add($"send {topic}");
        Sent.Add((topic, Encoding.UTF8.GetString(key), value.ToArray()));
        Fate("after send");
    }

    public Task FlushAsync(CancellationToken stop)
    {
        Fate("before flush");
        Journal.Add("flush");
        Fate("after flush");
        return Task.CompletedTask;
    }

    public Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop) => store.AcquireAsync(startOffset, stop);

    public Task<StateGlance?> PeekAsync(CancellationToken stop) => store.PeekAsync(stop);

    public Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop)
    {
        Fate("before load");
        return store.LoadAsync(keys, stop);
    }

    public Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop) =>
        store.LoadDueAsync(afterMs, throughMs, limit, stop);

    public async Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop)
    {
        Fate("before commit");
        CommitOutcome outcome = CommitAnswer ?? await store.CommitAsync(lease, commit, stop);
        if (outcome == CommitOutcome.Applied)
        {
            Journal.Add($"commit {commit.FirstOffset}-{commit.NextOffset}");
        }

        Fate("after commit");
        return outcome;
    }

    public Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop) => store.ScanAsync(cursor, about, stop);

    public Task RemoveAsync(CancellationToken stop) => store.RemoveAsync(stop);
}

/// <summary>The process ends here.</summary>
internal sealed class Crash : Exception;
