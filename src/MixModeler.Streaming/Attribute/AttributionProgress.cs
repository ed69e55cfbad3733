using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>Where a task of an attribution model stands: the record that every commit rewrites.</summary>
public sealed record AttributionProgress
{
    private const byte Format = 1;

    public long NextOffset { get; init; }

    /// <summary>Newest event time, ms since 1970; 0 before the first.</summary>
    public long NewestMs { get; init; }

    /// <summary>Periods of renewal, counted from 1970, of which the effects were made.</summary>
    public long Epoch { get; init; } = long.MinValue;

    /// <summary>Days since 1970 of the first and the last conversion; the last is before the first where there was none.</summary>
    public int FirstDay { get; init; } = int.MaxValue;

    public int LastDay { get; init; } = int.MinValue;

    public AttributionCounts Counts { get; init; } = new();

    public long Lost { get; init; }

    public long Duplicated { get; init; }

    internal byte[] Pack(PackedWriter to, OffsetLedger ledger)
    {
        to.Clear();
        to.Byte(Format);
        to.VarInt(NewestMs);
        to.VarInt(Epoch);
        to.VarInt(FirstDay);
        to.VarInt(LastDay);
        Counts.Pack(to);
        ledger.Pack(to);
        return to.Written.ToArray();
    }

    /// <summary>Of a task without state where there is no record.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such record.</exception>
    internal static AttributionProgress Unpack(byte[]? record, OffsetLedger ledger)
    {
        if (record is null or { Length: 0 })
        {
            ledger.Reset();
            return new AttributionProgress();
        }

        if (record[0] != Format)
        {
            throw new InvalidDataException("this is no record of an attribution task of a known format");
        }

        PackedReader from = new(record.AsSpan(1));
        AttributionProgress progress = new()
        {
            NewestMs = from.VarInt(),
            Epoch = from.VarInt(),
            FirstDay = (int)from.VarInt(),
            LastDay = (int)from.VarInt(),
            Counts = AttributionCounts.Unpack(ref from),
        };
        ledger.Unpack(ref from);
        return progress with { Lost = ledger.Lost, Duplicated = ledger.Duplicated };
    }
}
