using System.Buffers.Binary;

namespace MixModeler.Streaming.Wire;

/// <summary>
/// A growable buffer of packed values: fixed-width little-endian numbers, LEB128 varints, zig-zag for signed ones, bytes with
/// a length in front. Reused by clearing; owned by one thread.
/// </summary>
public sealed class PackedWriter
{
    private byte[] buffer;

    public PackedWriter(int capacityBytes = 256) => buffer = new byte[capacityBytes];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Drops what was written after <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = Math.Min(length, Length);

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Reserve(8), value);

    public void Hash(Hash128 value)
    {
        UInt64(value.High);
        UInt64(value.Low);
    }

    public void VarUInt(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>Small numbers of either sign take few bytes: 0, -1, 1, -2 … become 0, 1, 2, 3 …</summary>
    public void VarInt(long value) => VarUInt((ulong)((value << 1) ^ (value >> 63)));

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        VarUInt((ulong)bytes.Length);
        Raw(bytes);
    }

    /// <summary>Room for a writer that tells afterwards, by <see cref="Took"/>, how much of it was used.</summary>
    public Span<byte> Room(int bytesMax)
    {
        Span<byte> room = Reserve(bytesMax);
        Length -= bytesMax;
        return room;
    }

    public void Took(int bytes) => Length += bytes;

    /// <summary>Overwrites four bytes written earlier, for a length that is known only afterwards.</summary>
    public void PatchUInt32(int position, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(position, 4), value);

    private Span<byte> Reserve(int bytes)
    {
        if (Length + bytes > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + bytes));
        }

        Span<byte> room = buffer.AsSpan(Length, bytes);
        Length += bytes;
        return room;
    }
}
