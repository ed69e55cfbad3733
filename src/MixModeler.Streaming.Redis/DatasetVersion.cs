using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Redis;

/// <summary>A version of a dataset that is shown. Its parts are laid out as its own plan says, whatever the topology says by now.</summary>
public sealed record DatasetVersion
{
    public required DatasetPlan Plan { get; init; }

    public required int Partitions { get; init; }

    /// <summary>As it stands in the catalog: what a compare-and-set compares.</summary>
    [JsonIgnore]
    public string Text { get; init; } = "";

    /// <summary>As it would stand in the catalog: two plans are the same when this is.</summary>
    public string ToText() => JsonSerializer.Serialize(this, CatalogJson.Default.DatasetVersion);
}

/// <summary>A version of a dataset that has state.</summary>
public sealed record DatasetLane
{
    public required string Dataset { get; init; }

    public required string Identity { get; init; }

    /// <summary>When a rule was changed last: the state of this version began then.</summary>
    public required DateTimeOffset Began { get; init; }

    /// <summary>Full name.</summary>
    public required string Topic { get; init; }

    /// <summary>Of each partition, the oldest offset when the version began.</summary>
    public required ImmutableArray<long> Lows { get; init; }

    /// <summary>Of each partition, the end of the log when the version began: it may be shown when all of this is harmonized.</summary>
    public required ImmutableArray<long> Ends { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DatasetVersion))]
[JsonSerializable(typeof(DatasetLane))]
internal sealed partial class CatalogJson : JsonSerializerContext;
