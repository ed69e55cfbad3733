using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// A visitor's state as it stands in the store. The same state always packs to the same bytes, so two runs can be compared
/// byte for byte.
/// </summary>
/// <remarks>
/// <code>
/// u8 format=2 | u32 layout | row | varint due | event ids: limit, count, (hash 16, time-limit)… | pending: count, (time, row)…
/// | per operator of the layout: length, bytes | crc32c 4
/// row: varint time of newest event | per feature: count → varint; last match → 0 or 1+newest-match (zig-zag);
///      decayed sum → 8 bytes
/// </code>
/// </remarks>
internal static class VisitorRecord
{
    private const byte Format = 2;
    private const int HeaderBytes = 5;
    private const int ChecksumBytes = 4;

    public static byte[] Pack(PackedWriter writer, StateLayout layout, ReadOnlySpan<long> row, VisitorMemory memory, RecordShares? shares = null)
    {
        writer.Clear();
        shares?.Begin();
        writer.Byte(Format);
        writer.UInt32(layout.Id);
        PackRow(writer, layout, row);
        writer.VarInt(memory.ScheduledDueMs);
        shares?.From(writer);
        memory.EventIds.Pack(writer);
        shares?.Part(writer, memory.EventIds.Count == 0);
        writer.VarUInt((ulong)memory.Pending.Count);
        for (int i = 0; i < memory.Pending.Count; i++)
        {
            writer.VarInt(memory.Pending.TimeMs(i));
            PackRow(writer, layout, memory.Pending.Row(i));
        }

        shares?.Part(writer, memory.Pending.Count == 0);
        foreach (OperatorMemory kept in memory.Operators)
        {
            PackOperator(writer, kept);
            shares?.Part(writer, kept.IsEmpty);
        }

        shares?.End(writer);
        writer.UInt32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    /// <summary>The layout that a record was packed in.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a visitor's record, or are damaged.</exception>
    public static uint LayoutOf(ReadOnlySpan<byte> record)
    {
        if (record.Length < HeaderBytes + ChecksumBytes || record[0] != Format)
        {
            throw new InvalidDataException($"a visitor record has format {(record.Length == 0 ? -1 : record[0])}, this engine reads {Format}");
        }

        PackedReader tail = new(record[^ChecksumBytes..]);
        if (tail.UInt32() != Crc32C.Of(record[..^ChecksumBytes]))
        {
            throw new InvalidDataException("a visitor record's checksum does not fit its bytes");
        }

        PackedReader head = new(record[1..HeaderBytes]);
        return head.UInt32();
    }

    /// <exception cref="InvalidDataException">The bytes are not a record of this layout, or are damaged.</exception>
    public static void Unpack(ReadOnlySpan<byte> record, StateLayout layout, Span<long> row, VisitorMemory memory)
    {
        PackedReader reader = Open(record, layout, row, memory);
        foreach (OperatorMemory kept in memory.Operators)
        {
            kept.Clear();
            PackedReader own = new(reader.Bytes());
            if (own.Remaining > 0)
            {
                kept.Unpack(ref own);
            }
        }

        CheckEnd(in reader);
    }

    /// <summary>Reads a record of an older layout, whose operators' bytes stay packed.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of this layout, or are damaged.</exception>
    public static byte[][] UnpackOlder(ReadOnlySpan<byte> record, StateLayout layout, Span<long> row, VisitorMemory memory)
    {
        PackedReader reader = Open(record, layout, row, memory);
        byte[][] operators = new byte[layout.Operators.Length][];
        for (int i = 0; i < operators.Length; i++)
        {
            operators[i] = reader.Bytes().ToArray();
        }

        CheckEnd(in reader);
        return operators;
    }

    private static PackedReader Open(ReadOnlySpan<byte> record, StateLayout layout, Span<long> row, VisitorMemory memory)
    {
        uint id = LayoutOf(record);
        if (id != layout.Id)
        {
            throw new InvalidDataException($"a visitor record has layout {id:x8}, not {layout.Id:x8}");
        }

        PackedReader reader = new(record[HeaderBytes..^ChecksumBytes]);
        UnpackRow(ref reader, layout, row);
        memory.ScheduledDueMs = reader.VarInt();
        memory.EventIds.Unpack(ref reader);
        memory.Pending.Clear();
        for (int left = reader.Count(2); left > 0; left--)
        {
            UnpackRow(ref reader, layout, memory.Pending.Add(reader.VarInt()));
        }

        return reader;
    }

    private static void CheckEnd(in PackedReader reader)
    {
        if (reader.Remaining != 0)
        {
            throw new InvalidDataException("a visitor record is longer than its layout says");
        }
    }

    private static void PackOperator(PackedWriter writer, OperatorMemory kept)
    {
        if (kept.IsEmpty)
        {
            writer.VarUInt(0);
            return;
        }

        PackedWriter own = new();
        kept.Pack(own);
        writer.Bytes(own.Written);
    }

    private static void PackRow(PackedWriter writer, StateLayout layout, ReadOnlySpan<long> row)
    {
        long newest = row[0];
        writer.VarInt(newest);
        for (int i = 0; i < layout.Features.Length; i++)
        {
            long word = row[1 + i];
            switch (layout.Features[i].Kind)
            {
                case FeatureKind.Count:
                    writer.VarUInt((ulong)word);
                    break;
                case FeatureKind.MinutesSince:
                    // +1 tells "never" (0) from "with the newest event".
                    writer.VarUInt(word == 0 ? 0 : (ulong)(newest - word) + 1);
                    break;
                default:
                    writer.Int64(word);
                    break;
            }
        }
    }

    private static void UnpackRow(ref PackedReader reader, StateLayout layout, Span<long> row)
    {
        long newest = reader.VarInt();
        row[0] = newest;
        for (int i = 0; i < layout.Features.Length; i++)
        {
            switch (layout.Features[i].Kind)
            {
                case FeatureKind.Count:
                    row[1 + i] = (long)reader.VarUInt();
                    break;
                case FeatureKind.MinutesSince:
                    ulong age = reader.VarUInt();
                    row[1 + i] = age == 0 ? 0 : newest - (long)(age - 1);
                    break;
                default:
                    row[1 + i] = reader.Int64();
                    break;
            }
        }
    }
}
