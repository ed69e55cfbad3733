using System.Globalization;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class QuarantineGroupsTests
{
    [Fact]
    public void Records_are_grouped_by_what_they_were_set_aside_for()
    {
        QuarantineGroups groups = new();
        groups.Add(new(0, 1), Unknown(10, "Blck Friday"), 100);
        groups.Add(new(0, 2), Unknown(11, "Blck Friday"), 50);
        groups.Add(new(0, 3), Unknown(12, "Sumer"), 60);
        groups.Add(new(0, 4), new DeadLetterRecord { Reason = "date-missing", Topic = "mm.summary", Dataset = "youtube" }, 70);

        Assert.Equal(
            [("Blck Friday", 2L, 50L, 100L, "0:1"), ("Sumer", 1L, 60L, 60L, "0:3")],
            groups.All.Select(g => (g.Value, g.Count, g.FirstMs, g.LastMs, g.Example.ToString())));
    }

    [Fact]
    public void A_record_counts_once_however_many_lanes_tell_of_it()
    {
        QuarantineGroups groups = new();
        for (int lane = 0; lane < 3; lane++)
        {
            groups.Add(new(0, lane), Unknown(10, "Blck Friday"), lane);
        }

        Assert.Equal(1, Assert.Single(groups.All).Count);
    }

    [Fact]
    public void A_change_of_unit_has_a_median_and_a_first_day()
    {
        QuarantineGroups groups = new();
        for (int i = 0; i < 20_001; i++)
        {
            groups.Add(new(0, i), Drift(i, 100 + (i % 3), new DateOnly(2024, 5, 1).AddDays(i % 10)), i);
        }

        QuarantineGroup group = Assert.Single(groups.All);
        Assert.Equal((20_001L, 101d, new DateOnly(2024, 5, 1)), (group.Count, group.MedianRatio, group.FirstDate));
    }

    internal static DeadLetterRecord Unknown(long offset, string value) => new()
    {
        Reason = QuarantinedValue.UnknownValue, Topic = "mm.summary", Offset = offset, Dataset = "youtube", Field = "campaign", Path = "Campaign", Value = value,
    };

    internal static DeadLetterRecord Drift(long offset, double ratio, DateOnly date) => new()
    {
        Reason = QuarantinedValue.UnitDrift,
        Topic = "mm.summary",
        Offset = offset,
        Dataset = "youtube",
        Field = "spend",
        Path = "Spend",
        Value = ratio.ToString("R", CultureInfo.InvariantCulture),
        Date = date,
    };
}
