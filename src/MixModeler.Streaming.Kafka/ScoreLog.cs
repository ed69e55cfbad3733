using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Kafka;

/// <summary>What the logs hold about a visitor's score: the score, the model that gave it, the events behind it.</summary>
public sealed class ScoreLog(LogReader reader, TopologyPlan plan)
{
    /// <summary>The visitor's newest score; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It was not written under this topology.</exception>
    public ScoreRecord? FindScore(string visitor, CancellationToken stop)
    {
        byte[] key = Encoding.UTF8.GetBytes(visitor);
        int partitions = reader.Partitions(plan.Topics.Scores);
        if (partitions == 0)
        {
            return null;
        }

        // Almost always the partition that the producer's hash gives; a producer may have had another.
        int likely = KeyPartition.Of(key, partitions);
        foreach (int partition in Enumerable.Range(0, partitions).OrderBy(p => p != likely))
        {
            if (reader.FindLast(plan.Topics.Scores, partition, record => record.Key.Span.SequenceEqual(key), stop) is { } found)
            {
                ScoreRecord score = new(plan.Schema);
                return score.TryRead(found.Value.Span)
                    ? score
                    : throw new InvalidDataException($"the score at {found.Topic}/{partition}@{found.Offset} has another row than this topology");
            }
        }

        return null;
    }

    /// <summary>A model version; where the log no longer holds it, the newest there is, and where there is none the base rate.</summary>
    public LinearModel FindModel(long version, CancellationToken stop)
    {
        LinearModel newest = LinearModel.OfBaseRate(plan.Model?.BaseRate ?? 0.5, plan.Schema.InputCount);
        if (version == 0 || plan.Model is null || reader.Partitions(plan.Topics.Models) == 0)
        {
            return newest;
        }

        byte[] key = Encoding.UTF8.GetBytes($"{plan.Name}/{plan.Model.Name}");
        LinearModel? exact = null;
        _ = reader.FindLast(
            plan.Topics.Models,
            0,
            record =>
            {
                if (!record.Key.Span.SequenceEqual(key) || Read(record) is not { } model)
                {
                    return false;
                }

                newest = model.Version > newest.Version ? model : newest;
                exact = model.Version == version ? model : exact;
                // Versions ascend: a piece that begins below the one sought leaves nothing to find before it.
                return model.Version <= version;
            },
            stop);
        return exact ?? newest;
    }

    /// <summary>Follows the visitor through what the log of its partition still holds, up to but without an offset.</summary>
    public VisitorTrace Trace(string visitor, int partition, long untilOffset, long toOffset, CancellationToken stop)
    {
        VisitorTrace trace = new(plan, visitor, untilOffset);
        foreach (LogRecord[] chunk in reader.Read(plan.Topics.Events, partition, 0, toOffset, stop).Chunk(RecordBatch.RecordsMax))
        {
            RecordBatch batch = new() { Partition = partition };
            foreach (LogRecord record in chunk)
            {
                batch.Add(record.Offset, record.TimestampMs, record.Key.Span, record.Value.Span);
            }

            trace.Take(batch);
        }

        return trace;
    }

    private LinearModel? Read(LogRecord record)
    {
        try
        {
            ModelDocument? document = JsonSerializer.Deserialize(record.Value.Span, DocumentJson.Default.ModelDocument);
            bool fits = document is not null && document.Inputs.AsSpan().SequenceEqual(plan.Schema.InputNames.AsSpan())
                && document.Weights.Length == plan.Schema.InputCount;
            return fits ? new LinearModel(document!.Version, document.Bias, document.Weights) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
