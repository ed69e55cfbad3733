using System.Collections.Immutable;
using MixModeler.Streaming.Tests.Topology.Datasets;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Tests.Topology.Diff;

public sealed class DatasetDiffTests
{
    private static readonly TopologyPlan Before = DatasetTopology.Plan;

    [Fact]
    public void What_did_not_change_is_kept()
    {
        TopologyDiff diff = TopologyDiff.Between(Before, DatasetTopology.Valid("# a comment\n" + DatasetTopology.Text));

        Assert.True(diff.IsEmpty);
        Assert.Equal(
            ["weather", "websdk", "youtube", "ctr", "geo", "reach", "mergePreferences", "Paid video", "Anything", "Store"],
            diff.Operators.Where(each => each.Kind >= OperatorKind.Dataset).Select(each => each.Operator));
        Assert.All(diff.Operators, each => Assert.Equal(Verdict.Keep, each.Verdict));
    }

    [Fact]
    public void Another_rule_is_a_dataset_made_anew_and_nothing_of_visitors()
    {
        TopologyDiff diff = Between(DatasetTopology.With("sum: Clicks", "max: Clicks"));

        OperatorVerdict youtube = Of(diff, "youtube");
        Assert.Equal(Verdict.Rebuild, youtube.Verdict);
        Assert.StartsWith("mapped otherwise clicks: made from the retained log of mm.summary", youtube.Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Keep, Of(diff, "websdk").Verdict);
        Assert.False(diff.ReplaysEvents);
        Assert.False(diff.RewritesRecords);
        Assert.False(diff.IsLossy);
        Assert.False(diff.IsEmpty);
        TopologySizes sizes = new() { Partitions = [new PartitionSize(0, 100, 20_000, 50, 5_000)] };
        Assert.Empty(diff.Sized(sizes).Estimate!.Replays);
        Assert.False(diff.Sized(sizes).IsLossy);
    }

