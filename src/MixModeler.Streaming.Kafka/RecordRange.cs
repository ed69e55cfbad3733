using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Kafka;

/// <summary>
/// The retained records of a topic in an order that every reading repeats: a batch of each partition in turn. What arrives
/// while it is read is not part of it.
/// </summary>
public static class RecordRange
{
    /// <param name="reader">Reads the log.</param>
    /// <param name="topic">Full name.</param>
    /// <param name="fromMs">Only records whose own timestamp is not before this; null = from the oldest.</param>
    /// <param name="toMs">Only records before this; null = to the newest.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Batches; each is valid until the next is asked for.</returns>
    /// <exception cref="InvalidOperationException">The topic does not exist, or no broker answers.</exception>
    public static IEnumerable<RecordBatch> Read(LogReader reader, string topic, long? fromMs, long? toMs, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(reader);
        int partitions = reader.Partitions(topic);
        if (partitions == 0)
        {
            throw new InvalidOperationException($"There is no topic {topic}.");
        }

        List<(int Partition, IEnumerator<LogRecord> Records)> open =
        [
            .. Enumerable.Range(0, partitions).Select(p => (p, reader.Read(topic, p, 0, reader.Bounds(topic, p).High, stop).GetEnumerator())),
        ];
        RecordBatch batch = new();
        try
        {
            while (open.Count > 0)
            {
                for (int i = 0; i < open.Count; i++)
                {
                    batch.Clear();
                    batch.Partition = open[i].Partition;
                    bool more = Fill(batch, open[i].Records, fromMs, toMs);
                    if (batch.Count > 0)
                    {
                        yield return batch;
                    }

                    if (!more)
                    {
                        open[i].Records.Dispose();
                        open.RemoveAt(i--);
                    }
                }
            }
        }
        finally
        {
            open.ForEach(one => one.Records.Dispose());
        }
    }

    private static bool Fill(RecordBatch batch, IEnumerator<LogRecord> records, long? fromMs, long? toMs)
    {
        while (!batch.IsFull)
        {
            if (!records.MoveNext())
            {
                return false;
            }

            LogRecord record = records.Current;
            if (!(record.TimestampMs < fromMs) && !(record.TimestampMs >= toMs))
            {
                batch.Add(record.Offset, record.TimestampMs, record.Key.Span, record.Value.Span);
            }
        }

        return true;
    }
}
