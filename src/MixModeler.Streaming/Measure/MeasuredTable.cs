namespace MixModeler.Streaming.Measure;

/// <summary>Models that are handed in: those of files, and of tests. Immutable.</summary>
public sealed class MeasuredTable(IReadOnlyList<MeasuredMix> mixes, IReadOnlyList<MeasuredAttribution> attributions) : IMeasurements
{
    public IReadOnlyList<string> Mixes { get; } = [.. mixes.Select(mix => mix.Name).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Attributions { get; } = [.. attributions.Select(each => each.Name).Order(StringComparer.Ordinal)];

    public Task<MeasuredMix?> MixAsync(string name, CancellationToken stop) => Task.FromResult(mixes.FirstOrDefault(mix => mix.Name == name));

    public Task<MeasuredAttribution?> AttributionAsync(string name, CancellationToken stop) =>
        Task.FromResult(attributions.FirstOrDefault(each => each.Name == name));
}
