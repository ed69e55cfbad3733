namespace MixModeler.Streaming.Mix;

/// <summary>What was observed of one region in one period.</summary>
/// <param name="Target">The outcome.</param>
/// <param name="Inputs">Numbers of the model's input columns, in their order.</param>
public readonly record struct RegionNumbers(double Target, double[] Inputs);
