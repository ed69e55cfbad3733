using System.Collections.Immutable;

namespace MixModeler.Streaming.Operate;

/// <summary>One change as the control log tells it.</summary>
public sealed record ChangeState
{
    /// <summary>The learner's place among the partitions.</summary>
    public const int Learner = -1;

    /// <summary>An engine as a whole, when it cannot load the version at all.</summary>
    public const int Engine = -2;

    public required string Id { get; init; }

    public required ChangeRequest Request { get; init; }

    public required ChangeStage Stage { get; init; }

    /// <summary>Why it was refused or abandoned.</summary>
    public string? Reason { get; init; }

    /// <summary>Refused because somebody else was faster, rather than because another change is open.</summary>
    public bool WasStale { get; init; }

    /// <summary>Who let a shadow change switch.</summary>
    public string? PromotedBy { get; init; }

    public string? DecidedBy { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Offset in the control log of what was heard of it last.</summary>
    public long LastHeardOffset { get; init; }

    public ImmutableSortedDictionary<int, TaskProgressState> Tasks { get; init; } = ImmutableSortedDictionary<int, TaskProgressState>.Empty;

    /// <summary>What engines saw of both versions side by side, by engine.</summary>
    public ImmutableSortedDictionary<string, DivergenceRecord> Divergences { get; init; } =
        ImmutableSortedDictionary.Create<string, DivergenceRecord>(StringComparer.Ordinal);

    public bool IsOpen => Stage is ChangeStage.Preparing or ChangeStage.Switching;

    /// <summary>Those who have to be ready, and later have to have switched.</summary>
    public IEnumerable<int> Expected => Enumerable.Range(0, Request.Partitions).Concat(Request.Learner ? [Learner] : []);

    public bool IsReady => Expected.All(task => Tasks.GetValueOrDefault(task) is { IsReady: true });

    public bool HasSwitched => Expected.All(task => Tasks.GetValueOrDefault(task)?.Switched is not null);

    public bool HasMigrated => Expected.All(task => Tasks.GetValueOrDefault(task)?.Migrated is not null);
}

/// <summary>What one task told of a change: the newest report of each key, so that compaction takes nothing away.</summary>
public sealed record TaskProgressState(TaskEntry? Prepare = null, TaskEntry? Switched = null, TaskEntry? Migrated = null)
{
    public TaskEntry? Newest => Migrated ?? Switched ?? Prepare;

    public string Stage => Newest?.Stage ?? "";

    // A task that has switched was ready, whatever a predecessor of it says late.
    public bool IsReady => Switched is not null || Migrated is not null || Prepare?.Stage == "ready";

    public bool HasFailed => Switched is null && Migrated is null && Prepare?.Stage == "failed";
}

/// <summary>How far a change is.</summary>
public enum ChangeStage
{
    /// <summary>Tasks rebuild, rehearse and say when they are ready.</summary>
    Preparing,

    /// <summary>Decided: every task switches at its next commit.</summary>
    Switching,

    /// <summary>The new version is the active one.</summary>
    Done,

    /// <summary>The old version went on.</summary>
    Abandoned,

    /// <summary>It never began.</summary>
    Refused,
}
