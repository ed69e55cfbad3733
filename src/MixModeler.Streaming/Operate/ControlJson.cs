using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Operate;

// Members that a later release adds are passed over: engines of two releases read the same log while one is rolled out.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(VersionRecord))]
[JsonSerializable(typeof(ChangeRequest))]
[JsonSerializable(typeof(TaskEntry))]
[JsonSerializable(typeof(ChangeDecision))]
[JsonSerializable(typeof(ChangeClosed))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(DrainedRecord))]
[JsonSerializable(typeof(DivergenceRecord))]
internal sealed partial class ControlJson : JsonSerializerContext;
