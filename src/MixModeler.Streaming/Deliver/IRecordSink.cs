namespace MixModeler.Streaming.Deliver;

/// <summary>
/// Where a task's outputs go. One sink per task: sending never blocks the caller on the network, and
/// <see cref="FlushAsync"/> tells when everything sent through this sink is safely in the log, in the order it was sent.
/// Owned by one thread at a time.
/// </summary>
public interface IRecordSink
{
    /// <param name="topic">Full topic name.</param>
    /// <param name="partition">Target partition, or <see cref="ByKey"/>.</param>
    /// <param name="key">May be empty.</param>
    /// <param name="value">Copied before the call returns.</param>
    void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <exception cref="TaskLostException">With <see cref="TaskLoss.OutputAway"/>: a record could not be delivered.</exception>
    Task FlushAsync(CancellationToken stop);

    /// <summary>The partition is chosen by the hash of the key.</summary>
    const int ByKey = -1;
}
