using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Deliver;

/// <summary>
/// Sends the rows of one file to a topic, and those that are none to the dead letters. Dying at any moment and beginning again
/// leaves the same set of records: ids and keys are functions of the file, and what was acknowledged is not sent again.
/// </summary>
/// <param name="form">How rows become records.</param>
/// <param name="plan">Tells whose events are; null where no topology is known.</param>
/// <param name="sink">Null only reads.</param>
/// <param name="options">Names and places.</param>
public sealed class FileDelivery(RecordForm form, TopologyPlan? plan, IRecordSink? sink, FileDeliveryOptions options)
{
    // As much may be sent a second time after a death; and a progress file for each.
    private const int UnacknowledgedRowsMax = 5_000;
    private const long UnacknowledgedBytesMax = 8 * 1_024 * 1_024;

    private long rows;
    private long sent;
    private long refused;
    private long skipped;
    private long bytes;
    private long? resumedAt;
    private int openRows;
    private long openBytes;

    /// <summary>So far, or at the end.</summary>
    public FileTotals Totals => new(rows, sent, refused, skipped, bytes, resumedAt);

    /// <summary>The read part was another one at an earlier run.</summary>
    public bool WasChanged { get; private set; }

    /// <param name="open">The file from its beginning, as UTF-8; asked for again where it proves to have changed.</param>
    /// <param name="known">What an earlier run acknowledged; null for a first one.</param>
    /// <param name="stop">Gives up; what was acknowledged stays so.</param>
    /// <returns>Why nothing of the file can be read; null where it was read to its end.</returns>
    /// <exception cref="TaskLostException">What was sent could not be delivered; run it again.</exception>
    public async Task<RowFault?> RunAsync(Func<Stream> open, FileProgress? known, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(open);
        (bool isSame, RowFault? fault) = await PassAsync(open, known, stop).ConfigureAwait(false);
        if (!isSame)
        {
            WasChanged = true;
            (rows, skipped, bytes, resumedAt) = (0, 0, 0, null);
            (_, fault) = await PassAsync(open, null, stop).ConfigureAwait(false);
        }

        return fault;
    }

    private async Task<(bool IsSame, RowFault? Fault)> PassAsync(Func<Stream> open, FileProgress? known, CancellationToken stop)
    {
        using Stream input = open();
        RowNaming naming = new(form, RowNaming.ReaderOf(form, plan));
        using RowFile file = await RowFile.OpenAsync(input, known?.Bytes ?? -1, naming, options.Delimiter, stop).ConfigureAwait(false);
        if (file.Records is not { } records)
        {
            // A file that cannot be read at all is not the one that was.
            return (known is null || file.Fault is not null, file.Fault);
        }

        using DeadLetter letters = new();
        bool isBehind = known is not null;
        while (await file.ReadAsync(stop).ConfigureAwait(false))
        {
            if (isBehind && file.Row.ContentEnd > known!.Bytes)
            {
                if (file.WatchedHash != known.Hash || file.Row.Offset < known.Bytes)
                {
                    return (false, null);
                }

                (isBehind, resumedAt) = (false, known.Bytes);
            }

            bytes = file.Row.End;
            RowFault? fault = records.Read(file.Row);
            Take(file.Row, fault, records, isBehind || file.Row.Line < options.FromLine, letters);
            if (openRows >= UnacknowledgedRowsMax || openBytes >= UnacknowledgedBytesMax)
            {
                await AcknowledgeAsync(file, stop).ConfigureAwait(false);
            }
        }

        if (isBehind)
        {
            if (file.WatchedHash != known!.Hash)
            {
                return (false, null);
            }

            resumedAt = known.Bytes;
        }

        await AcknowledgeAsync(file, stop).ConfigureAwait(false);
        return (true, null);
    }

    private void Take(in FileRow row, RowFault? fault, IRowRecords records, bool isPassed, DeadLetter letters)
    {
        openRows++;
        if (fault is null && records.IsEmpty)
        {
            return;
        }

        rows++;
        if (isPassed)
        {
            skipped++;
            return;
        }

        openBytes += row.Bytes.Length;
        if (fault is null)
        {
            sent++;
            sink?.Send(form.Topic, IRecordSink.ByKey, System.Text.Encoding.UTF8.GetBytes(records.Key), records.Value);
            return;
        }

        refused++;
        string place = $"{options.Name}:{fault.Line}:{fault.Column}: {fault.Sentence}";
        options.Refused?.Invoke(place);
        // Not a place of the topic: the offset is the file's, and the node says so.
        ReadOnlySpan<byte> letter = letters.Write(
            records.FaultReason,
            place,
            form.Topic,
            0,
            row.Offset,
            options.TimestampMs,
            row.Bytes.Span,
            DeadLetter.NodeOfFile(options.Name),
            null,
            row.FullBytes);
        sink?.Send(options.DeadLetterTopic, IRecordSink.ByKey, [], letter);
    }

    private async Task AcknowledgeAsync(RowFile file, CancellationToken stop)
    {
        (openRows, openBytes) = (0, 0);
        if (sink is not null)
        {
            await sink.FlushAsync(stop).ConfigureAwait(false);
            if (file.Row.End > 0)
            {
                options.Acknowledged?.Invoke(new FileProgress
                {
                    File = options.Name,
                    Topic = form.Topic,
                    Naming = form.Naming,
                    Bytes = file.Row.End,
                    Hash = file.ConsumedHash,
                    Sent = sent,
                    Refused = refused,
                });
            }
        }

        options.Progressed?.Invoke(Totals);
    }
}

/// <summary>What became of a file's rows. Each is sent, refused or skipped: sent by an earlier run, or before the line to begin at.</summary>
/// <param name="Rows">Rows that hold something, without the header.</param>
/// <param name="Sent">Records sent by this run.</param>
/// <param name="Refused">Dead letters sent by this run.</param>
/// <param name="Skipped">Rows that were only read.</param>
/// <param name="Bytes">Of the file, as UTF-8.</param>
/// <param name="ResumedAt">Bytes that an earlier run had acknowledged; null where this began at the beginning.</param>
public sealed record FileTotals(long Rows, long Sent, long Refused, long Skipped, long Bytes, long? ResumedAt);

/// <summary>How a file is sent.</summary>
public sealed record FileDeliveryOptions
{
    /// <summary>As dead letters and messages call the file.</summary>
    public required string Name { get; init; }

    public string DeadLetterTopic { get; init; } = "mm.deadletter";

    /// <summary>Between the fields of a CSV file; null finds it out.</summary>
    public byte? Delimiter { get; init; }

    /// <summary>Rows that begin in an earlier line are only read.</summary>
    public long FromLine { get; init; }

    /// <summary>Of the dead letters' records; the file's own time makes a second run write the same.</summary>
    public long TimestampMs { get; init; }

    /// <summary>Told of every refused row, `FILE:LINE:COLUMN: sentence`.</summary>
    public Action<string>? Refused { get; init; }

    /// <summary>Told when all before it arrived.</summary>
    public Action<FileProgress>? Acknowledged { get; init; }

    /// <summary>Told now and then.</summary>
    public Action<FileTotals>? Progressed { get; init; }
}
