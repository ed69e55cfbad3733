using System.Buffers;
using System.IO.Pipelines;

namespace MixModeler.Streaming.Ingest;

/// <summary>
/// Lines of a stream without their end, empty ones included, in bounded memory: of a line longer than
/// <see cref="LineBytesMax"/> only that much is given, which no parser will take for a whole document.
/// </summary>
public sealed class LineReader(Stream input)
{
    /// <summary>Kafka's own limit of a record is 1 MB unless raised.</summary>
    public const int LineBytesMax = 16 * 1_024 * 1_024;

    private readonly PipeReader pipe = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 * 1_024));
    private byte[] line = new byte[4_096];
    private int lineBytes;

    /// <summary>The next line, valid until the next call; null at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken stop)
    {
        lineBytes = 0;
        bool began = false;
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(stop);
            SequencePosition? end = read.Buffer.PositionOf((byte)'\n');
            if (end is { } at)
            {
                Keep(read.Buffer.Slice(0, at));
                pipe.AdvanceTo(read.Buffer.GetPosition(1, at));
                return WithoutReturn();
            }

            began |= !read.Buffer.IsEmpty;
            Keep(read.Buffer);
            pipe.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                // The cast matters: a bare null would become an empty line.
                return began ? WithoutReturn() : (ReadOnlyMemory<byte>?)null;
            }
        }
    }

    private void Keep(ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            int take = Math.Min(piece.Length, LineBytesMax - lineBytes);
            if (lineBytes + take > line.Length)
            {
                Array.Resize(ref line, Math.Max(line.Length * 2, lineBytes + take));
            }

            piece.Span[..take].CopyTo(line.AsSpan(lineBytes));
            lineBytes += take;
        }
    }

    private ReadOnlyMemory<byte> WithoutReturn() =>
        line.AsMemory(0, lineBytes > 0 && line[lineBytes - 1] == '\r' ? lineBytes - 1 : lineBytes);
}
