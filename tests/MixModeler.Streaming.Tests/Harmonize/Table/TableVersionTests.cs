using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class TableVersionTests
{
    private static readonly DatasetPlan Old = Dataset("ads", DatasetCategory.Summary, "channel", "clicks");
    private static readonly DatasetPlan New = Dataset("ads", DatasetCategory.Summary, "campaign channel", "clicks") with { Identity = "ads-2" };
    private static readonly GridQuery Query = new() { Columns = ["channel", "clicks"] };

    [Fact]
    public void Another_version_fills_unseen_and_is_shown_from_one_query_to_the_next()
    {
        HarmonizedTable table = TableOf(PlanOf(Old));
        Fill(table, "ads", 0, ("2024-01-01", "TV", "1"));

        table.Use(PlanOf(New));
        table.Set("ads", "ads-2", 0, [(Key(0), Part(0, "2024-01-01", "a TV", "2"))]);
        table.Set("ads", "ads-1", 0, [(Key(1), Part(1, "2024-01-01", "TV", "10"))]);
        Assert.Equal(["TV 11"], Lines(table.Grid(Query)));

        table.Show("ads", "ads-2");
        table.Drop("ads", "ads-1");
        Assert.Equal(["TV 2"], Lines(table.Grid(Query)));
        // The lane of the version that is gone may still say something.
        table.Set("ads", "ads-1", 0, [(Key(1), Part(1, "2024-01-01", "TV", "100"))]);
        Assert.Equal(["TV 2"], Lines(table.Grid(Query)));
    }

    [Fact]
    public void A_changed_start_of_week_or_status_is_read_from_the_plan_at_once()
    {
        HarmonizedTable table = TableOf(PlanOf(Old));
        Fill(table, "ads", 0, ("2024-01-03", "TV", "1"));
        GridQuery weeks = new() { Columns = ["event_date", "clicks"], Grain = GridGrain.Weekly };
        Assert.Equal(["2024-01-01 1"], Lines(table.Grid(weeks)));

        table.Use(PlanOf(Old with { StartOfWeek = DayOfWeek.Tuesday }));
        Assert.Equal(["2024-01-02 1"], Lines(table.Grid(weeks)));

        table.Use(PlanOf(Old with { Status = DatasetStatus.Draft }));
        Assert.Empty(Lines(table.Grid(weeks)));
    }

    [Fact]
    public void A_dataset_that_the_plan_no_longer_has_is_gone()
    {
        HarmonizedTable table = TableOf(PlanOf(Old, Dataset("tv", DatasetCategory.Summary, "channel", "clicks")));
        Fill(table, "ads", 0, ("2024-01-03", "TV", "1"));
        Fill(table, "tv", 0, ("2024-01-03", "TV", "2"));

        table.Use(PlanOf(Old));

        Assert.Equal(["TV 1"], Lines(table.Grid(Query)));
        Assert.Equal(0, table.PartsOf("tv"));
    }

    [Fact]
    public void Changes_are_counted_for_each_dataset_and_for_all()
    {
        HarmonizedTable table = TableOf(PlanOf(Old, Dataset("tv", DatasetCategory.Summary, "channel", "clicks")));
        (long all, long ads, long tv) = (table.Changes, table.ChangesOf("ads"), table.ChangesOf("tv"));

        Fill(table, "ads", 0, ("2024-01-03", "TV", "1"), ("2024-01-03", "TV", "1"));
        table.Set("ads", 0, Key(9), null);

        Assert.Equal(ads + 2, table.ChangesOf("ads"));
        Assert.Equal(tv, table.ChangesOf("tv"));
        Assert.True(table.Changes > all);
        Assert.Equal(0, table.ChangesOf("unknown"));
    }

    [Fact]
    public void A_part_of_another_shape_is_refused()
    {
        HarmonizedTable table = TableOf(PlanOf(Old));

        Assert.Throws<ArgumentException>(() => table.Set("ads", 0, Key(1), Part(1, "2024-01-01", "a TV", "1")));
        Assert.Throws<InvalidOperationException>(() => table.Set("unknown", 0, Key(1), Part(1, "2024-01-01", "TV", "1")));
    }

    [Fact]
    public async Task Readers_see_all_of_a_commit_or_nothing_of_it()
    {
        HarmonizedTable table = TableOf(PlanOf(Old));
        using CancellationTokenSource stop = new();
        Task<bool> reader = Task.Run(() =>
        {
            bool whole = true;
            while (whole && !stop.IsCancellationRequested)
            {
                whole = Lines(table.Grid(new GridQuery { Columns = ["clicks"] })) is [] or ["100"];
            }

            return whole;
        });
        for (int round = 0; round < 200; round++)
        {
            TablePart? part = round % 2 == 0 ? Part(1, "2024-01-01", "TV", "1") : null;
            table.Set("ads", "ads-1", 0, [.. Enumerable.Range(0, 100).Select(key => (Key(key), part))]);
        }

        await stop.CancelAsync();
        Assert.True(await reader);
    }
}
