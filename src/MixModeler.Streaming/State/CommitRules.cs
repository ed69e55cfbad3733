namespace MixModeler.Streaming.State;

/// <summary>What every store demands of a commit before anything is written. Breaking one is a bug of the caller.</summary>
public static class CommitRules
{
    /// <summary>Due times are scores of a sorted set, doubles in Redis: beyond 2⁵³ they would lose milliseconds.</summary>
    public const long DueMsMax = 1L << 53;

    /// <exception cref="ArgumentException">The commit cannot be stored faithfully.</exception>
    public static void Check(StateCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (commit.FirstOffset < 0 || commit.NextOffset < commit.FirstOffset)
        {
            throw new ArgumentException(
                $"A commit goes forward from an offset of the log, not from {commit.FirstOffset} to {commit.NextOffset}.", nameof(commit));
        }

        ArgumentNullException.ThrowIfNull(commit.TaskRecord);
        foreach (DueKey due in commit.Scheduled)
        {
            if (due.DueMs is < -DueMsMax or > DueMsMax)
            {
                throw new ArgumentException($"A key can be due between ±2⁵³ ms, not at {due.DueMs}.", nameof(commit));
            }
        }
    }
}
