using System.Text.Json;

namespace MixModeler.Streaming.Operate;

/// <summary>What one engine saw of two versions that run side by side, as it stands in the control log.</summary>
public sealed record DivergenceRecord
{
    public DateTimeOffset At { get; set; }

    /// <summary>A report of the comparison; the log only carries it.</summary>
    public JsonElement Report { get; set; }
}

/// <summary>How a change in the shadow differs from what runs: a part of every engine that compared.</summary>
public sealed record DivergenceDocument
{
    public required string Change { get; set; }

    public required string From { get; set; }

    public required string To { get; set; }

    /// <summary>Of the change.</summary>
    public required string Stage { get; set; }

    /// <summary>Each engine compares the partitions that it runs; empty while none has. Parts of engines that ended stay.</summary>
    public EngineDivergence[] Engines { get; set; } = [];
}

/// <summary>One engine's part.</summary>
/// <param name="Engine">As the control log names it.</param>
/// <param name="At">When it was written; an engine writes every two seconds while it compares.</param>
/// <param name="Report">Outputs, features, scores, decisions and dead letters of both sides.</param>
public sealed record EngineDivergence(string Engine, DateTimeOffset At, JsonElement Report);
