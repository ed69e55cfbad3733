using System.Text.Json.Serialization;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>`/v1/harmonized`: a topology with datasets.</summary>
public sealed record HarmonizedTopologyDocument
{
    public string Name { get; set; } = "";

    public string Version { get; set; } = "";

    public string[] Datasets { get; set; } = [];

    public string[] Touchpoints { get; set; } = [];

    public string[] Conversions { get; set; } = [];
}

/// <summary>A field of the harmonized dictionary.</summary>
public sealed record FieldDocument
{
    public string Name { get; set; } = "";

    public string Display { get; set; } = "";

    public FieldCategory Category { get; set; }

    public HarmonizedType Type { get; set; }

    /// <summary>`Global` is built in, `Client` is the topology's own.</summary>
    public string Owner { get; set; } = "";

    public string? Formula { get; set; }

    /// <summary>Datasets that map it.</summary>
    public string[] Datasets { get; set; } = [];
}

/// <summary>The records of a part of a number.</summary>
public sealed record LineageRecord(string Topic, int Partition, long Offset, DateTimeOffset At, string Key, string Value);

/// <summary>A number, what it is made of, and the first of its records.</summary>
public sealed record LineageDocument(LineageResult Lineage, LineageRecord[] Records);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HarmonizedTopologyDocument[]))]
[JsonSerializable(typeof(FieldDocument[]))]
[JsonSerializable(typeof(DatasetDocument[]))]
[JsonSerializable(typeof(SyncDocument[]))]
[JsonSerializable(typeof(LineageDocument))]
public sealed partial class HarmonizedDocumentJson : JsonSerializerContext;
