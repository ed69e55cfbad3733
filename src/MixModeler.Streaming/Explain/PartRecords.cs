using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Which records of a log made a part of the table: each is given to a task of the dataset, over memory, and asked which parts it
/// changed. So there is no second opinion of what belongs where. Costs as much as harmonizing the records does.
/// </summary>
public static class PartRecords
{
    /// <param name="plan">The topology.</param>
    /// <param name="dataset">Whose part.</param>
    /// <param name="partition">Of the topic.</param>
    /// <param name="partKey">The key of its state record without its first byte, as 32 hex digits.</param>
    /// <param name="records">In their order.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<List<StoredRecord>> ChooseAsync(
        TopologyPlan plan, DatasetPlan dataset, int partition, string partKey, IEnumerable<StoredRecord> records, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(partKey);
        ArgumentNullException.ThrowIfNull(records);
        byte[] hash = Convert.FromHexString(partKey);
        MemoryStateStore store = new();
        using HarmonizeTask task = DatasetWork.TaskOf(plan, dataset, partition, store, new Silence());
        RecordBatch batch = new();
        List<StoredRecord> chosen = [];
        bool isFirst = true;
        foreach (StoredRecord record in records)
        {
            if (isFirst)
            {
                await task.AcquireAsync(record.Offset, stop);
                isFirst = false;
            }

            batch.Clear();
            batch.Add(record.Offset, record.TimestampMs, record.Key, record.Value);
            Channel<RecordBatch> one = Channel.CreateUnbounded<RecordBatch>();
            one.Writer.TryWrite(batch);
            one.Writer.Complete();
            await task.RunAsync(one.Reader, static _ => { }, stop);
            DueKey[] changed = await store.LoadDueAsync(record.Offset - 1, record.Offset, 8, stop);
            if (changed.Any(key => TableRecord.IsPart(key.Key) && key.Key.AsSpan(1).SequenceEqual(hash)))
            {
                chosen.Add(record);
            }
        }

        return chosen;
    }

    private sealed class Silence : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
