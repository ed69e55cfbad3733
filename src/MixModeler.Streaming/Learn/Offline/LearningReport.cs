using System.Globalization;
using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn.Offline;

/// <summary>A point-in-time example: the values as they stood at the decision (NaN = never), and what followed.</summary>
public readonly record struct TimedExample(long AtMs, bool Label, double[] Values);

/// <summary>One line of a report.</summary>
/// <param name="Sampling">Which examples.</param>
/// <param name="Method">What was fitted to which of them and tested on which.</param>
/// <param name="Examples">Examples tested.</param>
/// <param name="Positives">Examples tested with the label.</param>
/// <param name="Auc">Exact.</param>
/// <param name="LogLoss">Mean.</param>
public sealed record LearningRow(string Sampling, string Method, int Examples, int Positives, double Auc, double LogLoss);

/// <summary>
/// How well the online learner does beside an offline logistic regression over the same examples, and what the leaky sampling
/// of the notebooks would have claimed.
/// </summary>
public sealed class LearningReport
{
    private readonly List<LearningRow> rows = [];

    private LearningReport()
    {
    }

    private sealed record Sample(string Name, List<double[]> Inputs, List<bool> Labels)
    {
        public int Half => Inputs.Count / 2;
    }

    public IReadOnlyList<LearningRow> Rows => rows;

    /// <param name="schema">Turns values into inputs.</param>
    /// <param name="model">Rates, base rate and the label event.</param>
    /// <param name="examples">In the order in which they are learned.</param>
    /// <param name="events">In time order; empty leaves out the leaky sampling.</param>
    /// <param name="seed">Of the rows that the leaky sampling draws.</param>
    public static LearningReport Compute(
        FeatureSchema schema, ModelPlan model, IReadOnlyList<TimedExample> examples, IEnumerable<FeaturedEvent> events, int seed = 0)
    {
        LearningReport report = new();
        Sample honest = new("honest", [], []);
        foreach (TimedExample example in examples)
        {
            double[] inputs = new double[schema.InputCount];
            schema.WriteInputs(example.Values, inputs);
            honest.Inputs.Add(inputs);
            honest.Labels.Add(example.Label);
        }

        report.Add(honest, model);
        Sample leaky = new("leaky", [], []);
        foreach ((long _, bool label, double[] inputs) in LeakySampling.Draw(events, model.LabelEvent, seed))
        {
            leaky.Inputs.Add(inputs);
            leaky.Labels.Add(label);
        }

        if (leaky.Inputs.Count > 0)
        {
            report.Add(leaky, model);
            OfflineLogistic claimed = OfflineLogistic.Fit(leaky.Inputs, leaky.Labels);
            report.Add(
                "honest", "offline, fitted to all leaky rows", honest.Labels,
                [.. examples.Select(example => claimed.Predict(LeakySampling.NeverAsZero(example.Values)))]);
        }

        return report;
    }

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine("examples  method                                     tested  positives     AUC  log-loss");
        foreach (LearningRow row in rows)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{row.Sampling,-8}  {row.Method,-38}  {row.Examples,9:N0}  {row.Positives,9:N0}  {row.Auc:F4}  {row.LogLoss:F5}");
        }

        return text.ToString();
    }

    private void Add(Sample sample, ModelPlan model)
    {
        int half = sample.Half;
        FtrlLearner learner = new(model.Learner, sample.Inputs[0].Length, baseRate: model.BaseRate);
        double[] online = [.. sample.Inputs.Zip(sample.Labels, (inputs, label) => learner.PredictThenLearn(inputs, [], label))];
        Add(sample.Name, "online, predicted before learned", sample.Labels, online);
        OfflineLogistic all = OfflineLogistic.Fit(sample.Inputs, sample.Labels);
        Add(sample.Name, "offline, fitted to all, tested on all", sample.Labels, [.. sample.Inputs.Select(all.Predict)]);
        if (half > 0)
        {
            List<bool> later = sample.Labels[half..];
            OfflineLogistic first = OfflineLogistic.Fit(sample.Inputs[..half], sample.Labels[..half]);
            Add(sample.Name, "online, second half", later, online[half..]);
            Add(sample.Name, "offline, first half, tested on second", later, [.. sample.Inputs[half..].Select(first.Predict)]);
        }
    }

    private void Add(string sampling, string method, List<bool> labels, double[] predictions)
    {
        double loss = 0;
        for (int i = 0; i < predictions.Length; i++)
        {
            loss -= Math.Log(Math.Max(labels[i] ? predictions[i] : 1 - predictions[i], 1e-15));
        }

        rows.Add(new LearningRow(sampling, method, labels.Count, labels.Count(label => label), RankAuc.Of(predictions, [.. labels]), loss / labels.Count));
    }
}
