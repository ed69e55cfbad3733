using System.Text;
using System.Text.Unicode;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>
/// Rows of a file one after the other, in bounded memory whatever the file holds. What breaks the rules is a row with a fault, and
/// reading goes on behind it: after its line where a quote is to blame, since it is not known what that quote swallowed.
/// </summary>
/// <remarks>
/// A reader of our own, because none that hands out texts can tell the byte offset at which a run is resumed, keep the bytes as
/// they were for a dead letter, say of each row alone that it is no UTF-8, or pass by a line of 200 MB without holding it.
/// </remarks>
internal sealed class RowSplitter : IDisposable
{
    /// <summary>A record has to fit into a message, and those are 1 MB unless a broker was told otherwise.</summary>
    public const int RowBytesMax = 1_024 * 1_024;

    // Of a longer line this much is kept to be shown; see DeadLetter.ValueBytesMax.
    private const int KeptBytesMax = 512 * 1_024;
    private const int WindowBytesMax = RowBytesMax + 2;

    private readonly RowBuffer buffer;
    private RowScan scan = new(null);
    private long line = 1;

    public RowSplitter(Stream input, long watchedOffset = -1) => buffer = new RowBuffer(input, watchedOffset);

    /// <summary>The row that was read last.</summary>
    public FileRow Row { get; private set; }

    /// <inheritdoc cref="RowBuffer.WatchedHash"/>
    public string? WatchedHash => buffer.WatchedHash;

    /// <summary>Of everything up to the end of the row that was read last.</summary>
    public string ConsumedHash => buffer.ConsumedHash;

    internal int Capacity => buffer.Capacity;

    /// <summary>The first line that is not blank, or so much of it, without a byte order mark; nothing is read by it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int bytesMax, CancellationToken stop)
    {
        while (!buffer.IsEnded && buffer.Span.Length < bytesMax && buffer.Span.TrimStart("\r\n \t"u8).IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            await buffer.FillAsync(stop).ConfigureAwait(false);
        }

        if (buffer.Offset == 0 && buffer.Span.StartsWith("\uFEFF"u8))
        {
            buffer.Consume(3);
        }

        return buffer.Memory[..Math.Min(bytesMax, buffer.Memory.Length)];
    }

    /// <summary>From the next row on, fields are separated by this and may be quoted.</summary>
    public void Delimit(byte delimiter) => scan = new RowScan(delimiter);

    /// <summary>The next row; false at the end of the file.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken stop)
    {
        scan.Restart();
        while (true)
        {
            if (scan.Finds(Window(out bool isAll).Span, isAll && buffer.IsEnded) && scan.ContentBytes <= RowBytesMax)
            {
                Take();
                return true;
            }

            if (isAll && buffer.IsEnded && buffer.Span.IsEmpty)
            {
                return false;
            }

            if (!isAll || scan.ContentBytes > RowBytesMax)
            {
                await TakeTooLongAsync(stop).ConfigureAwait(false);
                return true;
            }

            await buffer.FillAsync(stop).ConfigureAwait(false);
        }
    }

    public void Dispose() => buffer.Dispose();

    // Independent of how much happens to be buffered, so that a file has the same rows however it is read.
    private ReadOnlyMemory<byte> Window(out bool isAll)
    {
        isAll = buffer.Memory.Length < WindowBytesMax;
        return isAll ? buffer.Memory : buffer.Memory[..WindowBytesMax];
    }

    private void Take()
    {
        ReadOnlyMemory<byte> bytes = buffer.Memory[..scan.ContentBytes];
        RowFault? fault = scan.FaultAt >= 0 ? RowFault.At(line, buffer.Span, scan.FaultAt, scan.FaultSentence) : TextFault(bytes.Span);
        long ends = (scan.TotalBytes > scan.ContentBytes ? 1 : 0) + (scan.IsOverLines ? RowScan.LineEnds(bytes.Span) : 0);
        long offset = buffer.Offset;
        buffer.Consume(scan.TotalBytes);
        Row = new FileRow(line, offset, offset + scan.ContentBytes, buffer.Offset, bytes, fault);
        line += ends;
    }

    private RowFault? TextFault(ReadOnlySpan<byte> row)
    {
        int nul = row.IndexOf((byte)0);
        if (nul >= 0)
        {
            return RowFault.At(line, row, nul, "a NUL byte is no text");
        }

        if (Utf8.IsValid(row))
        {
            return null;
        }

        int at = 0;
        while (Rune.DecodeFromUtf8(row[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return RowFault.At(line, row, at, $"the byte 0x{row[at]:X2} is no UTF-8 here; --encoding names another encoding");
    }

    private async ValueTask TakeTooLongAsync(CancellationToken stop)
    {
        if (scan.IsOverLines)
        {
            scan.EndAtFirstLine(buffer.Span, "the quote that opens here is not closed within 1 MiB");
            Take();
            return;
        }

        RowFault fault = new(line, 1, "the line is longer than 1 MiB");
        byte[] kept = buffer.Span[..KeptBytesMax].ToArray();
        long offset = buffer.Offset;
        while (true)
        {
            ReadOnlySpan<byte> ahead = buffer.Span;
            int found = ahead.IndexOfAny((byte)'\n', (byte)'\r');
            bool isKnown = found >= 0 && (ahead[found] == '\n' || found + 1 < ahead.Length || buffer.IsEnded);
            buffer.Consume(found < 0 ? ahead.Length : found);
            if (isKnown || (buffer.IsEnded && buffer.Span.IsEmpty))
            {
                break;
            }

            await buffer.FillAsync(stop).ConfigureAwait(false);
        }

        long contentEnd = buffer.Offset;
        ReadOnlySpan<byte> end = buffer.Span;
        buffer.Consume(end.IsEmpty ? 0 : end[0] == '\r' && end.Length > 1 && end[1] == '\n' ? 2 : 1);
        Row = new FileRow(line, offset, contentEnd, buffer.Offset, kept, fault);
        line++;
    }
}
