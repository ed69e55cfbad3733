using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Operate;

/// <summary>What became of a wish.</summary>
/// <param name="Outcome">The kind of answer.</param>
/// <param name="Sentence">Why, or what to do now; empty where nothing has to be said.</param>
public sealed record ControlAnswer(ControlOutcome Outcome, string Sentence = "")
{
    /// <summary>Where a text has problems: all of them.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>The change that it is about.</summary>
    public ChangeState? Change { get; init; }

    /// <summary>What the change would do to every operator.</summary>
    public TopologyDiff? Diff { get; init; }
}

public enum ControlOutcome
{
    /// <summary>It is in the log; whoever works will obey.</summary>
    Accepted,

    /// <summary>It is so already.</summary>
    Unchanged,

    /// <summary>The wish itself is wrong.</summary>
    Invalid,

    NotFound,

    /// <summary>It cannot be done now, or not without permission.</summary>
    Conflict,

    /// <summary>Somebody else was faster.</summary>
    Stale,

    /// <summary>This engine runs another topology.</summary>
    Elsewhere,

    /// <summary>The log does not answer.</summary>
    Unavailable,
}

/// <summary>What somebody wants to run instead: a text, or a version that the log holds.</summary>
public sealed record ChangeWish
{
    public string? Text { get; set; }

    /// <summary>A version, or the first digits of one.</summary>
    public string? Version { get; set; }

    public bool Shadow { get; set; }

    public bool AllowLoss { get; set; }

    public string? Note { get; set; }
}
