using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>What a topic's warden works with.</summary>
public sealed record WardenParts
{
    /// <summary>All datasets that read the topic.</summary>
    public required ImmutableArray<DatasetPlan> Datasets { get; init; }

    public required int Partition { get; init; }

    /// <summary>Of this topic's warden and this partition, and of nobody else.</summary>
    public required IStateStore Store { get; init; }

    public required IRecordSink Sink { get; init; }

    /// <summary>Full name of the topic that is read.</summary>
    public required string Topic { get; init; }

    public required string DeadLetterTopic { get; init; }
}

/// <summary>
/// Reports, once for a topic and not once for each dataset on it, records that are no record of any: malformed JSON, and names of
/// datasets that nobody declared. It keeps nothing but its offset and counts.
/// </summary>
public sealed class DatasetWarden : IPartitionTask, IDisposable
{
    private readonly WardenParts parts;
    private readonly byte[][] ids;
    private readonly bool takesAll;
    private readonly DeadLetter deadLetter = new();
    private readonly DatasetCounts counts = new(0);
    private readonly OffsetLedger ledger = new();
    private readonly PackedWriter packed = new();
    private readonly StateCommit commit = new();
    private StateLease lease = new(0, 0, null);
    private long nextOffset;
    private bool outputsWaiting;
    private DatasetProgress progress;

    public DatasetWarden(WardenParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        this.parts = parts;
        takesAll = parts.Datasets.Any(dataset => dataset.Ids.IsEmpty);
        ids = [.. parts.Datasets.SelectMany(dataset => dataset.Ids).Distinct().Select(Encoding.UTF8.GetBytes)];
        progress = DatasetProgress.Of(ledger, counts);
    }

    /// <summary>Where the task stood at its last commit; any thread.</summary>
    public DatasetProgress Progress => Volatile.Read(ref progress);

    public long CommittedOffset => Progress.NextOffset;

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        lease = await parts.Store.AcquireAsync(earliestOffset, stop);
        if (lease.NextOffset < earliestOffset)
        {
            throw new TaskLostException(
                TaskLoss.LogTruncated,
                $"{parts.Topic}/{parts.Partition} begins at offset {earliestOffset}, its warden stands at {lease.NextOffset}: records are missing");
        }

