using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>What row and cell records have in common: the frame with its checksum, amounts, dimensions.</summary>
internal static class PartPacking
{
    public const byte Format = 1;
    public const byte Row = 1;
    public const byte Tombstone = 2;
    public const byte Cell = 3;
    public const byte Identities = 4;

    private const int ChecksumBytes = 4;

    public static void Begin(PackedWriter writer, byte kind)
    {
        writer.Clear();
        writer.Byte(Format);
        writer.Byte(kind);
    }

    public static void End(PackedWriter writer) => writer.UInt32(Crc32C.Of(writer.Written));

    /// <summary>A reader behind format and kind, to the end before the checksum.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such record, or are damaged.</exception>
    public static PackedReader Open(ReadOnlySpan<byte> record, out byte kind)
    {
        if (record.Length < 2 + ChecksumBytes || record[0] != Format)
        {
            throw new InvalidDataException($"a dataset's record has format {(record.IsEmpty ? -1 : record[0])}, this engine reads {Format}");
        }

        PackedReader tail = new(record[^ChecksumBytes..]);
        if (tail.UInt32() != Crc32C.Of(record[..^ChecksumBytes]))
        {
            throw new InvalidDataException("a dataset record's checksum does not fit its bytes");
        }

        kind = record[1];
        return new PackedReader(record[2..^ChecksumBytes]);
    }

    public static void CheckEnd(in PackedReader reader)
    {
        if (reader.Remaining != 0)
        {
            throw new InvalidDataException("a dataset's record is longer than it says");
        }
    }

    /// <summary>The fewest bytes that hold it, two's complement, with their number in front.</summary>
    public static void Amount(PackedWriter writer, ExactAmount amount)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt128LittleEndian(bytes, amount.Units);
        int used = 16;
        byte sign = amount.Units < 0 ? byte.MaxValue : (byte)0;
        while (used > 0 && bytes[used - 1] == sign && (used == 1 ? sign == 0 : (bytes[used - 2] ^ sign) < 0x80))
        {
            used--;
        }

        writer.Byte((byte)used);
        writer.Raw(bytes[..used]);
    }

    public static ExactAmount Amount(ref PackedReader reader)
    {
        int used = reader.Byte();
        if (used > 16)
        {
            throw new InvalidDataException("a dataset's record has an amount of more than 16 bytes");
        }

        ReadOnlySpan<byte> taken = reader.Raw(used);
        Span<byte> bytes = stackalloc byte[16];
        bytes.Fill(used > 0 && taken[^1] >= 0x80 ? byte.MaxValue : (byte)0);
        taken.CopyTo(bytes);
        return new ExactAmount(BinaryPrimitives.ReadInt128LittleEndian(bytes));
    }

    /// <summary>Takes the packed dimensions as one piece.</summary>
    public static ReadOnlySpan<byte> DimensionBytes(ref PackedReader reader) => reader.Bytes();

    public static ImmutableArray<string?> Dimensions(ReadOnlySpan<byte> packed)
    {
        ImmutableArray<string?>.Builder values = ImmutableArray.CreateBuilder<string?>();
        PackedReader reader = new(packed);
        while (reader.Remaining > 0)
        {
            ulong length = reader.VarUInt();
            values.Add(length == 0 ? null : Encoding.UTF8.GetString(reader.Raw((int)Math.Min(length - 1, int.MaxValue))));
        }

        return values.ToImmutable();
    }
}
