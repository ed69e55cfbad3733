using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace MixModeler.Streaming.Wire;

/// <summary>Reads what <see cref="PackedWriter"/> wrote. Bytes that end too early throw <see cref="InvalidDataException"/>.</summary>
public ref struct PackedReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly int Remaining => rest.Length;

    public byte Byte() => Take(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public Hash128 Hash() => new(UInt64(), UInt64());

    public ulong VarUInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        ThrowMalformed("a varint has more than ten bytes");
        return 0;
    }

    public long VarInt()
    {
        ulong value = VarUInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> Raw(int count) => Take(count);

    public ReadOnlySpan<byte> Bytes()
    {
        ulong length = VarUInt();
        if (length > (ulong)rest.Length)
        {
            ThrowMalformed("a length points past the end");
        }

        return Take((int)length);
    }

    /// <summary>Reads a count and checks that so many items of at least <paramref name="itemBytesMin"/> can follow.</summary>
    public int Count(int itemBytesMin)
    {
        ulong count = VarUInt();
        if (count > (ulong)(rest.Length / Math.Max(1, itemBytesMin)))
        {
            ThrowMalformed("a count exceeds what the remaining bytes can hold");
        }

        return (int)count;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)rest.Length)
        {
            ThrowMalformed("the bytes end too early");
        }

        ReadOnlySpan<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    [DoesNotReturn]
    private static void ThrowMalformed(string what) => throw new InvalidDataException($"packed record: {what}");
}
