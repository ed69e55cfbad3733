using System.Collections.Concurrent;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Kafka;

// Batches go back and forth between the polling thread and the tasks; as many exist as were ever out at once.
internal sealed class BatchPool
{
    private readonly ConcurrentBag<RecordBatch> idle = [];

    public RecordBatch Rent(int partition)
    {
        RecordBatch batch = idle.TryTake(out RecordBatch? used) ? used : new RecordBatch();
        batch.Partition = partition;
        return batch;
    }

    public void Return(RecordBatch batch)
    {
        batch.Clear();
        idle.Add(batch);
    }
}
