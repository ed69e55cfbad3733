using System.Collections.Immutable;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// What a dataset's task has made of its partition: the record that every commit rewrites, so that each record is counted once,
/// however often it was read. Counts of restatements tell what arrived in which order; the table itself does not depend on it.
/// </summary>
public sealed record DatasetProgress
{
    private const byte Format = 1;

    /// <summary>Next offset to read.</summary>
    public required long NextOffset { get; init; }

    /// <summary>First offset that the task ever applied; -1 before.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Records read, of whichever dataset.</summary>
    public required long Applied { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    /// <summary>Newest date of a row or event; null before the first.</summary>
    public required DateOnly? NewestDate { get; init; }

    /// <summary>Newest instant of a row or event, ms since 1970; also moved by time markers.</summary>
    public required long NewestMs { get; init; }

    /// <summary>The newest day that was told of, by a row, an event or a time marker; null before the first.</summary>
    public DateOnly? NewestDay => NewestMs > 0 ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(NewestMs).UtcDateTime) : NewestDate;

    /// <summary>Newest timestamp of a record of this dataset, ms since 1970; 0 before the first.</summary>
    public required long ReceivedMs { get; init; }

    /// <summary>Records of this dataset, good or bad.</summary>
    public required long Records { get; init; }

    /// <summary>Rows and events that were taken, restatements among them.</summary>
    public required long Accepted { get; init; }

    /// <summary>Rows that took the place of an earlier record of their key.</summary>
    public required long Replaced { get; init; }

    /// <summary>Rows and deletions older than what was there.</summary>
    public required long Outdated { get; init; }

    /// <summary>Deletions that took effect.</summary>
    public required long Deleted { get; init; }

    /// <summary>Rows that say what was there already.</summary>
    public required long DuplicateRows { get; init; }

    /// <summary>Events whose id was known.</summary>
    public required long DuplicateEvents { get; init; }

    /// <summary>Good events without any of the metrics.</summary>
    public required long WithoutMetric { get; init; }

    /// <summary>Refused and quarantined records by reason, those that occurred.</summary>
    public required ImmutableSortedDictionary<string, long> Refused { get; init; }

    /// <summary>Records of which completeness is told.</summary>
    public required long Judged { get; init; }

    /// <summary>How many of them had each mapped field: dimensions, then metrics, in the dataset's order.</summary>
    public required ImmutableArray<long> Present { get; init; }

    /// <summary>Refused records that a changed rule could make good.</summary>
    public long Quarantined => CountOf(DatasetReason.UnknownValue) + CountOf(DatasetReason.UnitDrift);

    public long Rejected => Refused.Values.Sum() - Quarantined;

    public long CountOf(DatasetReason reason) => Refused.GetValueOrDefault(DatasetReasonText.Of(reason));

    /// <summary>Reads a task record; null where nothing was ever committed.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such record.</exception>
    public static DatasetProgress? Unpack(byte[]? record)
    {
        if (record is null or { Length: 0 })
        {
            return null;
        }

        OffsetLedger ledger = new();
        DatasetCounts counts = new(0);
        Unpack(record, ledger, counts);
        return Of(ledger, counts);
    }

    internal static DatasetProgress Of(OffsetLedger ledger, DatasetCounts counts, long? nextOffset = null) => new()
    {
        NextOffset = nextOffset ?? ledger.Next,
        FirstOffset = ledger.First,
        Applied = ledger.Applied,
        Lost = ledger.Lost,
        Duplicated = ledger.Duplicated,
        NewestDate = counts.NewestDay < 0 ? null : DateOnly.FromDayNumber((int)counts.NewestDay),
        NewestMs = counts.NewestMs,
        ReceivedMs = counts.ReceivedMs,
        Records = counts.Records,
        Accepted = counts.Accepted,
        Replaced = counts.Replaced,
        Outdated = counts.Outdated,
        Deleted = counts.Deleted,
        DuplicateRows = counts.DuplicateRows,
        DuplicateEvents = counts.DuplicateEvents,
        WithoutMetric = counts.WithoutMetric,
        Refused = counts.Refused.Select((count, reason) => (Reason: (DatasetReason)reason, Count: count)).Where(one => one.Count > 0)
            .ToImmutableSortedDictionary(one => DatasetReasonText.Of(one.Reason), one => one.Count, StringComparer.Ordinal),
        Judged = counts.Judged,
        Present = [.. counts.Present],
    };

    internal static byte[] Pack(PackedWriter writer, OffsetLedger ledger, DatasetCounts counts)
    {
        writer.Clear();
        writer.Byte(Format);
        ledger.Pack(writer);
        counts.Pack(writer);
        return writer.Written.ToArray();
    }

    internal static void Unpack(byte[]? record, OffsetLedger ledger, DatasetCounts counts)
    {
        if (record is null or { Length: 0 })
        {
            ledger.Reset();
            counts.Reset();
            return;
        }

        PackedReader reader = new(record);
        byte format = reader.Byte();
        if (format != Format)
        {
            throw new InvalidDataException($"a dataset's task record has format {format}, this engine reads {Format}");
        }

        ledger.Unpack(ref reader);
        counts.Unpack(ref reader);
    }
}
