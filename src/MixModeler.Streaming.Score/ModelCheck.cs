using System.Diagnostics.CodeAnalysis;

namespace MixModeler.Streaming.Score;

/// <summary>
/// A model is only switched to after it has shown, on the values that travel with it, the scores that its trainer computed.
/// </summary>
public static class ModelCheck
{
    /// <summary>Far below anything a rule can see, far above rounding.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Makes the model of a document, or says in a sentence why it must not be used.</summary>
    public static bool TryLoad(
        ModelDocument document,
        FeatureSchema schema,
        [NotNullWhen(true)] out LinearModel? model,
        [NotNullWhen(false)] out string? problem)
    {
        model = null;
        problem = Shape(document, schema);
        if (problem is not null)
        {
            return false;
        }

        LinearModel candidate = new(document.Version, document.Bias, document.Weights);
        double[] values = new double[schema.Features.Length];
        double[] inputs = new double[schema.InputCount];
        foreach (GoldenScore golden in document.Golden)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = golden.Values[i] ?? double.NaN;
            }

            schema.WriteInputs(values, inputs);
            double score = candidate.Predict(inputs);
            if (!(Math.Abs(score - golden.Score) <= Tolerance))
            {
                problem = $"version {document.Version} gives {score:R} where its trainer computed {golden.Score:R}";
                return false;
            }
        }

        model = candidate;
        return true;
    }

    private static string? Shape(ModelDocument document, FeatureSchema schema)
    {
        if (!document.Inputs.AsSpan().SequenceEqual(schema.InputNames.AsSpan()))
        {
            return $"version {document.Version} was trained on other inputs than this plan's features give";
        }

        if (document.Weights.Length != schema.InputCount)
        {
            return $"version {document.Version} has {document.Weights.Length} weights for {schema.InputCount} inputs";
        }

        if (!double.IsFinite(document.Bias) || !document.Weights.All(double.IsFinite))
        {
            return $"version {document.Version} has weights that are no numbers";
        }

        if (document.Golden.Length == 0)
        {
            return $"version {document.Version} carries no golden scores to check it by";
        }

        return document.Golden.All(golden => golden.Values.Length == schema.Features.Length)
            ? null
            : $"version {document.Version} has golden scores of another number of features";
    }
}
