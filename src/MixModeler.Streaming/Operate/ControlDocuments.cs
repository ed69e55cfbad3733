using System.Text.Json.Serialization;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Operate;

/// <summary>A topology as `GET /v1/topologies/T` shows it.</summary>
public sealed record TopologyDocument
{
    public required string Name { get; set; }

    /// <summary>The version that runs.</summary>
    public required string Active { get; set; }

    /// <summary>The ETag.</summary>
    public required long Sequence { get; set; }

    public required RunDocument Run { get; set; }

    /// <summary>The change that is under way; null if there is none.</summary>
    public ChangeDocument? Change { get; set; }

    public required int Versions { get; set; }

    /// <summary>The engine that answers.</summary>
    public required string Engine { get; set; }
}

/// <summary>Whether the tasks work.</summary>
public sealed record RunDocument(RunState State, string By, DateTimeOffset? At, IReadOnlyDictionary<int, long>? Until, bool Drained);

/// <summary>A version that the log holds.</summary>
public sealed record VersionDocument(string Version, bool Active, bool Ran, string? Note, string RequestedBy, DateTimeOffset At);

/// <summary>A change, and what every task said of it.</summary>
public sealed record ChangeDocument
{
    public required string Id { get; set; }

    public required string Kind { get; set; }

    public required string From { get; set; }

    public required string To { get; set; }

    /// <summary>`preparing`, `switching`, `done`, `abandoned` or `refused`.</summary>
    public required string Stage { get; set; }

    public bool Open { get; set; }

    public bool Shadow { get; set; }

    public bool AllowLoss { get; set; }

    public string? Note { get; set; }

    public string RequestedBy { get; set; } = "";

    public DateTimeOffset At { get; set; }

    public string? Reason { get; set; }

    public string? PromotedBy { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public long? PredictedPauseMicros { get; set; }

    /// <summary>The longest of any partition; null before one has switched.</summary>
    public long? MeasuredPauseMicros { get; set; }

    /// <summary>No task has a record left in the layout of the version before.</summary>
    public bool Migrated { get; set; }

    public PartitionDocument[] Partitions { get; set; } = [];
}

/// <summary>A task of a change; `learner` instead of a number is the learner's.</summary>
public sealed record PartitionDocument
{
    public required string Partition { get; set; }

    /// <summary>`waiting`, `rebuilding`, `ready`, `failed`, `switched` or `migrated`.</summary>
    public required string Stage { get; set; }

    public long Offset { get; set; }

    public long EndOffset { get; set; }

    public long? PauseMicros { get; set; }

    public string? Problem { get; set; }

    public string? Engine { get; set; }
}

/// <summary>What a change would do.</summary>
public sealed record PlanDocument
{
    public required bool Valid { get; set; }

    public Problem[] Problems { get; set; } = [];

    public TopologyDiff? Diff { get; set; }

    /// <summary>The same as a table, for people.</summary>
    public string? Text { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    AllowDuplicateProperties = false,
    AllowTrailingCommas = true,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    WriteIndented = true)]
[JsonSerializable(typeof(TopologyDocument[]))]
[JsonSerializable(typeof(VersionDocument[]))]
[JsonSerializable(typeof(ChangeDocument[]))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(ChangeWish))]
[JsonSerializable(typeof(DivergenceDocument))]
public sealed partial class ControlDocumentJson : JsonSerializerContext;
