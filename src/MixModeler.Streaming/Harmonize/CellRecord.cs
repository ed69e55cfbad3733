using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>All events of one date and one combination of dimensions, packed.</summary>
/// <remarks>
/// <code>
/// u8 format=1 | u8 kind=3 | varint day | bytes dimensions | varint records | varint partition | varint first offset | varint last offset
/// | varint updated ms | varuint metrics | for each varint count [sum, min, max, last: amounts | varint last's ms, updated ms, offset] | u32 crc-32c
/// </code>
/// </remarks>
internal static class CellRecord
{
    public static void Pack(PackedWriter writer, CellMemory cell, int partition)
    {
        PartPacking.Begin(writer, PartPacking.Cell);
        writer.VarInt(cell.Day);
        writer.Bytes(cell.Dimensions);
        writer.VarInt(cell.Records);
        writer.VarInt(partition);
        writer.VarInt(cell.FirstOffset);
        writer.VarInt(cell.LastOffset);
        writer.VarInt(cell.UpdatedMs);
        writer.VarUInt((ulong)cell.Metrics.Length);
        foreach (ref MetricPart metric in cell.Metrics.AsSpan())
        {
            writer.VarInt(metric.Count);
            if (metric.Count > 0)
            {
                PartPacking.Amount(writer, metric.Sum);
                PartPacking.Amount(writer, metric.Min);
                PartPacking.Amount(writer, metric.Max);
                PartPacking.Amount(writer, metric.Last);
                writer.VarInt(metric.LastAt.TimeMs);
                writer.VarInt(metric.LastAt.UpdatedMs);
                writer.VarInt(metric.LastAt.Offset);
            }
        }

        PartPacking.End(writer);
    }

    /// <exception cref="InvalidDataException">The bytes are no cell, or are damaged.</exception>
    public static void Unpack(ReadOnlySpan<byte> record, CellMemory cell, out int partition)
    {
        PackedReader reader = PartPacking.Open(record, out byte kind);
        if (kind != PartPacking.Cell)
        {
            throw new InvalidDataException($"a record of kind {kind} is no cell");
        }

        cell.Day = (int)reader.VarInt();
        cell.Dimensions = PartPacking.DimensionBytes(ref reader).ToArray();
        cell.Records = reader.VarInt();
        partition = (int)reader.VarInt();
        cell.FirstOffset = reader.VarInt();
        cell.LastOffset = reader.VarInt();
        cell.UpdatedMs = reader.VarInt();
        cell.Metrics = new MetricPart[reader.Count(1)];
        for (int i = 0; i < cell.Metrics.Length; i++)
        {
            long count = reader.VarInt();
            if (count > 0)
            {
                ExactAmount sum = PartPacking.Amount(ref reader);
                ExactAmount min = PartPacking.Amount(ref reader);
                ExactAmount max = PartPacking.Amount(ref reader);
                ExactAmount last = PartPacking.Amount(ref reader);
                long timeMs = reader.VarInt();
                long updatedMs = reader.VarInt();
                cell.Metrics[i] = new MetricPart(count, sum, min, max, last, new ValueMoment(timeMs, updatedMs, partition, reader.VarInt()));
            }
        }

        PartPacking.CheckEnd(in reader);
    }

    /// <exception cref="InvalidDataException">The bytes are no cell, or are damaged.</exception>
    public static TablePart Unpack(ReadOnlySpan<byte> record)
    {
        CellMemory cell = new(0);
        Unpack(record, cell, out int partition);
        return new TablePart
        {
            Date = DateOnly.FromDayNumber(cell.Day),
            Dimensions = PartPacking.Dimensions(cell.Dimensions),
            Metrics = [.. cell.Metrics],
            Records = cell.Records,
            First = new RecordOrigin(partition, cell.FirstOffset),
            Last = new RecordOrigin(partition, cell.LastOffset),
            UpdatedMs = cell.UpdatedMs,
        };
    }
}
