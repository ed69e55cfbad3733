using System.Collections.Immutable;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// A model over the features of one version as a model over those of another, for the time until the learner publishes one of its
/// own: weights follow their features, new features weigh nothing, the bias and the version stay.
/// </summary>
public static class ModelMapping
{
    /// <summary>What was learned under one version is worth something under the other: same model, same label.</summary>
    public static bool Carries(TopologyPlan from, TopologyPlan to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return from.Model is not null && to.Model is not null && LearnedShape.Of(from).LearnsTheSame(LearnedShape.Of(to));
    }

    public static LinearModel Map(LinearModel model, TopologyPlan from, TopologyPlan to) =>
        Map(model, LearnedShape.FeaturesOf(from), LearnedShape.FeaturesOf(to));

    /// <summary>
    /// The same for a model as it travels. Its golden scores are reckoned anew, by the mapped model from the mapped values, so they
    /// show that a receiver evaluates it alike, not that the learner trained it.
    /// </summary>
    public static ModelDocument Map(ModelDocument document, TopologyPlan from, TopologyPlan to)
    {
        ArgumentNullException.ThrowIfNull(document);
        ImmutableArray<KnownFeature> before = LearnedShape.FeaturesOf(from);
        ImmutableArray<KnownFeature> after = LearnedShape.FeaturesOf(to);
        LinearModel model = Map(new LinearModel(document.Version, document.Bias, document.Weights), before, after);
        int[] features = LearnedShape.Map(before, after);
        double[] inputs = new double[to.Schema.InputCount];
        return document with
        {
            Model = to.Model?.Name ?? document.Model,
            LabelId = to.Model is null ? document.LabelId : LabelId.Text(LabelId.Of(to)),
            Weights = [.. model.Weights],
            Inputs = [.. to.Schema.InputNames],
            Golden = [.. document.Golden.Select(Golden)],
        };

        GoldenScore Golden(GoldenScore golden)
        {
            double[] values = new double[features.Length];
            for (int i = 0; i < values.Length; i++)
            {
                double never = after[i].Kind == FeatureKind.MinutesSince ? double.NaN : 0;
                values[i] = features[i] < 0 ? never : golden.Values[features[i]] ?? double.NaN;
            }

            to.Schema.WriteInputs(values, inputs);
            return new GoldenScore
            {
                Values = [.. values.Select(value => double.IsNaN(value) ? (double?)null : value)],
                Score = model.Predict(inputs),
            };
        }
    }

    internal static LinearModel Map(LinearModel model, ImmutableArray<KnownFeature> from, ImmutableArray<KnownFeature> to)
    {
        ImmutableArray<double> weights = model.Weights;
        return new LinearModel(model.Version, model.Bias, LearnedShape.MapInputs(from, to).Select(input => input < 0 ? 0 : weights[input]));
    }
}
