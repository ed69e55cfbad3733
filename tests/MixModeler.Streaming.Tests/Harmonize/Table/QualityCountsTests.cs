using System.Collections.Immutable;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class QualityCountsTests
{
    [Fact]
    public void Partitions_add_up_and_what_is_quarantined_is_told_apart()
    {
        DatasetPlan dataset = TableFixture.Dataset("ads", DatasetCategory.Summary, "channel", "clicks");
        DatasetProgress one = Progress(3, [3, 2], ("date-missing", 1), ("unknown-value", 2));
        DatasetProgress other = Progress(4, [4, 4], ("date-missing", 5), ("unit-drift", 1));

        QualityCounts counts = QualityCounts.Of(dataset, [one, other]);

        Assert.Equal((7, 2), (counts.Records, counts.Duplicates));
        Assert.Equal([new("date-missing", 6)], counts.Rejected);
        Assert.Equal([new("unit-drift", 1), new("unknown-value", 2)], counts.Quarantined);
        Assert.Equal([new("channel", new FieldCount(7, 7)), new("clicks", new FieldCount(6, 7))], counts.Fields);
    }

    private static DatasetProgress Progress(long records, ImmutableArray<long> present, params (string Reason, long Count)[] refused) => new()
    {
        NextOffset = 0,
        FirstOffset = 0,
        Applied = records,
        Lost = 0,
        Duplicated = 0,
        NewestDate = null,
        NewestMs = 0,
        ReceivedMs = 0,
        Records = records,
        Accepted = records,
        Replaced = 0,
        Outdated = 0,
        Deleted = 0,
        DuplicateRows = 1,
        DuplicateEvents = 0,
        WithoutMetric = 0,
        Refused = refused.ToImmutableSortedDictionary(reason => reason.Reason, reason => reason.Count),
        Judged = records,
        Present = present,
    };
}
