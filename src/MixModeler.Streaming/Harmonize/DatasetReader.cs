using System.Buffers.Binary;
using System.Globalization;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

// Hot path, once per record. Budget: 0 B for a good event. Measured by HarmonizeBench.

/// <summary>
/// Reads records into a dataset's rows or events: one pass over the JSON, then judgements that depend on the record alone. What
/// hangs on other records (versions, lateness, duplicates) is the task's.
/// </summary>
internal sealed class DatasetReader
{
    private readonly RecordFields fields;
    private readonly DeclaredTypes declared;
    private readonly DimensionRules dimensions;
    private readonly MetricRules metrics;
    private readonly RowKey rowKey;
    private readonly EventNames? names;
    private readonly DatasetBatch rows;
    private readonly int partition;
    private readonly bool isEvent;
    private readonly Grain grain;
    private readonly long booksCloseMs;
    private readonly long futureMaxMs;
    private readonly int date;
    private readonly int grainPath = -1;
    private readonly int version;
    private readonly int eventType;
    private readonly int deleted;
    private readonly int botScore = -1;
    private readonly double botsAbove;
    private readonly int originPartition = -1;
    private readonly int originOffset = -1;

    public DatasetReader(DatasetPlan dataset, SourcePlan? source, int partition)
    {
        this.partition = partition;
        isEvent = dataset.IsEvent;
        grain = dataset.Granularity;
        booksCloseMs = dataset.BooksCloseAfter is TimeSpan after ? (long)after.TotalMilliseconds : long.MaxValue;
        futureMaxMs = (long)(source?.FutureMax ?? TimeSpan.FromHours(1)).TotalMilliseconds;
        fields = new RecordFields(dataset.Ids);
        declared = new DeclaredTypes(dataset, fields);
        dimensions = new DimensionRules(dataset, fields);
        metrics = new MetricRules(dataset, fields);
        rowKey = new RowKey(dataset, fields);
        names = isEvent && source is { DeduplicateWithin.Ticks: > 0 } ? new EventNames(source, fields) : null;
        date = fields.SlotOf(dataset.DatePath);
        grainPath = dataset.DateTypePath is string path ? fields.SlotOf(path) : -1;
        version = fields.SlotOf(dataset.VersionPath);
        eventType = fields.SlotOf("eventType");
        deleted = fields.SlotOf("_deleted");
        if (isEvent && dataset.BotsAbove is double above)
        {
            botScore = fields.SlotOf("botDetection.score");
            botsAbove = above;
        }

        if (!isEvent)
        {
            // A record that is put back is the row that it was.
            originPartition = fields.SlotOf("_origin.partition");
            originOffset = fields.SlotOf("_origin.offset");
        }

        fields.Complete();
        rows = new DatasetBatch(metrics.Count);
    }

    /// <summary>The result is valid until the next call.</summary>
    public DatasetBatch Read(RecordBatch batch)
    {
        rows.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            ref DatasetRow row = ref rows.Add();
            row.Offset = batch.Offset(i);
            row.Origin = new RecordOrigin(partition, row.Offset);
            row.ReceivedMs = batch.TimestampMs(i);
            if (batch.Value(i).Length <= 4 && IsNothing(batch.Value(i)))
            {
                ReadTombstone(batch.Key(i), ref row);
            }
            else if (fields.Read(batch.Segment(i)) == RecordForm.Read)
            {
                ReadOne(i, ref row);
            }
            else if (batch.Key(i).SequenceEqual(TimeMarker.Key) && Rfc3339.TryParse(batch.Value(i), out row.TimeMs))
            {
                row.Verdict = RecordVerdict.TimeMarker;
            }
        }

