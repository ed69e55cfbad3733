using System.Buffers;
using System.Buffers.Binary;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Wire;

public sealed class FrameTests
{
    private static readonly byte[] TwoFrames = Written((FrameKind.Plan, "a plan"u8.ToArray()), (FrameKind.SnapshotEnd, []));

    [Fact]
    public void Frames_read_the_same_however_the_bytes_were_cut()
    {
        for (int first = 0; first <= TwoFrames.Length; first++)
        {
            for (int second = first; second <= TwoFrames.Length; second++)
            {
                ReadOnlySequence<byte> input = Cut(TwoFrames, first, second);
                FrameReader reader = new();
                Assert.True(reader.TryRead(ref input, out FrameKind kind, out ReadOnlyMemory<byte> payload));
                Assert.Equal(FrameKind.Plan, kind);
                Assert.Equal("a plan"u8, payload.Span);
                Assert.True(reader.TryRead(ref input, out kind, out payload));
                Assert.Equal(FrameKind.SnapshotEnd, kind);
                Assert.True(payload.IsEmpty);
                Assert.True(input.IsEmpty);
            }
        }
    }

    [Fact]
    public void A_frame_that_has_not_arrived_completely_is_left_where_it_is()
    {
        byte[] frame = Written((FrameKind.Rows, "rows"u8.ToArray()));
        for (int length = 0; length < frame.Length; length++)
        {
            ReadOnlySequence<byte> input = new(frame, 0, length);
            Assert.False(new FrameReader().TryRead(ref input, out _, out _));
            Assert.Equal(length, input.Length);
        }
    }

    [Fact]
    public void A_single_wrong_bit_never_passes_for_a_frame()
    {
        byte[] frame = Written((FrameKind.Model, "some model or other"u8.ToArray()));
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] broken = [.. frame];
            broken[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadOnlySequence<byte> input = new(broken);
            try
            {
                // A length that became larger waits for more; that is no acceptance.
                Assert.False(new FrameReader().TryRead(ref input, out _, out _));
            }
            catch (InvalidDataException)
            {
                continue;
            }
        }
    }

    [Fact]
    public void A_length_beyond_the_limit_is_refused_before_anything_is_kept_for_it()
    {
        byte[] header = [0, 0, 0, 0, (byte)FrameKind.Rows];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Frame.PayloadBytesMax + 1);
        ReadOnlySequence<byte> input = new(header);
        Assert.Throws<InvalidDataException>(() => new FrameReader().TryRead(ref input, out _, out _));
    }

    private static byte[] Written(params (FrameKind Kind, byte[] Payload)[] frames)
    {
        ArrayBufferWriter<byte> output = new();
        foreach ((FrameKind kind, byte[] payload) in frames)
        {
            Frame.Write(output, kind, payload);
        }

        return output.WrittenSpan.ToArray();
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int first, int second)
    {
        Piece start = new(bytes.AsMemory(0, first), null);
        Piece middle = new(bytes.AsMemory(first, second - first), start);
        Piece end = new(bytes.AsMemory(second), middle);
        return new ReadOnlySequence<byte>(start, 0, end, end.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
