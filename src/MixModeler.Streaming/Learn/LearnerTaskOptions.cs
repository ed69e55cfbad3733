namespace MixModeler.Streaming.Learn;

/// <summary>How often a learner task makes its progress known and safe.</summary>
public sealed record LearnerTaskOptions
{
    /// <summary>A model version at most this often; edges notice nothing finer, and each version is checked and swapped there.</summary>
    public TimeSpan PublishEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The record is tens of kilobytes, so commits gather records for this long …</summary>
    public TimeSpan CommitEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>… or until there are so many: what a restart has to learn again, some tenths of a second.</summary>
    public int CommitRecordsMax { get; set; } = 32_768;
}
