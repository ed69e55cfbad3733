using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// A visitor's state as it stands in the store. The same state always packs to the same bytes, so two runs can be compared
/// byte for byte.
/// </summary>
/// <remarks>
/// <code>
/// u8 format=1 | row | varint due | event ids: limit, count, (hash 16, time-limit)… | pending: count, (time, row)… | crc32c 4
/// row: varint time of newest event | per feature: count → varint; last match → 0 or 1+newest-match (zig-zag);
///      decayed sum → 8 bytes
/// </code>
/// </remarks>
internal static class VisitorRecord
{
    private const byte Format = 1;

    public static byte[] Pack(PackedWriter writer, FeatureSchema schema, ReadOnlySpan<long> row, VisitorMemory memory)
    {
        writer.Clear();
        writer.Byte(Format);
        PackRow(writer, schema, row);
        writer.VarInt(memory.ScheduledDueMs);
        memory.EventIds.Pack(writer);
        writer.VarUInt((ulong)memory.Pending.Count);
        for (int i = 0; i < memory.Pending.Count; i++)
        {
            writer.VarInt(memory.Pending.TimeMs(i));
            PackRow(writer, schema, memory.Pending.Row(i));
        }

        writer.UInt32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a record of this schema, or are damaged.</exception>
    public static void Unpack(ReadOnlySpan<byte> record, FeatureSchema schema, Span<long> row, VisitorMemory memory)
    {
        if (record.Length < 5 || record[0] != Format)
        {
            throw new InvalidDataException($"a visitor record has format {(record.Length == 0 ? -1 : record[0])}, this engine reads {Format}");
        }

        PackedReader tail = new(record[^4..]);
        if (tail.UInt32() != Crc32C.Of(record[..^4]))
        {
            throw new InvalidDataException("a visitor record's checksum does not fit its bytes");
        }

        PackedReader reader = new(record[1..^4]);
        UnpackRow(ref reader, schema, row);
        memory.ScheduledDueMs = reader.VarInt();
        memory.EventIds.Unpack(ref reader);
        memory.Pending.Clear();
        for (int left = reader.Count(2); left > 0; left--)
        {
            UnpackRow(ref reader, schema, memory.Pending.Add(reader.VarInt()));
        }

        if (reader.Remaining != 0)
        {
            throw new InvalidDataException("a visitor record is longer than its schema says");
        }
    }

    private static void PackRow(PackedWriter writer, FeatureSchema schema, ReadOnlySpan<long> row)
    {
        long newest = row[0];
        writer.VarInt(newest);
        for (int i = 0; i < schema.Features.Length; i++)
        {
            long word = row[1 + i];
            switch (schema.Features[i].Kind)
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

    private static void UnpackRow(ref PackedReader reader, FeatureSchema schema, Span<long> row)
    {
        long newest = reader.VarInt();
        row[0] = newest;
        for (int i = 0; i < schema.Features.Length; i++)
        {
            switch (schema.Features[i].Kind)
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
