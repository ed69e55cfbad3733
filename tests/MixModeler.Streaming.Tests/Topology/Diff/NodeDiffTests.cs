using MixModeler.Streaming.Flow;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Tests.Flow;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Tests.Topology.Diff;

/// <summary>What a diff says of nodes and audiences is what the runtime does with their state: both go by the same identities.</summary>
public sealed class NodeDiffTests
{
    private const string Text = """
        source: { identity: [_acme.id], lateness: 1h, deduplicate: 1h, fields: { n: "n:int", s: "s:string" } }
        features: [{ name: opens, count: open }]
        nodes:
          small: { operator: filter, where: event.n < 5 }
          daily: { operator: window, kind: tumbling, size: 1d, aggregates: { records: count } }
          sums: { operator: sink, topic: sums }
        edges: [events -> small -> profile, small -> daily -> sums]
        audiences:
          - { name: warm, when: features.opens > 2.0 }
          - { name: hot, when: features.opens > 5.0 }
        """;

    private static readonly TopologySizes Sizes = new() { Partitions = [new PartitionSize(0, 100, 20_000, 0, 5_000)], Features = 1 };

    private static readonly TopologyPlan Before = FlowRun.PlanOf(Text);

    [Fact]
    public void The_same_graph_with_other_names_keeps_everything()
    {
        TopologyDiff diff = Diff(Text.Replace("small", "little", StringComparison.Ordinal));

        Assert.Equal((Verdict.Keep, "was 'small'"), Of(diff, "little"));
        Assert.All((string[])["opens", "daily", "sums", "warm", "hot"], name => Assert.Equal((Verdict.Keep, "unchanged"), Of(diff, name)));
        Assert.False(diff.RewritesRecords);
    }

    [Fact]
    public void A_changed_filter_before_the_profile_makes_all_behind_it_anew()
    {
        TopologyDiff diff = Diff(Text.Replace("event.n < 5", "event.n < 7", StringComparison.Ordinal));

        Assert.Equal(Verdict.Replace, Of(diff, "small").Verdict);
        Assert.All((string[])["front", "opens", "daily", "warm", "hot"], name => Assert.Equal(Verdict.Rebuild, Of(diff, name).Verdict));
        Assert.True(diff.ReplaysEvents);
        Assert.NotEmpty(diff.Sized(Sizes).Estimate!.Replays);
        Assert.False(diff.Sized(Sizes).IsLossy);
        TopologySizes cut = Sizes with { Partitions = [Sizes.Partitions[0] with { OldestOffset = 7 }] };
        Assert.Contains("daily", diff.Sized(cut).Operators.Where(each => each.IsLossy).Select(each => each.Operator));
    }

    [Fact]
    public void A_changed_window_is_made_anew_and_nothing_else_is()
    {
        TopologyDiff diff = Diff(Text.Replace("size: 1d", "size: 1h", StringComparison.Ordinal));

        Assert.Equal(["daily"], diff.Operators.Where(each => each.Verdict == Verdict.Rebuild).Select(each => each.Operator));
        Assert.True(diff.ReplaysEvents && diff.RewritesRecords);
        Assert.Equal(100, diff.Sized(Sizes).Operators.Single(each => each.Operator == "daily").Keys);
    }

    [Fact]
    public void An_audience_s_members_stay_and_follow_its_predicate_at_their_next_events()
    {
        TopologyDiff changed = Diff(Text.Replace("features.opens > 5.0", "features.opens > 6.0", StringComparison.Ordinal));
        Assert.Equal(Verdict.Migrate, Of(changed, "hot").Verdict);
        Assert.Equal((Verdict.Keep, "unchanged"), Of(changed, "warm"));
        Assert.False(changed.ReplaysEvents || changed.IsEmpty || changed.IsLossy);

        TopologyDiff other = Diff(Text.Replace("hot,", "boiling,", StringComparison.Ordinal));
        Assert.Equal((Verdict.Add, "is new: visitors enter it at their next events"), Of(other, "boiling"));
        Assert.Equal(Verdict.Drop, Of(other, "hot").Verdict);
        Assert.False(other.ReplaysEvents || other.IsLossy);
    }

    [Theory]
    [InlineData("event.n < 5", "event.n < 7")]
    [InlineData("size: 1d", "size: 1h")]
    [InlineData("features.opens > 5.0", "features.opens > 6.0")]
    [InlineData("hot,", "boiling,")]
    [InlineData("count: open", "count: click")]
    [InlineData("small", "little")]
    [InlineData("topic: sums", "topic: totals")]
    [InlineData("small -> daily -> sums", "profile -> daily -> sums")]
    public void The_verdicts_replay_exactly_where_the_runtime_does(string what, string with)
    {
        string text = Text.Replace(what, with, StringComparison.Ordinal);
        LayoutMigration migration = new(Layout(Before), Layout(FlowRun.PlanOf(text)), FlowRun.PlanOf(text).Schema);
        TopologyDiff diff = Diff(text);

        Assert.NotEqual(Text, text);
        Assert.Equal(migration.NeedsRebuilt, diff.ReplaysEvents);
        Assert.Equal(Layout(Before).Id != Layout(FlowRun.PlanOf(text)).Id, diff.RewritesRecords);
    }

    [Fact]
    public void Behind_a_key_by_a_changed_window_begins_with_nothing_and_says_so()
    {
        const string Keyed = """
            source: { identity: [_acme.id], lateness: 1h, deduplicate: 1h, fields: { n: "n:int", s: "s:string" } }
            nodes:
              by-s: { operator: key-by, key: event.s }
              daily: { operator: window, kind: tumbling, size: 1d, aggregates: { records: count } }
              sums: { operator: sink, topic: sums }
            edges: [events -> by-s -> daily -> sums]
            """;
        TopologyDiff diff = TopologyDiff.Between(FlowRun.PlanOf(Keyed), FlowRun.PlanOf(Keyed.Replace("size: 1d", "size: 1h", StringComparison.Ordinal)));

        OperatorVerdict window = diff.Operators.Single(each => each.Operator == "daily");
        Assert.Equal((Verdict.Add, true), (window.Verdict, window.IsLossy));
        Assert.False(diff.ReplaysEvents);
    }

    private static TopologyDiff Diff(string text) => TopologyDiff.Between(Before, FlowRun.PlanOf(text));

    private static StateLayout Layout(TopologyPlan plan) => StateLayout.Of(plan, [.. FlowSteps.StatesOf(plan.Flow!.Lanes[0])]);

    private static (Verdict Verdict, string Reason) Of(TopologyDiff diff, string name)
    {
        OperatorVerdict verdict = diff.Operators.Single(each => each.Operator == name);
        return (verdict.Verdict, verdict.Reason);
    }
}
