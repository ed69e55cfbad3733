using MixModeler.Streaming.Flow;
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
internal sealed class TaskOutputs(TopologyPlan topology, int partition, IRecordSink sink, FlowTaps? taps = null) : IFlowOutputs
{
    // A model has one partition of the training topic: one log, one order, one learner.
    private const int TrainingPartition = 0;

    private readonly ScoreRecordWriter scores = new(topology.Schema, topology.Model?.Name ?? "", topology.Version);
    private readonly TrainingExampleWriter examples = new(topology.Schema, LabelId.Of(topology));
    private readonly DeadLetter deadLetters = new();
    private readonly ProfileRecord? profiles = topology.Model is null ? null : new ProfileRecord(topology.Model.ProfilePath);
    private readonly double[] values = new double[topology.Schema.Features.Length];
    private readonly string scoresTopic = topology.Topics.Scores;
    private readonly string trainingTopic = topology.Topics.Training;
    private readonly string deadLetterTopic = topology.Topics.DeadLetter;
    private readonly string eventsTopic = topology.Topics.Events;
    private readonly List<(string Topic, int Next)> ofNodes = [];
    private long offset;
    private int ordinal;
    private RecordBatch? atBatch;
    private int atRecord;

    /// <summary>The outputs that follow come from this event.</summary>
    public void StartOf(RecordBatch batch, int i)
    {
        offset = batch.Offset(i);
        ordinal = 0;
        ofNodes.Clear();
        (atBatch, atRecord) = (batch, i);
    }

    public void Score(VisitorMemory visitor, ReadOnlySpan<long> row, long receivedMs)
    {
        ReadOnlySpan<byte> record =
            scores.Write(visitor.Id, visitor.Score, visitor.ScoreModelVersion, row[0], NextOrigin(), receivedMs, row);
        sink.Send(scoresTopic, partition, visitor.Id, record);
        if (taps?.Listening is not null)
        {
            ShowScore(visitor.Id, record);
        }
    }

    public void Example(byte[] visitor, long decidedMs, ReadOnlySpan<long> row, bool label)
    {
        topology.Schema.ReadValues(row, decidedMs, values);
        ReadOnlySpan<byte> example = examples.Write(visitor, decidedMs, label, NextOrigin(), values);
        sink.Send(trainingTopic, TrainingPartition, visitor, example);
        Show("training", visitor, example);
    }

    public void DeadLetter(Rejection rejection, RecordBatch batch, int i)
    {
        ReadOnlySpan<byte> record = deadLetters.Write(
            RejectionText.Of(rejection), RejectionText.Explain(rejection), eventsTopic, partition, batch.Offset(i), batch.TimestampMs(i), batch.Value(i));
        sink.Send(deadLetterTopic, IRecordSink.ByKey, batch.Key(i), record);
        Show("dead-letter", batch.Key(i), record);
    }

    public byte[] Profile(VisitorMemory visitor, long atMs) =>
        profiles!.Write(visitor.Id, visitor.Score, visitor.ScoreModelVersion, atMs);

    /// <summary>Completes when everything sent so far is safely in the log.</summary>
    public Task FlushAsync(CancellationToken stop) => sink.FlushAsync(stop);

    public void Send(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => sink.Send(topic, IRecordSink.ByKey, key, value);

    public void DeadLetter(string node, string reason, string detail, ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> value = record.IsEmpty ? atBatch!.Value(atRecord) : record;
        ReadOnlySpan<byte> letter = deadLetters.Write(reason, detail, eventsTopic, partition, offset, atBatch!.TimestampMs(atRecord), value, node);
        sink.Send(deadLetterTopic, IRecordSink.ByKey, atBatch.Key(atRecord), letter);
        Show("dead-letter", atBatch.Key(atRecord), letter);
    }

    // Without nodes of its own, what the profile gives is the score.
    private void ShowScore(ReadOnlySpan<byte> visitor, ReadOnlySpan<byte> record)
    {
        if (topology.Flow?.Lanes[0].Profile is null or < 0)
        {
            taps!.Show("profile", TappedRecord.Out, visitor, record);
        }

        Show("scores", visitor, record);
    }

    private void Show(string node, ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        if (taps?.Listening is not null)
        {
            taps.Show(node, TappedRecord.In, key, record);
            taps.Show(node, TappedRecord.Out, key, record);
        }
    }

    /// <summary>
    /// The next place among an event's records on a topic that nodes write. Each topic counts for itself: how many records one of
    /// them gets may hang on the score, and with it on the moment, and must not shift those of another.
    /// </summary>
    public Origin NextOrigin(string topic)
    {
        for (int i = 0; i < ofNodes.Count; i++)
        {
            if (ofNodes[i].Topic == topic)
            {
                int next = ofNodes[i].Next;
                ofNodes[i] = (topic, next + 1);
                return new Origin(partition, offset, next);
            }
        }

        ofNodes.Add((topic, 1));
        return new Origin(partition, offset, 0);
    }

    private Origin NextOrigin() => new(partition, offset, ordinal++);
}
