using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming;

/// <summary>What a task needs to run the next version of a topology beside the present one, over the log that is still there.</summary>
public interface IShadowLanes
{
    /// <summary>The state of the shadow lane of a change; the same for whoever holds the partition.</summary>
    IStateStore StoreOf(string changeId, int partition);

    /// <summary>Offset of the oldest record that the partition still holds.</summary>
    Task<long> OldestAsync(int partition, CancellationToken stop);

    /// <summary>The partition's log from this offset on, or from the oldest record where that is gone.</summary>
    ILogCursor Read(int partition, long fromOffset);

    /// <summary>
    /// Where the outputs of the two versions are compared, from this offset on; null where nobody wants to know.
    /// </summary>
    IVersionComparison? Compare(string changeId, int partition, long fromOffset);
}

/// <summary>Reads one partition of a log forwards, independently of any group.</summary>
public interface ILogCursor : IAsyncDisposable
{
    /// <summary>
    /// The next records below an offset, at least one; the offset must exist or be about to. The batch is the caller's.
    /// </summary>
    ValueTask<RecordBatch> ReadAsync(long belowOffset, CancellationToken stop);

    /// <summary>Takes back a batch that is done with. From any thread.</summary>
    void Return(RecordBatch batch);
}
