using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>Takes a recorded score apart. A pure function of the record, the model, and the log that was read.</summary>
public static class ScoreExplainer
{
    /// <param name="plan">The topology; its schema must be the record's.</param>
    /// <param name="visitor">The visitor's id.</param>
    /// <param name="score">The record of the score.</param>
    /// <param name="model">The weights to explain it with.</param>
    /// <param name="trace">Has read the partition's retained log up to the score's event.</param>
    /// <param name="taskFirstOffset">The first offset that the partition's task ever applied; -1 where it is not known.</param>
    public static ScoreExplanation Explain(
        TopologyPlan plan, string visitor, ScoreRecord score, LinearModel model, VisitorTrace trace, long taskFirstOffset)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(trace);
        double[] values = new double[plan.Schema.Features.Length];
        double[] inputs = new double[plan.Schema.InputCount];
        plan.Schema.ReadValues(score.Row, score.AtMs, values);
        plan.Schema.WriteInputs(values, inputs);
        InputContribution[] contributions = [.. inputs.Select((input, i) => Contribution(plan.Schema, model, values, input, i))];
        bool complete = taskFirstOffset >= 0 && trace.FirstOffset >= 0 && trace.FirstOffset <= taskFirstOffset;
        bool reproduced = trace.Row.SequenceEqual(score.Row);
        ScoreExplanation explanation = new()
        {
            Visitor = visitor,
            Score = score.Score,
            At = VisitorReport.At(score.AtMs),
            Event = FormattableString.Invariant($"{plan.Topics.Events}/{score.Origin.Partition}@{score.Origin.Offset}"),
            Topology = plan.Name,
            TopologyVersion = plan.Version,
            Model = plan.Model?.Name ?? "",
            ModelVersion = score.ModelVersion,
            ExplainedByVersion = model.Version,
            Bias = model.Bias,
            Inputs = contributions,
            Logit = model.Bias + contributions.Sum(c => c.Contribution),
            ScoreByWeights = model.Predict(inputs),
            Features = [.. plan.Schema.Features.Select((_, f) => Origin(plan.Schema, score, trace, f, reproduced))],
            Events = [.. trace.Events],
            EventsTotal = trace.EventsTotal,
            Reproduced = reproduced,
        };
        explanation.Reservations = [.. Reservations(explanation, trace, taskFirstOffset, complete)];
        return explanation;
    }

    private static InputContribution Contribution(FeatureSchema schema, LinearModel model, double[] values, double input, int i)
    {
        // `minutes_since_click.known`: the part after the last dot is the input's own.
        string name = schema.InputNames[i];
        string feature = name[..name.LastIndexOf('.')];
        double value = values[schema.IndexOf(feature)];
        double weight = model.Weights[i];
        return new InputContribution(name, feature, double.IsNaN(value) ? null : value, input, weight, weight * input);
    }

    private static FeatureOrigin Origin(FeatureSchema schema, ScoreRecord score, VisitorTrace trace, int f, bool reproduced)
    {
        FeatureReport report = FeatureReport.Of(schema, score.Row, f, score.AtMs);
        TracedEvent[] made = [.. trace.Events.Where(e => e.Outcome == TracedEvent.Applied && e.Features.Contains(report.Name))];
        string? missing = null;
        switch (schema.Features[f].Kind)
        {
            case FeatureKind.Count:
                missing = trace.Matched(f) < report.Word ? $"{report.Word - trace.Matched(f)} of its {report.Word} events are no longer in the log" : null;
                break;
            case FeatureKind.MinutesSince:
                // Only the newest match made the value.
                made = [.. made.Where(e => e.At == VisitorReport.At(report.Word)).Take(1)];
                missing = report.Word != 0 && made.Length == 0 ? "the event that set it is no longer in the log" : null;
                break;
            default:
                missing = !reproduced && trace.Row[1 + f] != report.Word ? "earlier events took part that are no longer in the log" : null;
                break;
        }

        return new FeatureOrigin(report.Name, report.Kind, report.Value, report.Word, [.. made.Select(e => e.Offset)], missing);
    }

    private static IEnumerable<string> Reservations(ScoreExplanation explanation, VisitorTrace trace, long taskFirstOffset, bool complete)
    {
        if (explanation.ExplainedByVersion != explanation.ModelVersion)
        {
            yield return $"Version {explanation.ModelVersion} of the model, which gave the score, is no longer in the log; the weights are those of version {explanation.ExplainedByVersion}, which would give {explanation.ScoreByWeights:R}.";
        }
        else if (Math.Abs(explanation.ScoreByWeights - explanation.Score) > 1e-12)
        {
            yield return $"The weights of version {explanation.ModelVersion} give {explanation.ScoreByWeights:R}, not the recorded score: this is not the model or the topology that gave it.";
        }

        if (taskFirstOffset < 0)
        {
            yield return "How far back the state reaches is not known: the partition's task has no record in Redis.";
        }
        else if (!complete)
        {
            yield return trace.FirstOffset < 0
                ? $"The log holds none of the records behind this score; the state reaches back to offset {taskFirstOffset}."
                : $"The state reaches back to offset {taskFirstOffset}, the log only to {trace.FirstOffset}: earlier events took part and cannot be named.";
        }
        else if (!explanation.Reproduced)
        {
            yield return "The log is complete, and yet its events lead to another row under this topology file: the score was given under another version of it.";
        }

        if (trace.EventsTotal > explanation.Events.Length)
        {
            yield return $"Only the newest {explanation.Events.Length} of the visitor's {trace.EventsTotal} events are listed.";
        }
    }
}
