using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>What the tasks of a dataset counted, all partitions together.</summary>
public sealed record QualityCounts
{
    private static readonly HashSet<string> Quarantine =
        [.. Enum.GetValues<DatasetReason>().Where(DatasetReasonText.IsQuarantine).Select(DatasetReasonText.Of)];

    public long Records { get; set; }

    public long Accepted { get; set; }

    public long Replaced { get; set; }

    public long Outdated { get; set; }

    public long Deleted { get; set; }

    /// <summary>Records of a row, or an event id, that was there with the same content.</summary>
    public long Duplicates { get; set; }

    /// <summary>By reason.</summary>
    public SortedDictionary<string, long> Rejected { get; set; } = [];

    /// <summary>By reason.</summary>
    public SortedDictionary<string, long> Quarantined { get; set; } = [];

    /// <summary>By harmonized field.</summary>
    public Dictionary<string, FieldCount> Fields { get; set; } = [];

    /// <summary>Adds up what the partitions of one version of a dataset say.</summary>
    public static QualityCounts Of(DatasetPlan dataset, IReadOnlyCollection<DatasetProgress> partitions)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(partitions);
        string[] fields = [.. dataset.Dimensions.Select(dimension => dimension.Field), .. dataset.Metrics.Select(metric => metric.Field)];
        ILookup<bool, KeyValuePair<string, long>> reasons = partitions.SelectMany(partition => partition.Refused)
            .ToLookup(reason => Quarantine.Contains(reason.Key));
        return new QualityCounts
        {
            Records = partitions.Sum(partition => partition.Records),
            Accepted = partitions.Sum(partition => partition.Accepted),
            Replaced = partitions.Sum(partition => partition.Replaced),
            Outdated = partitions.Sum(partition => partition.Outdated),
            Deleted = partitions.Sum(partition => partition.Deleted),
            Duplicates = partitions.Sum(partition => partition.DuplicateRows + partition.DuplicateEvents),
            Rejected = Sum(reasons[false]),
            Quarantined = Sum(reasons[true]),
            Fields = fields.Select((field, at) => (Field: field, Count: new FieldCount(
                    partitions.Sum(partition => at < partition.Present.Length ? partition.Present[at] : 0), partitions.Sum(partition => partition.Judged))))
                .Where(field => field.Count.Total > 0)
                .ToDictionary(field => field.Field, field => field.Count),
        };
    }

    private static SortedDictionary<string, long> Sum(IEnumerable<KeyValuePair<string, long>> reasons)
    {
        SortedDictionary<string, long> sums = new(StringComparer.Ordinal);
        foreach ((string reason, long count) in reasons)
        {
            sums[reason] = sums.GetValueOrDefault(reason) + count;
        }

        return sums;
    }
}

/// <summary>In how many records of how many a field had a value.</summary>
public sealed record FieldCount(long Present, long Total);
