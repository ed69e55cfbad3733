namespace MixModeler.Streaming.Observe;

/// <summary>Where a task stood at its last commit: an immutable snapshot for whoever watches.</summary>
public sealed class TaskProgress(int partition, string version, long nextOffset, long newestMs, OffsetLedger ledger, TaskTotals totals)
{
    public int Partition { get; } = partition;

    /// <summary>Version of the topology that the state belongs to.</summary>
    public string Version { get; } = version;

    public long NextOffset { get; } = nextOffset;

    /// <summary>Newest event time of the partition, ms since 1970.</summary>
    public long NewestMs { get; } = newestMs;

    public long Applied { get; } = ledger.Applied;

    public long Lost { get; } = ledger.Lost;

    public long Duplicated { get; } = ledger.Duplicated;

    public TaskTotals Totals { get; } = totals.Copy();
}
