using System.Collections.Immutable;

namespace MixModeler.Streaming.Kafka;

/// <summary>What a host does with its partitions, at one moment.</summary>
/// <param name="Partitions">In order of partition.</param>
/// <param name="Problem">The most urgent one, as a sentence; null when all is well.</param>
public sealed record HostStatus(ImmutableArray<PartitionStatus> Partitions, string? Problem);

/// <param name="Partition">Number of the partition.</param>
/// <param name="State">What its task is doing.</param>
/// <param name="NextOffset">Everything before it is committed; -1 while unknown.</param>
/// <param name="HighWatermark">Where the log ends, as far as is known; -1 while unknown.</param>
/// <param name="LastProblem">Why the task was lost last; null if it never was.</param>
public sealed record PartitionStatus(int Partition, PartitionState State, long NextOffset, long HighWatermark, string? LastProblem)
{
    /// <summary>Records that wait; 0 while unknown.</summary>
    public long Lag => NextOffset < 0 || HighWatermark < 0 ? 0 : Math.Max(HighWatermark - NextOffset, 0);
}

/// <summary>Where an assigned partition stands.</summary>
public enum PartitionState
{
    /// <summary>Takes its epoch and learns where to begin.</summary>
    Acquiring,

    Running,

    /// <summary>Lost its task; will acquire again in a moment.</summary>
    BackingOff,

    /// <summary>Somebody else holds a later epoch: the host leaves the group and joins again.</summary>
    Fenced,

    /// <summary>The log does not hold what the state asks for. Stands still until an operator decides.</summary>
    Stopped,
}
