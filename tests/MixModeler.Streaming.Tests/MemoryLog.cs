using System.Collections.Concurrent;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Tests;

/// <summary>One partition's log in memory, with shadow lanes over it.</summary>
internal sealed class MemoryLog(string[] values, int oldest = 0) : IShadowLanes
{
    private readonly ConcurrentDictionary<string, MemoryStateStore> stores = new();

    /// <summary>Changes whose lanes left something behind.</summary>
    public IEnumerable<string> Changes => stores.Keys;

    public VersionComparisons? Comparisons { get; set; }

    public IStateStore StoreOf(string changeId, int partition) => stores.GetOrAdd(changeId, _ => new MemoryStateStore());

    public Task<long> OldestAsync(int partition, CancellationToken stop) => Task.FromResult((long)oldest);

    public ILogCursor Read(int partition, long fromOffset) => new Cursor(values, (int)fromOffset);

    public IVersionComparison? Compare(string changeId, int partition, long fromOffset) =>
        Comparisons?.Open(changeId, partition, fromOffset);

    private sealed class Cursor(string[] values, int from) : ILogCursor
    {
        private int next = from;

        public ValueTask<RecordBatch> ReadAsync(long belowOffset, CancellationToken stop)
        {
            int count = Math.Min(97, (int)belowOffset - next);
            RecordBatch batch = TestTopology.Batch(next, [.. values.Skip(next).Take(count)]);
            next += count;
            return ValueTask.FromResult(batch);
        }

        public void Return(RecordBatch batch)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
