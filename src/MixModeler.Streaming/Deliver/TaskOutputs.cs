using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

// Hot path, once per event. Budget: 0 B before the sink. Measured by EngineBench.

/// <summary>
/// What leaves a partition task: scores, settled examples, dead letters. Each carries the event it comes from and its number
/// among that event's outputs, in ascending order, so that a replay is recognised.
/// </summary>
internal sealed class TaskOutputs(TopologyPlan topology, int partition, IRecordSink sink)
{
    // A model has one partition of the training topic: one log, one order, one learner.
    private const int TrainingPartition = 0;

    private readonly ScoreRecordWriter scores = new(topology.Schema, topology.Model?.Name ?? "");
    private readonly TrainingExampleWriter examples = new(topology.Schema);
    private readonly DeadLetter deadLetters = new();
    private readonly ProfileRecord? profiles = topology.Model is null ? null : new ProfileRecord(topology.Model.ProfilePath);
    private readonly double[] values = new double[topology.Schema.Features.Length];
    private readonly string scoresTopic = topology.Topics.Scores;
    private readonly string trainingTopic = topology.Topics.Training;
    private readonly string deadLetterTopic = topology.Topics.DeadLetter;
    private readonly string eventsTopic = topology.Topics.Events;
    private long offset;
    private int ordinal;

    /// <summary>The outputs that follow come from the event at this offset.</summary>
    public void StartOf(long eventOffset)
    {
        offset = eventOffset;
        ordinal = 0;
    }

    public void Score(VisitorMemory visitor, ReadOnlySpan<long> row, long receivedMs)
    {
        ReadOnlySpan<byte> record =
            scores.Write(visitor.Id, visitor.Score, visitor.ScoreModelVersion, row[0], NextOrigin(), receivedMs, row);
        sink.Send(scoresTopic, partition, visitor.Id, record);
    }

    public void Example(byte[] visitor, long decidedMs, ReadOnlySpan<long> row, bool label)
    {
        topology.Schema.ReadValues(row, decidedMs, values);
        sink.Send(trainingTopic, TrainingPartition, visitor, examples.Write(visitor, decidedMs, label, NextOrigin(), values));
    }

    public void DeadLetter(Rejection rejection, RecordBatch batch, int i)
    {
        ReadOnlySpan<byte> record = deadLetters.Write(
            RejectionText.Of(rejection), RejectionText.Explain(rejection), eventsTopic, partition, batch.Offset(i), batch.TimestampMs(i), batch.Value(i));
        sink.Send(deadLetterTopic, IRecordSink.ByKey, batch.Key(i), record);
    }

    public byte[] Profile(VisitorMemory visitor, long atMs) =>
        profiles!.Write(visitor.Id, visitor.Score, visitor.ScoreModelVersion, atMs);

    /// <summary>Completes when everything sent so far is safely in the log.</summary>
    public Task FlushAsync(CancellationToken stop) => sink.FlushAsync(stop);

    private Origin NextOrigin() => new(partition, offset, ordinal++);
}
