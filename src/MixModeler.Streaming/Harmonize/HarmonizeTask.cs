using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>What a task of a dataset works with.</summary>
public sealed record HarmonizeParts
{
    public required DatasetPlan Dataset { get; init; }

    /// <summary>How events are read; needed by event datasets.</summary>
    public SourcePlan? Source { get; init; }

    public required int Partition { get; init; }

    /// <summary>Of this version of this dataset and this partition, and of nobody else.</summary>
    public required IStateStore Store { get; init; }

    public required IRecordSink Sink { get; init; }

    /// <summary>Full name of the topic that is read.</summary>
    public required string Topic { get; init; }

    public required string DeadLetterTopic { get; init; }

    /// <summary>Rows or cells kept in memory between batches, and as many visitors.</summary>
    public int KeysMax { get; init; } = 50_000;
}

/// <summary>
/// Harmonizes one dataset over one partition of its topic: a row by its key and version, events into cells. What is in the store
/// after any number of crashes, and of rows in any order of arrival, is what their set says, to the last bit.
/// </summary>
/// <remarks>
/// Outputs are in the log before the commit; records, offset and counts move together in it. One thread at a time is in here.
/// </remarks>
public sealed class HarmonizeTask : IPartitionTask, IDisposable
{
    // Few busy cells never fill a commit; this bounds what a crash repeats.
    private const int UncommittedRecordsMax = 16 * RecordBatch.RecordsMax;

    private readonly HarmonizeParts parts;
    private readonly DatasetReader reader;
    private readonly DatasetState state;
    private readonly DatasetCounts counts;
    private readonly OffsetLedger ledger = new();
    private readonly PackedWriter packed = new();
    private readonly DeadLetter deadLetter = new();
    private readonly List<DimensionSet> hit = [];
    private readonly string node;
    private readonly bool isSilent;
    private readonly int dimensions;
    private readonly long latenessMs;
    private readonly long deduplicateMs;
    private long nextOffset;
    private bool outputsWaiting;
    private DatasetProgress progress;

    public HarmonizeTask(HarmonizeParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        this.parts = parts;
        DatasetPlan dataset = parts.Dataset;
        reader = new DatasetReader(dataset, parts.Source, parts.Partition);
        state = new DatasetState(parts.Store, dataset.Metrics.Length, parts.Partition, parts.KeysMax);
        dimensions = dataset.Dimensions.Length;
        counts = new DatasetCounts(dimensions + dataset.Metrics.Length);
        node = $"dataset {dataset.Name}";
        isSilent = dataset.Status == DatasetStatus.Draft;
        latenessMs = (long)(parts.Source?.Lateness ?? TimeSpan.FromDays(1)).TotalMilliseconds;
        deduplicateMs = (long)(parts.Source?.DeduplicateWithin ?? TimeSpan.Zero).TotalMilliseconds;
        progress = DatasetProgress.Of(ledger, counts);
    }

    /// <summary>Where the task stood at its last commit; any thread.</summary>
    public DatasetProgress Progress => Volatile.Read(ref progress);

    public long CommittedOffset => Progress.NextOffset;

    /// <summary>Keys in memory, bounded between batches.</summary>
    internal int KeysInMemory => state.Count;

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        byte[]? stored = await state.AcquireAsync(earliestOffset, stop);
        if (state.CommittedOffset < earliestOffset)
        {
            throw new TaskLostException(
                TaskLoss.LogTruncated,
                $"{parts.Topic}/{parts.Partition} begins at offset {earliestOffset}, dataset {parts.Dataset.Name} stands at {state.CommittedOffset}: records are missing");
        }

