using System.Buffers.Text;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MixModeler.Streaming.Edge.Front;

// Decision path. Writes answers into the pipe's own memory: one span for many answers, advanced once.
internal ref struct FrontWriter(PipeWriter output)
{
    // A block of the transport's pool.
    private const int SpanBytes = 4_096 - 64;
    private const int NumberBytesMax = 20;

    private readonly PipeWriter output = output;
    private Span<byte> span;
    private int used;
    private int committed;

    // Bytes written since this writer began.
    public readonly int Written => committed + used;

    // Room for so many bytes; Advance says how many were used.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int bytes)
    {
        if (span.Length - used < bytes)
        {
            NextSpan(bytes);
        }

        return span[used..];
    }

    public void Advance(int bytes) => used += bytes;

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        used += bytes.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(NumberBytesMax), out int written);
        used += written;
    }

    public void Commit()
    {
        if (used > 0)
        {
            output.Advance(used);
            committed += used;
            used = 0;
            span = default;
        }
    }

    private void NextSpan(int bytes)
    {
        Commit();
        span = output.GetSpan(Math.Max(bytes, 1));
        if (span.Length < bytes)
        {
            span = output.GetSpan(Math.Max(bytes, SpanBytes));
        }
    }
}
