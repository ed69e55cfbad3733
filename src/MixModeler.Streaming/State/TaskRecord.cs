using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// The small record that every commit rewrites: the newest event time of the partition, the auditor's ledger and the totals.
/// <code>u8 format=1 | varint newest event ms | ledger | totals</code>
/// </summary>
internal static class TaskRecord
{
    private const byte Format = 1;

    public static byte[] Pack(PackedWriter writer, long newestMs, OffsetLedger ledger, TaskTotals totals)
    {
        writer.Clear();
        writer.Byte(Format);
        writer.VarInt(newestMs);
        ledger.Pack(writer);
        totals.Pack(writer);
        return writer.Written.ToArray();
    }

    /// <returns>The newest event time.</returns>
    public static long Unpack(byte[]? record, OffsetLedger ledger, TaskTotals totals)
    {
        if (record is null or { Length: 0 })
        {
            ledger.Reset();
            totals.Reset();
            return 0;
        }

        PackedReader reader = new(record);
        byte format = reader.Byte();
        if (format != Format)
        {
            throw new InvalidDataException($"a task record has format {format}, this engine reads {Format}");
        }

        long newestMs = reader.VarInt();
        ledger.Unpack(ref reader);
        totals.Unpack(ref reader);
        return newestMs;
    }
}
