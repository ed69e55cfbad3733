using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Explain;

/// <summary>What of an output is compared.</summary>
internal enum OutputKind
{
    Scores,
    Training,
    DeadLetter,
}

/// <summary>Which outputs belong together: those of the same kind that the same event caused.</summary>
internal readonly record struct OutputPlace(OutputKind Kind, int Partition, Origin Origin);

/// <summary>One output, reduced to what is compared.</summary>
internal sealed record ComparedOutput(OutputPlace Place, Hash128 Visitor, double[] Values)
{
    public double Score { get; init; }

    public long AtMs { get; init; }

    public bool Label { get; init; }

    public string Reason { get; init; } = "";
}

/// <summary>Reads the outputs of one version. Owned by one thread at a time.</summary>
internal sealed class ComparedOutputs(TopologyPlan plan)
{
    private readonly ScoreRecord score = new(plan.Schema);
    private readonly TrainingExampleReader example = new(plan.Schema);

    public TopologyPlan Plan { get; } = plan;

    /// <summary>Null for what is not compared record by record: models, decisions, the learner's dead letters.</summary>
    /// <exception cref="InvalidDataException">It should be compared and cannot be read.</exception>
    public ComparedOutput? Read(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (topic == Plan.Topics.Scores)
        {
            return ReadScore(value);
        }

        if (topic == Plan.Topics.Training)
        {
            return ReadExample(key, value);
        }

        return topic == Plan.Topics.DeadLetter ? ReadDeadLetter(value) : null;
    }

    private ComparedOutput ReadScore(ReadOnlySpan<byte> value)
    {
        if (!score.TryRead(value))
        {
            throw new InvalidDataException("no score record of this topology");
        }

        double[] values = new double[Plan.Schema.Features.Length];
        Plan.Schema.ReadValues(score.Row, score.AtMs, values);
        // An event has one score, whichever number it has among the event's outputs.
        OutputPlace place = new(OutputKind.Scores, score.Origin.Partition, score.Origin with { Ordinal = 0 });
        return new ComparedOutput(place, score.Visitor, values) { Score = score.Score, AtMs = score.AtMs };
    }

    private ComparedOutput ReadExample(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        double[] values = new double[Plan.Schema.Features.Length];
        if (!example.TryRead(value, values, out TrainingExample read, out ExampleRefusal refusal))
        {
            throw new InvalidDataException(refusal.Detail);
        }

        OutputPlace place = new(OutputKind.Training, read.Origin.Partition, read.Origin);
        return new ComparedOutput(place, Hash128.Of(key), values) { AtMs = read.AtMs, Label = read.Label };
    }

    private ComparedOutput? ReadDeadLetter(ReadOnlySpan<byte> value)
    {
        DeadLetterRecord? letter = DeadLetterRecord.Read(value);
        if (letter is null)
        {
            throw new InvalidDataException("no dead letter");
        }

        OutputPlace place = new(OutputKind.DeadLetter, letter.Partition, new Origin(letter.Partition, letter.Offset, 0));
        return letter.Topic == Plan.Topics.Events ? new ComparedOutput(place, default, []) { Reason = letter.Reason } : null;
    }
}