        return rows;
    }

    private static bool IsNothing(ReadOnlySpan<byte> value) => value.IsEmpty || value.SequenceEqual("null"u8);

    private void ReadTombstone(ReadOnlySpan<byte> key, ref DatasetRow row)
    {
        if (!isEvent && !key.IsEmpty)
        {
            row.Verdict = RecordVerdict.Deletion;
            row.Key = rowKey.OfRecordKey(key);
        }
    }

    private void ReadOne(int i, ref DatasetRow row)
    {
        bool isDeletion = !isEvent && IsDeletion();
        ReadOrigin(ref row);
        row.Verdict = isEvent ? RecordVerdict.Event : isDeletion ? RecordVerdict.Deletion : RecordVerdict.Row;
        row.Reason = isDeletion ? JudgeDeletion(ref row, out row.Detail) : IsBot() ? DatasetReason.Bot : Judge(i, ref row, out row.Detail);
        if (row.Reason != DatasetReason.None)
        {
            row.Verdict = RecordVerdict.Refused;
        }
    }

    private void ReadOrigin(ref DatasetRow row)
    {
        if (!isEvent && TryReadWhole(originPartition, out long at) && at <= int.MaxValue && TryReadWhole(originOffset, out long offset))
        {
            row.Origin = new RecordOrigin((int)at, offset);
        }
    }

    private bool TryReadWhole(int slot, out long whole)
    {
        whole = 0;
        return fields.Kind(slot) == FieldKind.Number
            && long.TryParse(fields.Text(slot), NumberStyles.None, CultureInfo.InvariantCulture, out whole);
    }

    private bool IsBot() =>
        botScore >= 0 && fields.Kind(botScore) == FieldKind.Number
        && double.TryParse(fields.Text(botScore), NumberStyles.Float, CultureInfo.InvariantCulture, out double score) && score > botsAbove;

    private bool IsDeletion() =>
        fields.Kind(deleted) == FieldKind.True
        || (fields.Kind(deleted) == FieldKind.Text && fields.Text(deleted).SequenceEqual("true"u8))
        || (fields.Kind(eventType) == FieldKind.Text && fields.Text(eventType).SequenceEqual("delete"u8));

    private DatasetReason Judge(int i, ref DatasetRow row, out string? detail)
    {
        DatasetReason reason = declared.Check(out detail);
        reason = reason == DatasetReason.None ? ReadDate(ref row, out detail) : reason;
        reason = reason == DatasetReason.None ? ReadVersion(ref row, out detail) : reason;
        reason = reason == DatasetReason.None ? CheckGrain(out detail) : reason;
        if (reason != DatasetReason.None)
        {
            return reason;
        }

        DimensionSet set = dimensions.Evaluate(fields);
        row.Dimensions = set;
        if (set.Fault != DatasetReason.None && !DatasetReasonText.IsQuarantine(set.Fault))
        {
            detail = set.Detail;
            return set.Fault;
        }

        reason = metrics.Read(fields, row.Day, rows.Amounts(i), rows.Present(i), out bool any, out detail);
        if (reason != DatasetReason.None)
        {
            return reason;
        }

        if (isEvent)
        {
            return JudgeEvent(i, ref row, any, out detail);
        }

        if (!any)
        {
            detail = "None of the metrics has a value.";
            return DatasetReason.NoMetric;
        }

        reason = CheckBooks(in row, out detail);
        reason = reason == DatasetReason.None ? JudgeQuarantine(i, ref row, out detail) : reason;
        return reason == DatasetReason.None
            ? rowKey.Of(fields, row.Origin, row.Day, set, out row.Key, out detail)
            : reason;
    }

    private DatasetReason JudgeEvent(int i, ref DatasetRow row, bool any, out string? detail)
    {
        if (row.TimeMs > row.ReceivedMs + futureMaxMs)
        {
            detail = $"The event's time lies further ahead of the record's timestamp than {futureMaxMs} ms.";
            return DatasetReason.InFuture;
        }

        DatasetReason reason = JudgeQuarantine(i, ref row, out detail);
        if (reason != DatasetReason.None)
        {
            return reason;
        }

        row.Verdict = any ? RecordVerdict.Event : RecordVerdict.Nothing;
        Span<byte> cell = stackalloc byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(cell, row.Day);
        BinaryPrimitives.WriteUInt64LittleEndian(cell[4..], row.Dimensions!.Hash.High);
        BinaryPrimitives.WriteUInt64LittleEndian(cell[12..], row.Dimensions.Hash.Low);
        row.Key = Hash128.Of(cell);
        names?.Take(fields, rows, ref row);
        return DatasetReason.None;
    }

    private DatasetReason JudgeQuarantine(int i, ref DatasetRow row, out string? detail)
    {
        DimensionSet set = row.Dimensions!;
        (detail, row.Cause) = (set.Detail, set.Cause);
        return set.Fault != DatasetReason.None ? set.Fault : metrics.CheckUnits(fields, rows.Amounts(i), rows.Present(i), out detail, out row.Cause);
    }

    // Only what names the row must be right in a deletion; a date is judged where there is one.
    private DatasetReason JudgeDeletion(ref DatasetRow row, out string? detail)
    {
        bool byDimensions = rowKey.NeedsDimensions(fields);
        DatasetReason reason = ReadVersion(ref row, out detail);
        if (reason == DatasetReason.None && (byDimensions || fields.Exists(date)))
        {
            reason = ReadDate(ref row, out detail);
            reason = reason == DatasetReason.None ? CheckBooks(in row, out detail) : reason;
        }

        if (reason == DatasetReason.None && byDimensions)
        {
            row.Dimensions = dimensions.Evaluate(fields);
            if (row.Dimensions.Fault == DatasetReason.WrongType)
            {
                detail = row.Dimensions.Detail;
                reason = DatasetReason.WrongType;
            }
        }

        if (reason == DatasetReason.None && !byDimensions && !rowKey.IsNamed(fields))
        {
            detail = "The deletion does not name a row.";
            reason = DatasetReason.FieldMissing;
        }

        return reason == DatasetReason.None
            ? rowKey.Of(fields, row.Origin, row.Day, row.Dimensions, out row.Key, out detail)
            : reason;
    }

    private DatasetReason ReadDate(ref DatasetRow row, out string? detail)
    {
        detail = null;
        if (!fields.Exists(date) || (fields.HasText(date) && fields.Text(date).IsEmpty))
        {
            detail = $"'{fields.Path(date)}' is required: the date of the row.";
            return DatasetReason.DateMissing;
        }

        if (fields.Kind(date) != FieldKind.Text || !RecordDate.TryParse(fields.Text(date), out row.Day, out row.TimeMs))
        {
            detail = $"'{fields.Path(date)}' must be a date such as 2021-12-31 or an RFC 3339 date-time with an offset, not {MetricRules.Shown(fields, date)}.";
            return DatasetReason.DateInvalid;
        }

        return DatasetReason.None;
    }

    private DatasetReason ReadVersion(ref DatasetRow row, out string? detail)
    {
        detail = null;
        if (!fields.Exists(version) || (fields.HasText(version) && fields.Text(version).IsEmpty))
        {
            return DatasetReason.None;
        }

        row.IsAudited = fields.Kind(version) == FieldKind.Text && RecordDate.TryParse(fields.Text(version), out _, out row.UpdatedMs);
        if (!row.IsAudited)
        {
            detail = $"'{fields.Path(version)}' must be the time of the last change at the source, not {MetricRules.Shown(fields, version)}.";
            return DatasetReason.WrongType;
        }

        return DatasetReason.None;
    }

    private DatasetReason CheckGrain(out string? detail)
    {
        detail = null;
        if (grainPath < 0)
        {
            return DatasetReason.None;
        }

        if (!fields.HasText(grainPath) || fields.Text(grainPath).IsEmpty)
        {
            detail = $"'{fields.Path(grainPath)}' is required: the grain of the row.";
            return DatasetReason.FieldMissing;
        }

        if (RecordDate.GrainOf(fields.Text(grainPath)) != grain)
        {
            detail = $"'{fields.Path(grainPath)}' is {MetricRules.Shown(fields, grainPath)}; the dataset's granularity is {grain}.";
            return DatasetReason.WrongGrain;
        }

        return DatasetReason.None;
    }

    // By the record alone and never by a watermark, so that it does not matter when the record arrives.
    private DatasetReason CheckBooks(in DatasetRow row, out string? detail)
    {
        detail = null;
        long changedMs = row.IsAudited ? row.UpdatedMs : row.ReceivedMs;
        if (booksCloseMs == long.MaxValue || changedMs - RecordDate.StartMs(row.Day) <= booksCloseMs)
        {
            return DatasetReason.None;
        }

        detail = $"The row was changed {(changedMs - RecordDate.StartMs(row.Day)) / RecordDate.DayMs} days after its date; books close after {booksCloseMs / RecordDate.DayMs}.";
        return DatasetReason.BooksClosed;
    }
}
