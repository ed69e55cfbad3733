using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using static MixModeler.Streaming.Tests.Harmonize.Table.TableFixture;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class MergePreferenceTests
{
    private static readonly HarmonizePlan Both = PlanOf(
        Dataset("ads", DatasetCategory.Summary, "channel", "spend clicks"),
        Dataset("shop", DatasetCategory.Summary, "conversiontype", "orders"),
        Dataset("web", DatasetCategory.ExperienceEvents, "channel conversiontype", "clicks orders"));

    private static readonly GridQuery ByChannel = new() { Columns = ["channel", "clicks"], Sort = [new("channel")] };

    [Theory]
    [InlineData(MergePreference.Sum, "Search 110")]
    [InlineData(MergePreference.Summary, "Search 100")]
    [InlineData(MergePreference.Event, "Search 10")]
    public void The_default_preference_decides_where_both_sides_tell_and_nothing_is_dropped_elsewhere(MergePreference preference, string search)
    {
        HarmonizedTable table = Filled(new MergePreferences { Default = preference });

        Assert.Equal(["Mail 7", search, "TV 5"], Lines(table.Grid(ByChannel)));
    }

    [Fact]
    public void A_changed_preference_counts_at_once_without_any_part_being_set_again()
    {
        HarmonizedTable table = Filled(new MergePreferences());
        Assert.Equal("Search 110", Lines(table.Grid(ByChannel))[1]);

        table.Use(Both with { Preferences = new MergePreferences { Default = MergePreference.Event } });
        Assert.Equal("Search 10", Lines(table.Grid(ByChannel))[1]);

        table.Use(Both);
        Assert.Equal("Search 110", Lines(table.Grid(ByChannel))[1]);
    }

    [Fact]
    public void A_query_can_try_other_preferences()
    {
        HarmonizedTable table = Filled(new MergePreferences());

        Assert.Equal("Search 100", Lines(table.Grid(ByChannel with { Preferences = new() { Default = MergePreference.Summary } }))[1]);
        Assert.Equal("Search 110", Lines(table.Grid(ByChannel))[1]);
    }

    [Fact]
    public void A_metric_s_own_preference_beats_the_default_and_a_named_channel_beats_all()
    {
        MetricPreference all = new("clicks", ByChannel: true, null, MergePreference.Summary);
        MetricPreference search = new("clicks", ByChannel: true, "Search", MergePreference.Event);
        MetricPreference other = new("spend", ByChannel: true, "Search", MergePreference.Event);

        Assert.Equal("Search 100", Search([all], MergePreference.Event));
        Assert.Equal("Search 10", Search([all, search], MergePreference.Sum));
        Assert.Equal("Search 10", Search([search, all], MergePreference.Summary));
        Assert.Equal("Search 110", Search([other], MergePreference.Sum));
    }

    [Fact]
    public void Preferences_by_conversion_type_drop_values_of_that_type()
    {
        MetricPreference online = new("orders", ByChannel: false, "Online", MergePreference.Event);
        GridQuery query = new() { Columns = ["conversiontype", "orders"], Sort = [new("conversiontype")] };

        Assert.Equal(["Online 52", "Store 30"], Lines(Filled(new()).Grid(query)));
        Assert.Equal(["Online 2", "Store 30"], Lines(Filled(new() { Metrics = [online] }).Grid(query)));
        Assert.Equal(["Online 50", "Store 30"], Lines(Filled(new() { Metrics = [online with { Preference = MergePreference.Summary }] }).Grid(query)));
    }

    [Fact]
    public void A_conflict_is_of_the_whole_table_whatever_dates_and_filters_a_query_has()
    {
        HarmonizedTable table = Filled(new MergePreferences { Default = MergePreference.Event });
        GridQuery onlyAds = ByChannel with { Columns = ["channel", "clicks"], Filters = [new("dataset", GridOperator.Equals, ["ads"])] };
        GridQuery early = ByChannel with { To = new DateOnly(2024, 1, 1) };

        // The events of Search are of another day and another dataset.
        Assert.Equal(["TV 5"], Lines(table.Grid(onlyAds)));
        Assert.Equal(["TV 5"], Lines(table.Grid(early)));
    }

    [Fact]
    public void Values_with_neither_channel_nor_conversion_type_are_a_case_of_their_own()
    {
        HarmonizePlan plan = PlanOf(
            Dataset("ads", DatasetCategory.Summary, "geo", "orders"),
            Dataset("web", DatasetCategory.AdobeAnalytics, "channel geo", "orders")) with { Preferences = new() { Default = MergePreference.Summary } };
        HarmonizedTable table = TableOf(plan);
        Fill(table, "ads", 0, ("2024-01-01", "US", "100"));
        Fill(table, "web", 0, ("2024-01-01", "- US", "10"), ("2024-01-01", "Search US", "1"));

        Assert.Equal(["US 101"], Lines(table.Grid(new GridQuery { Columns = ["geo", "orders"] })));
    }

    [Fact]
    public void Without_the_other_side_what_was_dropped_is_back()
    {
        HarmonizedTable table = Filled(new MergePreferences { Default = MergePreference.Summary });
        Assert.Equal("Search 100", Lines(table.Grid(ByChannel))[1]);

        table.Drop("ads");

        Assert.Equal(["Mail 7", "Search 10"], Lines(table.Grid(ByChannel)));
    }

    [Fact]
    public void Drafts_are_no_side_of_a_conflict_until_they_are_shown()
    {
        HarmonizePlan draft = Both with
        {
            Preferences = new() { Default = MergePreference.Summary },
            Datasets = Both.Datasets.SetItem(0, Both.Datasets[0] with { Status = DatasetStatus.Draft }),
        };
        HarmonizedTable table = Filled(draft.Preferences);
        table.Use(draft);

        Assert.Equal(["Mail 7", "Search 10"], Lines(table.Grid(ByChannel)));
        Assert.Equal(["Mail 7", "Search 100", "TV 5"], Lines(table.Grid(ByChannel with { Drafts = true })));
    }

    private static string Search(MetricPreference[] metrics, MergePreference otherwise) =>
        Lines(Filled(new() { Default = otherwise, Metrics = [.. metrics] }).Grid(ByChannel))[1];

    private static HarmonizedTable Filled(MergePreferences preferences)
    {
        HarmonizedTable table = TableOf(Both with { Preferences = preferences });
        Fill(table, "ads", 0, ("2024-01-01", "Search", "9 100"), ("2024-01-01", "TV", "9 5"));
        Fill(table, "shop", 0, ("2024-01-01", "Online", "50"), ("2024-01-01", "Store", "30"));
        Fill(table, "web", 0, ("2024-01-02", "Search Online", "10 2"), ("2024-01-02", "Mail -", "7 -"));
        return table;
    }
}
