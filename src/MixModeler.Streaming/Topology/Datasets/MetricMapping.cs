using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>What a harmonized metric takes from each record.</summary>
/// <param name="Field">The harmonized field.</param>
/// <param name="Aggregate">How the values of several records become one.</param>
/// <param name="Path">Dotted path into the record; null with Count counts records.</param>
/// <param name="Scales">Multiplies, by the row's date: of those that began, the latest counts.</param>
public sealed record MetricMapping(string Field, MetricRule Aggregate, string? Path, ImmutableArray<MetricScale> Scales);

/// <summary>Rows dated on or after <paramref name="From"/> (null: all) are multiplied by a power of ten or another exact decimal.</summary>
public sealed record MetricScale(decimal By, DateOnly? From);

public enum MetricRule
{
    Sum,
    Count,
    Min,
    Max,
    Avg,
    Last,
}

/// <summary>A record whose <paramref name="Metric"/> for each <paramref name="Per"/> lies outside is quarantined: its unit seems another.</summary>
public sealed record UnitCheck(string Metric, string Per, double From, double To);
