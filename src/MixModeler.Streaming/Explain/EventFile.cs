using System.Runtime.CompilerServices;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Explain;

/// <summary>A file of events, one a line, as the records of a single partition; a line's number minus one is its offset.</summary>
public static class EventFile
{
    // The end of the year 9999: lines have no time of arrival, so nothing counts as lying in the future.
    private const long TimestampMs = 253_402_300_799_000;

    /// <summary>Each batch is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(Stream input, [EnumeratorCancellation] CancellationToken stop)
    {
        LineReader lines = new(input);
        RecordBatch batch = new();
        long offset = 0;
        while (await lines.ReadAsync(stop) is { } line)
        {
            batch.Add(offset++, TimestampMs, [], line.Span);
            if (batch.IsFull)
            {
                yield return batch;
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