        DatasetProgress.Unpack(lease.TaskRecord, ledger, counts);
        nextOffset = lease.NextOffset;
        outputsWaiting = false;
        Publish();
        return nextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(recycle);
        while (await parts.Store.WaitToReadAsync(batches, $"the warden of {parts.Topic}/{parts.Partition}", stop))
        {
            while (batches.TryRead(out RecordBatch? batch))
            {
                Apply(batch);
                recycle(batch);
                if (nextOffset - lease.NextOffset >= StateCommit.RecordsTarget)
                {
                    await CommitAsync(stop);
                }
            }

            await CommitAsync(stop);
        }
    }

    public void Dispose() => deadLetter.Dispose();

    private void Apply(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            long offset = batch.Offset(i);
            if (offset < nextOffset)
            {
                // Fetched before the seek took effect.
                continue;
            }

            counts.Records++;
            counts.ReceivedMs = Math.Max(counts.ReceivedMs, batch.TimestampMs(i));
            DatasetReason reason = Judge(batch.Key(i), batch.Value(i), out string? detail);
            if (reason == DatasetReason.None)
            {
                counts.Accepted++;
            }
            else
            {
                counts.Refused[(int)reason]++;
                ReadOnlySpan<byte> letter = deadLetter.Write(
                    DatasetReasonText.Of(reason), detail!, parts.Topic, parts.Partition, offset, batch.TimestampMs(i), batch.Value(i), "datasets");
                parts.Sink.Send(parts.DeadLetterTopic, IRecordSink.ByKey, batch.Key(i), letter);
                outputsWaiting = true;
            }

            ledger.Enter(offset);
            nextOffset = offset + 1;
        }
    }

    private DatasetReason Judge(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, out string? detail)
    {
        detail = null;
        if (value.IsEmpty || value.SequenceEqual("null"u8) || key.SequenceEqual(TimeMarker.Key))
        {
            return DatasetReason.None;
        }

        bool isNamed = false;
        bool isKnown = takesAll;
        string name = "";
        Utf8JsonReader reader = new(value);
        try
        {
            reader.Read();
            bool isObject = reader.TokenType == JsonTokenType.StartObject;
            if (isObject)
            {
                Look(ref reader, Place.Top, ref isNamed, ref isKnown, ref name);
            }

            // To the end, so that trailing text is noticed.
            while (reader.Read())
            {
            }

            if (!isObject)
            {
                detail = "The value is JSON but not an object.";
                return DatasetReason.MalformedJson;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Message and place, but never what stands there: it may be as long as the record.
            detail = e is JsonException at
                ? $"The value is not one well-formed JSON document: line {(at.LineNumber ?? 0) + 1}, byte {(at.BytePositionInLine ?? 0) + 1}."
                : "The value is not one well-formed JSON document.";
            return DatasetReason.MalformedJson;
        }

        if (!isKnown)
        {
            detail = isNamed ? $"No dataset of {parts.Topic} is called '{name}'." : $"The record names no dataset, and {parts.Topic} has several or a named one.";
            return DatasetReason.UnknownDataset;
        }

        return DatasetReason.None;
    }

    private enum Place
    {
        Top,
        Header,
        Body,
        Entity,
    }

    private void Look(ref Utf8JsonReader reader, Place place, ref bool isNamed, ref bool isKnown, ref string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isTop = place is Place.Top or Place.Entity;
            bool isName = (place == Place.Header && reader.ValueTextEquals("datasetId"u8)) || (isTop && reader.ValueTextEquals("dataset"u8));
            Place? below = isTop && reader.ValueTextEquals("header"u8) ? Place.Header
                : place == Place.Top && reader.ValueTextEquals("body"u8) ? Place.Body
                : place == Place.Body && reader.ValueTextEquals("xdmEntity"u8) ? Place.Entity
                : null;
            reader.Read();
            if (isName && !isNamed && reader.TokenType == JsonTokenType.String)
            {
                isNamed = true;
                foreach (byte[] id in ids)
                {
                    isKnown |= reader.ValueTextEquals(id);
                }

                name = isKnown || reader.ValueSpan.Length > 256 ? "…" : reader.GetString()!;
            }
            else if (below is Place next && reader.TokenType == JsonTokenType.StartObject)
            {
                Look(ref reader, next, ref isNamed, ref isKnown, ref name);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private async Task CommitAsync(CancellationToken stop)
    {
        if (nextOffset == lease.NextOffset)
        {
            return;
        }

        if (outputsWaiting)
        {
            await parts.Sink.FlushAsync(stop);
            outputsWaiting = false;
        }

        commit.Clear();
        commit.FirstOffset = lease.NextOffset;
        commit.NextOffset = nextOffset;
        commit.TaskRecord = DatasetProgress.Pack(packed, ledger, counts);
        switch (await parts.Store.CommitAsync(lease, commit, stop))
        {
            case CommitOutcome.Fenced:
                throw new TaskLostException(TaskLoss.Fenced, $"the warden of {parts.Topic}, partition {parts.Partition}: a newer holder took over");
            case CommitOutcome.UnexpectedOffset:
                throw new TaskLostException(
                    TaskLoss.StateMoved, $"the warden of {parts.Topic}, partition {parts.Partition}: the state no longer stands at offset {lease.NextOffset}");
        }

        lease = lease with { NextOffset = nextOffset };
        Publish();
    }

    private void Publish() => Volatile.Write(ref progress, DatasetProgress.Of(ledger, counts, nextOffset));
}
