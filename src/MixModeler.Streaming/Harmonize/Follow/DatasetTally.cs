using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Follow;

/// <summary>What the tasks of all partitions counted, put together.</summary>
public static class DatasetTally
{
    public static void Add(DatasetReport report, DatasetPlan dataset, IReadOnlyCollection<DatasetProgress> partitions)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(partitions);
        QualityCounts sums = QualityCounts.Of(dataset, partitions);
        report.Records = sums.Records;
        report.Accepted = sums.Accepted;
        report.Replaced = sums.Replaced;
        report.Outdated = sums.Outdated;
        report.Deleted = sums.Deleted;
        report.Duplicates = sums.Duplicates;
        report.Refused = sums.Rejected;
        report.Quarantined = sums.Quarantined;
        report.Watermark = partitions.Max(WatermarkOf);
    }

    /// <summary>Null before the first record.</summary>
    public static DateTimeOffset? WatermarkOf(DatasetProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return progress.NewestMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(progress.NewestMs)
            : progress.NewestDate is { } date ? new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
            : null;
    }
}
