using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Queries and answers as the control port speaks them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    AllowDuplicateProperties = false,
    AllowTrailingCommas = true,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip)]
[JsonSerializable(typeof(GridQuery))]
[JsonSerializable(typeof(GridResult))]
[JsonSerializable(typeof(FactorQuery))]
[JsonSerializable(typeof(FactorResult))]
[JsonSerializable(typeof(DefinitionQuery))]
[JsonSerializable(typeof(DefinitionResult))]
[JsonSerializable(typeof(QualityReport))]
[JsonSerializable(typeof(LineageQuery))]
[JsonSerializable(typeof(LineageResult))]
[JsonSerializable(typeof(GridDataset[]))]
public sealed partial class HarmonizedTableJson : JsonSerializerContext;
