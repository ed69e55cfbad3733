using System.Collections.Immutable;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>A row of a summary or factor dataset, or the tombstone that stands where it was, packed.</summary>
/// <remarks>
/// <code>
/// u8 format=1 | u8 kind 1 row, 2 tombstone | u8 audited | varint audit ms | varint partition | varint offset of the origin | varint own offset
/// | of a row: varint day | varint instant ms | bytes dimensions | varuint metrics | for each u8 present [amount] | u32 crc-32c
/// </code>
/// </remarks>
internal static class RowRecord
{
    /// <returns>Where what the row says begins, behind its version.</returns>
    public static int Pack(
        PackedWriter writer, RowVersion version, in DatasetRow row, ReadOnlySpan<ExactAmount> amounts, ReadOnlySpan<bool> present)
    {
        bool isTombstone = row.Verdict == RecordVerdict.Deletion;
        PartPacking.Begin(writer, isTombstone ? PartPacking.Tombstone : PartPacking.Row);
        writer.Byte(version.IsAudited ? (byte)1 : (byte)0);
        writer.VarInt(version.AuditMs);
        writer.VarInt(version.Origin.Partition);
        writer.VarInt(version.Origin.Offset);
        writer.VarInt(version.Offset);
        int content = writer.Length;
        if (!isTombstone)
        {
            writer.VarInt(row.Day);
            writer.VarInt(row.TimeMs);
            writer.Bytes(row.Dimensions!.Packed);
            writer.VarUInt((ulong)amounts.Length);
            for (int i = 0; i < amounts.Length; i++)
            {
                writer.Byte(present[i] ? (byte)1 : (byte)0);
                if (present[i])
                {
                    PartPacking.Amount(writer, amounts[i]);
                }
            }
        }

        PartPacking.End(writer);
        return content;
    }

    /// <summary>The version and where the content begins; what follows need not be read to judge a newer record.</summary>
    public static RowVersion VersionOf(ReadOnlySpan<byte> record, out bool isTombstone, out int content)
    {
        PackedReader reader = PartPacking.Open(record, out byte kind);
        int all = reader.Remaining;
        RowVersion version = ReadVersion(ref reader);
        isTombstone = kind == PartPacking.Tombstone;
        content = 2 + all - reader.Remaining;
        return version;
    }

    /// <returns>False for a tombstone.</returns>
    /// <exception cref="InvalidDataException">The bytes are no row, or are damaged.</exception>
    public static bool TryUnpack(ReadOnlySpan<byte> record, out TablePart? part)
    {
        PackedReader reader = PartPacking.Open(record, out byte kind);
        RowVersion version = ReadVersion(ref reader);
        part = null;
        if (kind == PartPacking.Tombstone)
        {
            PartPacking.CheckEnd(in reader);
            return false;
        }

        if (kind != PartPacking.Row)
        {
            throw new InvalidDataException($"a record of kind {kind} is no row");
        }

        DateOnly date = DateOnly.FromDayNumber((int)reader.VarInt());
        ValueMoment moment = new(reader.VarInt(), version.AuditMs, version.Origin.Partition, version.Origin.Offset);
        ImmutableArray<string?> dimensions = PartPacking.Dimensions(PartPacking.DimensionBytes(ref reader));
        MetricPart[] metrics = new MetricPart[reader.Count(1)];
        for (int i = 0; i < metrics.Length; i++)
        {
            metrics[i] = reader.Byte() == 0 ? default : MetricPart.Of(PartPacking.Amount(ref reader), moment);
        }

        PartPacking.CheckEnd(in reader);
        part = new TablePart
        {
            Date = date,
            Dimensions = dimensions,
            Metrics = [.. metrics],
            Records = 1,
            First = version.Origin,
            Last = version.Origin,
            UpdatedMs = version.AuditMs,
        };
        return true;
    }

    private static RowVersion ReadVersion(ref PackedReader reader)
    {
        bool isAudited = reader.Byte() != 0;
        long auditMs = reader.VarInt();
        int partition = (int)reader.VarInt();
        RecordOrigin origin = new(partition, reader.VarInt());
        return new RowVersion(isAudited, auditMs, origin, reader.VarInt());
    }
}
