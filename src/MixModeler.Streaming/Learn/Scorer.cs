using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Learn;

// Hot path, once per event. Budget: 0 B. Measured by EngineBench.

/// <summary>From a row to a score with buffers of its own; owned by one task.</summary>
internal sealed class Scorer(FeatureSchema schema)
{
    private readonly double[] values = new double[schema.Features.Length];
    private readonly double[] inputs = new double[schema.InputCount];

    /// <summary>Feature values of the last score; NaN = never.</summary>
    public ReadOnlySpan<double> Values => values;

    public double Score(LinearModel model, ReadOnlySpan<long> row, long nowMs)
    {
        schema.ReadValues(row, nowMs, values);
        schema.WriteInputs(values, inputs);
        return model.Predict(inputs);
    }
}
