namespace MixModeler.Streaming.Tests.Ingest;

/// <summary>Bytes in pieces that end where they are told to; optionally a source that makes them up.</summary>
internal sealed class PiecewiseStream(long length, Func<long, byte> byteAt, Func<long, int> pieceAt) : Stream
{
    private long position;

    public static PiecewiseStream Cut(byte[] bytes, int at) => new(bytes.Length, i => bytes[i], i => (int)(i < at ? at - i : bytes.Length - i));

    public static PiecewiseStream ByteByByte(byte[] bytes) => new(bytes.Length, i => bytes[i], _ => 1);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int take = (int)Math.Min(length - position, Math.Min(buffer.Length, pieceAt(position)));
        for (int i = 0; i < take; i++)
        {
            buffer[i] = byteAt(position + i);
        }

        position += take;
        return take;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
