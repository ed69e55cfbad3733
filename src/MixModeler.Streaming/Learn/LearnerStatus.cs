namespace MixModeler.Streaming.Learn;

/// <summary>Where a learner task stands: an immutable snapshot, renewed with every commit and every published version.</summary>
public sealed record LearnerStatus
{
    /// <summary>Version of the topology that it learns for.</summary>
    public string Topology { get; init; } = "";

    /// <summary>Examples learned since the first; the version of the model.</summary>
    public long Version { get; init; }

    /// <summary>The version sent last since the task was acquired; 0 = none yet.</summary>
    public long PublishedVersion { get; init; }

    /// <summary>Offset in the training topic up to which everything is committed.</summary>
    public long NextOffset { get; init; }

    public long Commits { get; init; }

    public ExampleCounts Counts { get; init; }

    public Quality SinceStart { get; init; } = new();

    public Quality Window { get; init; } = new();

    /// <summary>Why the stored learner could not be used; null when it was, or when there was none.</summary>
    public string? StartedAfresh { get; init; }
}
