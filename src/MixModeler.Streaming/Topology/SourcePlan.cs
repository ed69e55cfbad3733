using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology;

/// <summary>How events are read.</summary>
public sealed record SourcePlan
{
    /// <summary>What the graph calls it.</summary>
    public string Name { get; init; } = "events";

    /// <summary>The topic without the prefix.</summary>
    public string Topic { get; init; } = "events";

    /// <summary>
    /// Dotted paths into the XDM entity; the first that is present names the visitor. `identityMap.NS` takes the first id of
    /// that namespace, or the one marked primary.
    /// </summary>
    public required ImmutableArray<string> IdentityPaths { get; init; }

    /// <summary>An event whose `_id` was seen within this span of event time is dropped; zero turns it off.</summary>
    public TimeSpan DeduplicateWithin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How far an event may lag behind the newest of its partition; older ones are dead letters.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How far an event time may lie ahead of its record's own timestamp; beyond it is a dead letter.</summary>
    public TimeSpan FutureMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What expressions may read, by name.</summary>
    public ImmutableArray<FieldPlan> Fields { get; init; } = [];

    /// <summary>Names of fields that are masked wherever records are shown.</summary>
    public ImmutableArray<string> PersonalFields { get; init; } = [];
}

/// <summary>Records of a kind of the operator's own, e.g. spend or products.</summary>
public sealed record RecordSourcePlan
{
    public required string Name { get; init; }

    /// <summary>The topic without the prefix.</summary>
    public required string Topic { get; init; }

    /// <summary>The field that identifies a record.</summary>
    public required string Key { get; init; }

    /// <summary>The field with the time; null takes the record's timestamp.</summary>
    public string? Time { get; init; }

    public required ImmutableArray<FieldPlan> Fields { get; init; }

    public ImmutableArray<string> PersonalFields { get; init; } = [];
}

/// <summary>A value that expressions read from a record.</summary>
public sealed record FieldPlan(string Name, string Path, FieldType Type);

/// <summary>The types of CEL that a record's field can have.</summary>
public enum FieldType
{
    String,
    Int,
    Double,
    Bool,
    Timestamp,
    List,
    Map,
}
