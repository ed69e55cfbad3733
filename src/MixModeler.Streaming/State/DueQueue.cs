namespace MixModeler.Streaming.State;

/// <summary>
/// The near part of a task's schedule, in memory: every scheduled visitor that is due up to <see cref="LoadedThroughMs"/>.
/// The whole schedule lies in the store. Entries whose visitor was rescheduled since stay in the queue and are recognised
/// when they surface, because their time is no longer the visitor's.
/// </summary>
internal sealed class DueQueue
{
    private readonly PriorityQueue<byte[], DueKey> queue = new(DueOrder.Instance);

    /// <summary>Everything due up to here is in the queue.</summary>
    public long LoadedThroughMs { get; private set; }

    public int Count => queue.Count;

    public void Clear()
    {
        queue.Clear();
        LoadedThroughMs = 0;
    }

    public void Add(byte[] visitor, long dueMs)
    {
        if (dueMs <= LoadedThroughMs)
        {
            queue.Enqueue(visitor, new DueKey(dueMs, visitor));
        }
    }

    public bool TryPeek(out DueKey due) => queue.TryPeek(out _, out due);

    public void RemoveFirst() => queue.Dequeue();

    /// <summary>Visitors due up to a time, in no particular order.</summary>
    public IEnumerable<byte[]> DueThrough(long ms) => queue.UnorderedItems.Where(i => i.Priority.DueMs <= ms).Select(i => i.Element);

    public void RemoveStale(Predicate<DueKey> stale)
    {
        (byte[] Visitor, DueKey Due)[] kept = [.. queue.UnorderedItems.Where(i => !stale(i.Priority))];
        queue.Clear();
        queue.EnqueueRange(kept);
    }

    /// <summary>Reads more of the schedule until at least <paramref name="enough"/> entries or everything up to a time is here.</summary>
    public async Task ExtendAsync(IStateStore store, long throughMs, int enough, CancellationToken stop)
    {
        for (int limit = enough * 5 / 4; ; limit *= 2)
        {
            DueKey[] due = await store.LoadDueAsync(LoadedThroughMs, throughMs, limit, stop);
            bool all = due.Length < limit;
            // A limit may cut through entries of the same time; those wait for the next read, unless all are of that time.
            int whole = all ? due.Length : Array.FindIndex(due, d => d.DueMs == due[^1].DueMs);
            if (!all && whole < enough)
            {
                continue;
            }

            LoadedThroughMs = all ? throughMs : due[whole - 1].DueMs;
            for (int i = 0; i < whole; i++)
            {
                queue.Enqueue(due[i].Key, due[i]);
            }

            return;
        }
    }

    private sealed class DueOrder : IComparer<DueKey>
    {
        public static readonly DueOrder Instance = new();

        public int Compare(DueKey x, DueKey y)
        {
            int byTime = x.DueMs.CompareTo(y.DueMs);
            return byTime != 0 ? byTime : x.Key.AsSpan().SequenceCompareTo(y.Key);
        }
    }
}
