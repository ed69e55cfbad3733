using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace MixModeler.Streaming.Wire;

/// <summary>
/// Takes frames off a stream of bytes, however it was cut. One reader per connection, owned by its loop.
/// </summary>
public sealed class FrameReader
{
    private byte[] joined = [];

    /// <summary>
    /// Takes the next whole frame off <paramref name="input"/>; false while it has not arrived completely.
    /// </summary>
    /// <param name="input">What has arrived; moved behind the frame.</param>
    /// <param name="kind">What the frame carries.</param>
    /// <param name="payload">Valid until the next call and as long as the input's memory is.</param>
    /// <exception cref="InvalidDataException">These bytes are no frame: the connection cannot be used any further.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out FrameKind kind, out ReadOnlyMemory<byte> payload)
    {
        kind = default;
        payload = default;
        if (input.Length < Frame.HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[Frame.HeaderBytes];
        input.Slice(0, Frame.HeaderBytes).CopyTo(header);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length > Frame.PayloadBytesMax)
        {
            ThrowMalformed($"{length} bytes are announced, at most {Frame.PayloadBytesMax} are allowed");
        }

        kind = (FrameKind)header[4];
        if (kind is < FrameKind.Hello or > FrameKind.DecisionsAck)
        {
            ThrowMalformed($"kind {header[4]} is unknown");
        }

        int checkedBytes = Frame.HeaderBytes + (int)length;
        int frameBytes = checkedBytes + Frame.TrailerBytes;
        if (input.Length < frameBytes)
        {
            return false;
        }

        ReadOnlyMemory<byte> frame = Joined(input.Slice(0, frameBytes), frameBytes);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(frame.Span[checkedBytes..]);
        if (Crc32C.Of(frame.Span[..checkedBytes]) != expected)
        {
            ThrowMalformed("the checksum does not fit");
        }

        payload = frame[Frame.HeaderBytes..checkedBytes];
        input = input.Slice(frameBytes);
        return true;
    }

    private ReadOnlyMemory<byte> Joined(ReadOnlySequence<byte> bytes, int length)
    {
        if (bytes.IsSingleSegment)
        {
            return bytes.First;
        }

        if (joined.Length < length)
        {
            joined = new byte[Math.Max(length, joined.Length * 2)];
        }

        bytes.CopyTo(joined);
        return joined.AsMemory(0, length);
    }

    [DoesNotReturn]
    private static void ThrowMalformed(string what) => throw new InvalidDataException($"push link: {what}");
}
