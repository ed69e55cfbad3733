using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Integration.Operate;

/// <summary>The control log in memory: what is flushed has been read by everybody.</summary>
internal sealed class MemoryControlLog(ControlLogFollower follower) : IRecordSink
{
    private readonly RecordBatch batch = new();
    private long end;

    /// <summary>Refuses what is sent from now on.</summary>
    public volatile bool IsAway;

    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!IsAway)
        {
            batch.Add(end++, 0, key, value);
        }
    }

    public Task FlushAsync(CancellationToken stop)
    {
        if (IsAway)
        {
            throw new TaskLostException(TaskLoss.OutputAway, "the test took the log away");
        }

        if (batch.Count > 0)
        {
            follower.Read(batch);
            batch.Clear();
        }

        return Task.CompletedTask;
    }
}
