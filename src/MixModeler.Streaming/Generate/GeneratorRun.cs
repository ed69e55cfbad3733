using MixModeler.Streaming.Deliver;

namespace MixModeler.Streaming.Generate;

/// <summary>Sends a generator's records somewhere, at a pace or as fast as it takes them. One run at a time.</summary>
/// <param name="generator">Read to its end.</param>
/// <param name="pace">Null sends without waiting.</param>
public sealed class GeneratorRun(LumaGenerator generator, RecordPace? pace = null)
{
    // A chunk of some 450 kB: few writes, and what a sink must hold before the log has it stays small.
    private const int ChunkRecords = 1_024;

    // A sink is asked to be rid of everything this often, so that a slow log slows the generator down.
    private const int FlushRecords = 16_384;

    private long sent;

    /// <summary>Records handed over so far; may be read from another thread.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>One record a line. The stream is flushed, not closed.</summary>
    public async Task<GeneratorTotals> ToStreamAsync(Stream output, CancellationToken stop)
    {
        MemoryStream chunk = new();
        while (generator.Remaining > 0)
        {
            int records = FillLines(chunk, await NextChunkAsync(stop).ConfigureAwait(false));
            await output.WriteAsync(chunk.GetBuffer().AsMemory(0, (int)chunk.Length), stop).ConfigureAwait(false);
            if (pace is not null)
            {
                // Somebody is watching the lines as they come.
                await output.FlushAsync(stop).ConfigureAwait(false);
            }

            Handed(records);
        }

        await output.FlushAsync(stop).ConfigureAwait(false);
        return generator.Totals;
    }

    /// <summary>To a topic, partitions chosen by the visitor's id. Returns when everything is in the log.</summary>
    public async Task<GeneratorTotals> ToSinkAsync(IRecordSink sink, string topic, CancellationToken stop)
    {
        int unflushed = 0;
        while (generator.Remaining > 0)
        {
            int records = SendChunk(sink, topic, await NextChunkAsync(stop).ConfigureAwait(false));
            Handed(records);
            unflushed += records;
            if (unflushed >= FlushRecords)
            {
                await sink.FlushAsync(stop).ConfigureAwait(false);
                unflushed = 0;
            }
        }

        await sink.FlushAsync(stop).ConfigureAwait(false);
        return generator.Totals;
    }

    // How many records may go now.
    private async ValueTask<int> NextChunkAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (pace is null)
        {
            return ChunkRecords;
        }

        await pace.WaitAsync(stop).ConfigureAwait(false);
        return pace.Due(ChunkRecords);
    }

    private void Handed(int records)
    {
        pace?.Passed(records);
        Volatile.Write(ref sent, sent + records);
    }

    private int FillLines(MemoryStream chunk, int limit)
    {
        chunk.SetLength(0);
        int records = 0;
        while (records < limit && generator.TryNext(out GeneratedRecord record))
        {
            chunk.Write(record.Value);
            chunk.WriteByte((byte)'\n');
            records++;
        }

        return records;
    }

    private int SendChunk(IRecordSink sink, string topic, int limit)
    {
        int records = 0;
        while (records < limit && generator.TryNext(out GeneratedRecord record))
        {
            sink.Send(topic, IRecordSink.ByKey, record.Key, record.Value);
            records++;
        }

        return records;
    }
}
