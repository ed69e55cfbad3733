using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Operate;

/// <summary>A version of a topology: everything that is needed to run it again.</summary>
public sealed record VersionRecord
{
    /// <summary>One text, with includes and overlays resolved.</summary>
    public required string Text { get; set; }

    public string? Note { get; set; }

    public string RequestedBy { get; set; } = "";

    public DateTimeOffset At { get; set; }
}

/// <summary>Somebody wants another version to run. One record, so whoever writes it can die at any moment.</summary>
public sealed record ChangeRequest
{
    // More partitions than any topic has; a record that says more is not one of ours.
    internal const int PartitionsMax = 100_000;

    public required ChangeKind Kind { get; set; }

    /// <summary>The version that was active when the change was asked for; empty at the first start.</summary>
    public string From { get; set; } = "";

    public required string To { get; set; }

    /// <summary>Runs beside the active version until somebody promotes or abandons it.</summary>
    public bool Shadow { get; set; }

    /// <summary>State may be lost by it.</summary>
    public bool AllowLoss { get; set; }

    /// <summary>The sequence that the topology must still have; null if any will do.</summary>
    public long? After { get; set; }

    /// <summary>Partitions of the events topic: all of them have to be ready.</summary>
    public int Partitions { get; set; }

    /// <summary>The learner has to be ready too.</summary>
    public bool Learner { get; set; }

    /// <summary>The pause that was foretold.</summary>
    public long? PredictedPauseMicros { get; set; }

    public string? Note { get; set; }

    public string RequestedBy { get; set; } = "";

    public DateTimeOffset At { get; set; }
}

public enum ChangeKind
{
    /// <summary>The first version of a topology: nothing runs that it could disturb.</summary>
    [JsonStringEnumMemberName("start")]
    Start,

    [JsonStringEnumMemberName("apply")]
    Apply,

    [JsonStringEnumMemberName("rollback")]
    Rollback,
}

/// <summary>What is to become of a change.</summary>
public sealed record ChangeDecision
{
    public required ChangeVerdict Verdict { get; set; }

    public string? Reason { get; set; }

    public string By { get; set; } = "";

    public DateTimeOffset At { get; set; }
}

public enum ChangeVerdict
{
    /// <summary>Every task switches. Final.</summary>
    [JsonStringEnumMemberName("switch")]
    Switch,

    /// <summary>The old version goes on. Final.</summary>
    [JsonStringEnumMemberName("abandon")]
    Abandon,

    /// <summary>A shadow change may switch once every task is ready.</summary>
    [JsonStringEnumMemberName("promote")]
    Promote,
}

/// <summary>Every task has switched: the new version is the active one.</summary>
public sealed record ChangeClosed
{
    public string By { get; set; } = "";

    public DateTimeOffset At { get; set; }
}
