namespace MixModeler.Streaming.Measure;

/// <summary>The models of a topology as they stand: what insights and plans are made of. Thread-safe.</summary>
public interface IMeasurements
{
    /// <summary>Names of the marketing-mix models, in ordinal order.</summary>
    IReadOnlyList<string> Mixes { get; }

    /// <summary>Names of the attribution models, in ordinal order.</summary>
    IReadOnlyList<string> Attributions { get; }

    /// <summary>Null where there is no such model, or where it has taken in nothing yet.</summary>
    Task<MeasuredMix?> MixAsync(string name, CancellationToken stop);

    /// <summary>Null where there is no such model, or where nothing was attributed yet.</summary>
    Task<MeasuredAttribution?> AttributionAsync(string name, CancellationToken stop);
}