    [Theory]
    [InlineData("topic: summary", "topic: media", "topic summary → media")]
    [InlineData("ids: [yt-2021, yt-2022]", "ids: All", "ids [yt-2021, yt-2022] → All")]
    [InlineData("granularity: Daily", "granularity: Monthly", "granularity Daily → Monthly")]
    [InlineData("by: Aggregation, booksClose: 30d", "by: Replacement", "restatement Aggregation → Replacement; booksClose 30d → never")]
    [InlineData("      reach: { max: Reach }\n", "", "mapped no more reach")]
    [InlineData("value: BrandX }", "value: BrandX }\n      mediatype: { value: paid }", "newly mapped mediatype")]
    [InlineData("to: 100 }]", "to: 200 }]", "units changed")]
    [InlineData("Clicks: int", "Clicks: double", "types of fields changed")]
    [InlineData("rowKey: [Date, Channel, Campaign]", "rowKey: [Date]", "rowKey [Date, Channel, Campaign] → [Date]")]
    public void The_reason_names_what_changed(string piece, string instead, string reason)
    {
        TopologyDiff diff = Between(DatasetTopology.With(piece, instead));

        Assert.StartsWith($"{reason}: made from the retained log", Of(diff, "youtube").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status: Active", "status: Draft", "status Active → Draft")]
    [InlineData("startOfWeek: Monday", "startOfWeek: Sunday", "startOfWeek Monday → Sunday")]
    public void What_only_says_how_it_is_shown_takes_effect_at_once(string piece, string instead, string reason)
    {
        TopologyDiff diff = Between(DatasetTopology.With(piece, instead));

        Assert.Equal((Verdict.Keep, $"{reason}: takes effect at once, nothing is replayed"), (Of(diff, "youtube").Verdict, Of(diff, "youtube").Reason));
        Assert.False(diff.IsEmpty);
    }

    [Fact]
    public void Preferences_fields_and_definitions_take_effect_at_once()
    {
        string text = DatasetTopology.With("prefer: Summary", "prefer: Event")
            .Replace("[clicks]/[impressions] * 100", "[clicks]/[impressions]", StringComparison.Ordinal)
            .Replace("is: YouTube", "is: TV", StringComparison.Ordinal)
            .Replace("name: Store", "name: Shop", StringComparison.Ordinal);

        TopologyDiff diff = Between(text);

        Assert.Equal(Verdict.Replace, Of(diff, "mergePreferences").Verdict);
        Assert.Equal("preferences of metrics changed: takes effect at once, nothing is replayed", Of(diff, "mergePreferences").Reason);
        Assert.Equal("CTR, Derived, Number, [clicks]/[impressions] * 100 → CTR, Derived, Number, [clicks]/[impressions]: takes effect at once, nothing is replayed", Of(diff, "ctr").Reason);
        Assert.StartsWith("channel Equals YouTube by impressions and spend → channel Equals TV by", Of(diff, "Paid video").Reason, StringComparison.Ordinal);
        Assert.Equal((Verdict.Add, Verdict.Drop), (Of(diff, "Shop").Verdict, Of(diff, "Store").Verdict));
        Assert.All(diff.Operators, each => Assert.False(each.IsLossy || each.Verdict == Verdict.Rebuild));
    }

    [Fact]
    public void A_dataset_that_goes_is_a_loss_unless_it_is_a_draft()
    {
        string without = DatasetTopology.With("  websdk:\n    category: Experience Events\n    startOfWeek: Saturday\n", "");
        without = string.Join('\n', without.Split('\n').Where(line => !line.Contains("channel._id", StringComparison.Ordinal)));
        string rest = without.Replace("source: { identity: [_acme.id], deduplicate: 12h }\n", "", StringComparison.Ordinal);
        TopologyPlan draft = Before with
        {
            Harmonized = Before.Harmonized with
            {
                Datasets = [.. Before.Harmonized.Datasets.Select(dataset => dataset with { Status = DatasetStatus.Draft })],
            },
        };

        TopologyPlan after = DatasetTopology.Valid(rest) with { Source = Before.Source };
        OperatorVerdict gone = Of(TopologyDiff.Between(Before, after), "websdk");

        Assert.Equal(Verdict.Drop, gone.Verdict);
        Assert.Equal("what 'websdk' put into the table goes: a later version can only make it from mm.events as far as that is kept", gone.Loss);
        Assert.Null(Of(TopologyDiff.Between(draft, after), "websdk").Loss);
        OperatorVerdict back = Of(TopologyDiff.Between(after, Before), "websdk");
        Assert.Equal((Verdict.Add, "is new: made from the retained log of mm.events, then shown", null), (back.Verdict, back.Reason, back.Loss));
    }

    [Fact]
    public void Another_identity_of_visitors_makes_datasets_of_events_anew()
    {
        TopologyDiff diff = Between(DatasetTopology.With("deduplicate: 12h", "deduplicate: 1d"));

        Assert.Equal(Verdict.Rebuild, Of(diff, "websdk").Verdict);
        Assert.StartsWith("who visitors are, or which events count, is declared otherwise", Of(diff, "websdk").Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Keep, Of(diff, "youtube").Verdict);
    }

    [Fact]
    public void A_switch_between_versions_that_differ_in_datasets_maps_visitors_onto_themselves()
    {
        const string Features = "features: [{ name: visits, count: visit }]\n";
        TopologyPlan from = DatasetTopology.Valid(DatasetTopology.Text + Features);
        TopologyPlan to = DatasetTopology.Valid(DatasetTopology.With("sum: Clicks", "max: Clicks") + Features);

        Assert.True(StateMapping.Between(from, to).IsIdentity);
        Assert.False(StateMapping.Between(from, to).NeedsRebuild);
        string row = DiffText.Table(TopologyDiff.Between(from, to)).Split('\n').Single(line => line.StartsWith("youtube", StringComparison.Ordinal));
        Assert.Equal("dataset", row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    [Fact]
    public void Events_of_bots_that_are_to_stay_out_make_a_dataset_anew()
    {
        TopologyDiff diff = Between(DatasetTopology.With("    category: Experience Events\n", "    category: Experience Events\n    bots: 0.8\n"));

        Assert.Equal(Verdict.Rebuild, Of(diff, "websdk").Verdict);
        Assert.StartsWith("bots none → 0.8: made from", Of(diff, "websdk").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_dataset_replays_is_told_and_a_log_that_lost_its_beginning_is_a_loss()
    {
        TopologyDiff diff = Between(DatasetTopology.With("sum: Clicks", "max: Clicks"));
        TopologyDiff whole = diff.Sized(Sizes(oldest: 0));
        TopologyDiff cut = diff.Sized(Sizes(oldest: 40));

        Assert.Contains("\nreplayed: mm.summary, 1,500 records of 2 partitions, for youtube\npause: ", DiffText.Table(whole), StringComparison.Ordinal);
        Assert.False(whole.IsLossy);
        Assert.Equal("the log no longer holds what came before 1:40: the rebuild lacks it", Of(cut, "youtube").Loss);
        Assert.False(cut.Estimate!.IsHistoryComplete);

        static TopologySizes Sizes(long oldest) => new()
        {
            Topics = ImmutableDictionary<string, ImmutableArray<PartitionSize>>.Empty
                .Add("mm.summary", [new PartitionSize(0, 0, 0, 0, 1_000), new PartitionSize(1, 0, 0, oldest, 500 + oldest)])
                .Add("mm.events", [new PartitionSize(0, 0, 0, 0, 7)]),
        };
    }

    private static TopologyDiff Between(string text) => TopologyDiff.Between(Before, DatasetTopology.Valid(text));

    private static OperatorVerdict Of(TopologyDiff diff, string name) => diff.Operators.Single(each => each.Operator == name);
}
