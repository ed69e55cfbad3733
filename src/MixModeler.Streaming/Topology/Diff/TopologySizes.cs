using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>How large the state and the logs of a running topology are: what an estimate starts from.</summary>
public sealed record TopologySizes
{
    /// <summary>Of the events topic.</summary>
    public ImmutableArray<PartitionSize> Partitions { get; init; } = [];

    /// <summary>The logs that datasets are made from, by topic; keys and bytes stay 0.</summary>
    public ImmutableDictionary<string, ImmutableArray<PartitionSize>> Topics { get; init; } = ImmutableDictionary<string, ImmutableArray<PartitionSize>>.Empty;

    /// <summary>The training topic's partition and the learner's record; null where nothing is learned.</summary>
    public PartitionSize? Training { get; init; }

    /// <summary>Features in a visitor's row of the version that runs.</summary>
    public int Features { get; init; }

    /// <summary>Events that one shadow lane was measured to replay in a second; 0 = not measured.</summary>
    public double ReplayEventsPerSecond { get; init; }

    /// <summary>Examples that a shadow learner was measured to learn in a second; 0 = not measured.</summary>
    public double ReplayExamplesPerSecond { get; init; }

    /// <summary>What a commit took lately, 99th percentile.</summary>
    public double CommitMs { get; init; }

    /// <summary>What one multi-get of a batch's visitors took lately, 99th percentile.</summary>
    public double LoadMs { get; init; }
}

/// <summary>One partition: its state in the store, and its log.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Keys">Visitors with state.</param>
/// <param name="Bytes">Of their records.</param>
/// <param name="OldestOffset">That the log still holds.</param>
/// <param name="NewestOffset">One behind the last record.</param>
/// <param name="IsExact">False where keys and bytes were extrapolated.</param>
public sealed record PartitionSize(int Partition, long Keys, long Bytes, long OldestOffset, long NewestOffset, bool IsExact = true);
