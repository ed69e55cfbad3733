using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>Everything of a topology that makes the harmonized table.</summary>
public sealed record HarmonizePlan
{
    public static HarmonizePlan Empty { get; } = new();

    public ImmutableArray<DatasetPlan> Datasets { get; init; } = [];

    /// <summary>Built-in and client fields, by name.</summary>
    public ImmutableArray<HarmonizedField> Dictionary { get; init; } = [];

    public MergePreferences Preferences { get; init; } = new();

    public ImmutableArray<TouchpointPlan> Touchpoints { get; init; } = [];

    public ImmutableArray<ConversionPlan> Conversions { get; init; } = [];

    public bool IsEmpty => Datasets.IsEmpty;
}

/// <summary>A field of the harmonized table.</summary>
/// <param name="Name">As rules and formulas name it, e.g. `net_sales`.</param>
/// <param name="Display">For people.</param>
/// <param name="Category">What it is.</param>
/// <param name="Type">How it is shown.</param>
/// <param name="IsGlobal">Built in: it can neither be changed nor taken away. Others belong to the client.</param>
/// <param name="Formula">Of a derived field, e.g. `[spend]/[clicks]`; null for others.</param>
public sealed record HarmonizedField(
    string Name, string Display, FieldCategory Category, HarmonizedType Type, bool IsGlobal = false, string? Formula = null);

public enum FieldCategory
{
    Dimension,
    Metric,
    Derived,
}

public enum HarmonizedType
{
    String,
    DateTime,
    Number,
    Currency,
}

/// <summary>Which sources count where summary and event datasets tell of the same metric.</summary>
public sealed record MergePreferences
{
    public MergePreference Default { get; init; } = MergePreference.Sum;

    /// <summary>More special ones: a named value before `All`, channels before conversion types, then in the order written.</summary>
    public ImmutableArray<MetricPreference> Metrics { get; init; } = [];
}

public enum MergePreference
{
    Summary,
    Event,
    Sum,
}

/// <param name="Metric">The harmonized metric.</param>
/// <param name="ByChannel">Its value is a channel, else a conversion type.</param>
/// <param name="Value">Which one; null for all of them.</param>
/// <param name="Preference">What counts there.</param>
public sealed record MetricPreference(string Metric, bool ByChannel, string? Value, MergePreference Preference);
