using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Operate;

/// <summary>A task's report as it stands in the control log.</summary>
public sealed record TaskEntry
{
    public required string Stage { get; set; }

    /// <summary>Rebuilding: where the shadow lane stands; switched: the first offset under the new version.</summary>
    public long Offset { get; set; }

    /// <summary>Rebuilding: where the live lane stands.</summary>
    public long EndOffset { get; set; }

    /// <summary>Switched: how long no event was applied.</summary>
    public long PauseMicros { get; set; }

    public string? Problem { get; set; }

    /// <summary>The engine that runs the task.</summary>
    public string By { get; set; } = "";

    public DateTimeOffset At { get; set; }

    public static TaskEntry Of(TaskReport report, string by, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new TaskEntry
        {
            Stage = WordOf(report.Stage),
            Offset = report.Offset,
            EndOffset = report.EndOffset,
            PauseMicros = report.PauseMicros,
            Problem = report.Problem,
            By = by,
            At = at,
        };
    }

    public static string WordOf(TaskStage stage) => stage switch
    {
        TaskStage.Rebuilding => "rebuilding",
        TaskStage.Ready => "ready",
        TaskStage.Failed => "failed",
        TaskStage.Switched => "switched",
        TaskStage.Migrated => "migrated",
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };
}
