using System.Collections.Immutable;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>Where the harmonized table of a topology comes from: what engines keep in Redis, or a run in memory. Thread-safe.</summary>
public interface IHarmonizedSource
{
    /// <summary>The version that runs.</summary>
    TopologyPlan Plan { get; }

    /// <summary>The table, brought up to what is committed, a blink of an eye ago at most.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    Task<HarmonizedTable> LookAsync(CancellationToken stop);

    /// <summary>How far every version of every dataset is.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    /// <exception cref="InvalidOperationException">The log cannot be read.</exception>
    Task<IReadOnlyList<DatasetStanding>> StandingsAsync(CancellationToken stop);

    /// <summary>The records that made a part of the table, as far as the log still has them.</summary>
    /// <param name="part">Which.</param>
    /// <param name="recordsMax">How many records are looked through.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="InvalidOperationException">The log cannot be read.</exception>
    Task<IReadOnlyList<StoredRecord>> RecordsAsync(LineagePart part, int recordsMax, CancellationToken stop);
}

/// <summary>How far one version of a dataset is.</summary>
/// <param name="Dataset">As this version declares it.</param>
/// <param name="IsShown">False while it is made beside the version that is shown.</param>
/// <param name="Began">When its state began: when a rule was changed last. Null where nobody knows.</param>
/// <param name="Partitions">In their order.</param>
public sealed record DatasetStanding(DatasetPlan Dataset, bool IsShown, DateTimeOffset? Began, ImmutableArray<PartitionStanding> Partitions);

/// <summary>How far a partition of it is.</summary>
/// <param name="Partition">Of its topic.</param>
/// <param name="NextOffset">Everything before is harmonized.</param>
/// <param name="Low">The oldest offset of the log.</param>
/// <param name="High">The end of the log.</param>
/// <param name="Target">Where it has to be before it may be shown.</param>
/// <param name="Progress">As of its last commit; null before.</param>
public sealed record PartitionStanding(int Partition, long NextOffset, long Low, long High, long Target, DatasetProgress? Progress);

/// <summary>A record of a log, as it came.</summary>
public sealed record StoredRecord(string Topic, int Partition, long Offset, long TimestampMs, byte[] Key, byte[] Value);
