using System.Threading.Channels;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming;

/// <summary>
/// One Kafka partition's worth of work, run by whoever holds the partition. The host calls <see cref="AcquireAsync"/> inside
/// the assignment of the current generation, seeks to the offset it returns, then feeds <see cref="RunAsync"/>.
/// </summary>
public interface IPartitionTask
{
    /// <summary>
    /// Everything before this offset is committed; -1 before the first acquire. Read from other threads, for lag and for the group's
    /// committed offset, which is only a hint.
    /// </summary>
    long CommittedOffset { get; }

    /// <summary>
    /// Takes a new epoch in the state store, which fences every earlier holder, and returns the offset to read from.
    /// </summary>
    /// <param name="earliestOffset">The oldest offset that the log still holds: where a task without state begins.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="TaskLostException">The store is away, or the state points before the log's oldest offset.</exception>
    Task<long> AcquireAsync(long earliestOffset, CancellationToken stop);

    /// <summary>
    /// Works until the channel completes (then everything read is committed) or the task is lost.
    /// </summary>
    /// <param name="batches">Consecutive batches of the partition, from the offset that was acquired.</param>
    /// <param name="recycle">Takes back a batch that is done with.</param>
    /// <param name="stop">Abandons at once: what is not committed will be replayed by the next holder.</param>
    /// <exception cref="TaskLostException">The cache must be dropped and the partition acquired anew or left.</exception>
    Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop);

    /// <summary>
    /// The channel is about to complete because the partition goes elsewhere: a task that holds still, with records in the channel
    /// that it must not work on now, ends at once. Called from another thread.
    /// </summary>
    void LetGo()
    {
    }
}