        // Hits of what was never committed are dropped with the counts.
        CountDimensions();
        DatasetProgress.Unpack(stored, ledger, counts);
        nextOffset = state.CommittedOffset;
        outputsWaiting = false;
        Publish();
        return nextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(recycle);
        while (await parts.Store.WaitToReadAsync(batches, $"dataset {parts.Dataset.Name} of {parts.Topic}/{parts.Partition}", stop))
        {
            while (batches.TryRead(out RecordBatch? batch))
            {
                await ApplyAsync(batch, stop, nextOffset);
                recycle(batch);
                if (nextOffset - state.CommittedOffset >= UncommittedRecordsMax)
                {
                    await CommitAsync(stop);
                }
            }

            // What is here already shares the commit.
            await CommitAsync(stop);
        }
    }

    public void Dispose() => deadLetter.Dispose();

    /// <summary>One batch: read, its keys brought in, every record applied; commits only when enough keys changed.</summary>
    /// <param name="batch">Its records may stand in any order here; the log gives them in order.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="from">Records before were fetched before the seek took effect.</param>
    internal async Task ApplyAsync(RecordBatch batch, CancellationToken stop, long from = 0)
    {
        state.MakeRoom();
        DatasetBatch rows = reader.Read(batch);
        Want(rows, from);
        await state.LoadAsync(stop);
        for (int next = 0; next < rows.Count;)
        {
            next = ApplyFrom(next, rows, batch, from);
            if (state.DirtyCount + 2 > StateCommit.RecordsTarget)
            {
                await CommitAsync(stop);
            }
        }
    }

    /// <summary>Outputs first, then state and offset together.</summary>
    internal Task CommitAsync(CancellationToken stop) =>
        nextOffset == state.CommittedOffset && state.DirtyCount == 0 ? Task.CompletedTask : CommitAllAsync(stop);

    private void Want(DatasetBatch rows, long from)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            ref DatasetRow row = ref rows[i];
            if (row.Offset < from)
            {
                continue;
            }

            if (row.Verdict is RecordVerdict.Row or RecordVerdict.Deletion)
            {
                state.WantRow(row.Key);
            }
            else if (row.Verdict is RecordVerdict.Event or RecordVerdict.Nothing)
            {
                if (row.Verdict == RecordVerdict.Event)
                {
                    state.WantCell(row.Key);
                }

                if (row.HasEventId)
                {
                    state.WantVisitor(row.Visitor, rows.VisitorKey(i));
                }
            }
        }
    }

    private int ApplyFrom(int first, DatasetBatch rows, RecordBatch batch, long from)
    {
        int i = first;
        // A record changes two keys at most.
        for (; i < rows.Count && state.DirtyCount + 2 <= StateCommit.RecordsTarget; i++)
        {
            ref DatasetRow row = ref rows[i];
            if (row.Offset < from)
            {
                continue;
            }

            Apply(ref row, i, rows);
            if (row.Verdict == RecordVerdict.Refused)
            {
                counts.Refused[(int)row.Reason]++;
                if (!isSilent && row.Reason != DatasetReason.Bot)
                {
                    SendDeadLetter(in row, batch, i);
                }
            }

            ledger.Enter(row.Offset);
            nextOffset = Math.Max(nextOffset, row.Offset + 1);
        }

        return i;
    }

    private void Apply(ref DatasetRow row, int i, DatasetBatch rows)
    {
        if (row.Verdict is RecordVerdict.NotOurs or RecordVerdict.TimeMarker)
        {
            // Event time moves on although nothing happened.
            counts.NewestMs = row.Verdict == RecordVerdict.TimeMarker ? Math.Max(counts.NewestMs, row.TimeMs) : counts.NewestMs;
            return;
        }

        counts.Records++;
        counts.ReceivedMs = Math.Max(counts.ReceivedMs, row.ReceivedMs);
        switch (row.Verdict)
        {
            case RecordVerdict.Row or RecordVerdict.Deletion:
                ApplyRow(in row, rows.Amounts(i), rows.Present(i));
                break;
            case RecordVerdict.Event or RecordVerdict.Nothing:
                ApplyEvent(ref row, rows.Amounts(i), rows.Present(i));
                break;
        }
    }

    private void ApplyRow(in DatasetRow row, ReadOnlySpan<ExactAmount> amounts, ReadOnlySpan<bool> present)
    {
        bool isDeletion = row.Verdict == RecordVerdict.Deletion;
        if (!isDeletion)
        {
            counts.Accepted++;
            Judge(in row, present);
        }

        RowMemory kept = state.Row(row.Key);
        RowVersion version = new(row.IsAudited, row.UpdatedMs, row.Origin, row.Offset);
        bool isFirst = kept.Record.Length == 0;
        bool isNewer = isFirst || version.CompareTo(kept.Version) > 0;
        int content = RowRecord.Pack(packed, version, in row, amounts, present);
        bool isSame = !isDeletion && !isFirst && !kept.IsTombstone && SaysTheSame(kept, packed.Written, content);
        counts.DuplicateRows += isSame ? 1 : 0;
        counts.Outdated += !isNewer && !isSame ? 1 : 0;
        counts.Deleted += isDeletion && isNewer ? 1 : 0;
        counts.Replaced += !isDeletion && !isFirst && isNewer && !isSame ? 1 : 0;
        if (!isNewer)
        {
            return;
        }

        if (kept.Record.Length == packed.Length)
        {
            packed.Written.CopyTo(kept.Record);
        }
        else
        {
            kept.Record = packed.Written.ToArray();
        }

        (kept.Version, kept.IsTombstone, kept.Content) = (version, isDeletion, content);
        state.Changed(kept, row.Offset);
    }

    // What follows the version, without the checksum over both.
    private static bool SaysTheSame(RowMemory kept, ReadOnlySpan<byte> record, int content) =>
        kept.Record.AsSpan(kept.Content..^4).SequenceEqual(record[content..^4]);

    private void ApplyEvent(ref DatasetRow row, ReadOnlySpan<ExactAmount> amounts, ReadOnlySpan<bool> present)
    {
        if (row.TimeMs < counts.NewestMs - latenessMs)
        {
            (row.Verdict, row.Reason) = (RecordVerdict.Refused, DatasetReason.TooLate);
            row.Detail = "The event is further behind the newest of its partition than the topology's lateness allows.";
            return;
        }

        counts.NewestMs = Math.Max(counts.NewestMs, row.TimeMs);
        if (row.HasEventId && deduplicateMs > 0)
        {
            IdentityMemory visitor = state.Visitor(row.Visitor);
            state.Changed(visitor);
            if (!visitor.Ids.TryAdd(row.EventId, row.TimeMs, counts.NewestMs - deduplicateMs))
            {
                counts.DuplicateEvents++;
                return;
            }
        }

        Judge(in row, present);
        if (row.Verdict == RecordVerdict.Nothing)
        {
            counts.WithoutMetric++;
            return;
        }

        counts.Accepted++;
        CellMemory cell = state.Cell(row.Key);
        cell.Add(in row, amounts, present, parts.Partition);
        state.Changed(cell, row.Offset);
    }

    private void Judge(in DatasetRow row, ReadOnlySpan<bool> present)
    {
        counts.NewestDay = Math.Max(counts.NewestDay, row.Day);
        counts.NewestMs = Math.Max(counts.NewestMs, row.TimeMs);
        counts.Judged++;
        DimensionSet set = row.Dimensions!;
        if (set.Hits++ == 0)
        {
            hit.Add(set);
        }

        for (int i = 0; i < present.Length; i++)
        {
            counts.Present[dimensions + i] += present[i] ? 1 : 0;
        }
    }

    private void CountDimensions()
    {
        foreach (DimensionSet set in hit)
        {
            for (int i = 0; i < set.Present.Length; i++)
            {
                counts.Present[i] += set.Present[i] ? set.Hits : 0;
            }

            set.Hits = 0;
        }

        hit.Clear();
    }

    private void SendDeadLetter(in DatasetRow row, RecordBatch batch, int i)
    {
        QuarantinedValue? quarantined = row.Cause is { } cause
            ? new QuarantinedValue(parts.Dataset.Name, cause.Field, cause.Path, cause.Value, DateOnly.FromDayNumber(row.Day))
            : null;
        ReadOnlySpan<byte> letter = deadLetter.Write(
            DatasetReasonText.Of(row.Reason), $"Dataset {parts.Dataset.Name}: {row.Detail}", parts.Topic, parts.Partition,
            row.Offset, row.ReceivedMs, batch.Value(i), node, quarantined);
        parts.Sink.Send(parts.DeadLetterTopic, IRecordSink.ByKey, batch.Key(i), letter);
        outputsWaiting = true;
    }

    private async Task CommitAllAsync(CancellationToken stop)
    {
        if (outputsWaiting)
        {
            await parts.Sink.FlushAsync(stop);
            outputsWaiting = false;
        }

        CountDimensions();
        long firstOffset = state.CommittedOffset;
        switch (await state.CommitAsync(nextOffset, DatasetProgress.Pack(packed, ledger, counts), stop))
        {
            case CommitOutcome.Fenced:
                throw new TaskLostException(
                    TaskLoss.Fenced, $"dataset {parts.Dataset.Name}, partition {parts.Partition}: a newer holder took over; this one stops writing");
            case CommitOutcome.UnexpectedOffset:
                throw new TaskLostException(
                    TaskLoss.StateMoved, $"dataset {parts.Dataset.Name}, partition {parts.Partition}: the state no longer stands at offset {firstOffset}");
        }

        Publish();
    }

    private void Publish() => Volatile.Write(ref progress, DatasetProgress.Of(ledger, counts, nextOffset));
}
