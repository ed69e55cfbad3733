using System.Text.Json;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Tests.Topology.Diff;

public sealed class TopologyDiffTests
{
    private static readonly TopologyPlan Before = TestTopology.PlanOf();

    private static readonly TopologySizes Sizes = new()
    {
        Partitions = [new PartitionSize(0, 100, 20_000, 0, 5_000), new PartitionSize(1, 50, 9_000, 0, 9_000)],
        Training = new PartitionSize(0, 1, 4_000, 0, 700),
        Features = 4,
        ReplayEventsPerSecond = 3_000,
        ReplayExamplesPerSecond = 10_000,
        CommitMs = 12,
        LoadMs = 6,
    };

    [Fact]
    public void A_file_with_another_comment_changes_nothing()
    {
        TopologyDiff diff = TopologyDiff.Between(Before, TestTopology.PlanOf() with { Version = "111111111111" }).Sized(Sizes);

        Assert.True(diff.IsEmpty);
        Assert.False(diff.IsLossy);
        Assert.All(diff.Operators, each => Assert.Equal((Verdict.Keep, 0L, 0L), (each.Verdict, each.Keys, each.Bytes)));
        Assert.Equal(["source", "opens", "clicks", "minutes_since_click", "spend", "labels", "propensity", "_luma.propensity", "mm."], diff.Operators.Select(each => each.Operator));
        Assert.Equal((0L, 0L), (diff.Estimate!.Keys, diff.Estimate.Bytes));
        Assert.Equal(12 + DiffEstimate.SwitchMs, diff.Estimate.PauseMs);
        Assert.Contains("(nothing changes)", DiffText.Table(diff), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_way_to_change_features_has_its_verdict()
    {
        TopologyPlan after = Before with
        {
            // opens renamed, clicks gone, minutes_since_click as it was, spend fades faster, one more
            Schema = new FeatureSchema(
            [
                Before.Schema.Features[0] with { Name = "emailsOpened" }, Before.Schema.Features[2],
                Before.Schema.Features[3] with { HalfLifeMs = 3_600_000 }, new Feature("views", FeatureKind.Count),
            ]),
            Matches = [Before.Matches[0], Before.Matches[2], Before.Matches[3], new FeatureMatch("eventType", "view")],
        };

        TopologyDiff diff = TopologyDiff.Between(Before, after).Sized(Sizes);

        Assert.Equal((Verdict.Keep, "was 'opens'"), Of(diff, "emailsOpened"));
        Assert.Equal(Verdict.Keep, Of(diff, "minutes_since_click").Verdict);
        Assert.Equal((Verdict.Rebuild, "halfLife 1d → 1h: made from the retained log"), Of(diff, "spend"));
        Assert.Equal((Verdict.Rebuild, "is new: made from the retained log"), Of(diff, "views"));
        Assert.Equal(Verdict.Drop, Of(diff, "clicks").Verdict);
        Assert.Equal(["clicks"], diff.Operators.Where(each => each.IsLossy).Select(each => each.Operator));
        Assert.Equal(Verdict.Keep, Of(diff, "labels").Verdict);
        (Verdict verdict, string reason) = Of(diff, "propensity");
        Assert.Equal(Verdict.Migrate, verdict);
        Assert.Contains("views begin with weight 0", reason, StringComparison.Ordinal);
        Assert.Contains("the weights of clicks go", reason, StringComparison.Ordinal);
        Assert.Contains("emailsOpened keep their weights", reason, StringComparison.Ordinal);
        Assert.Contains("weight of 'spend' goes on", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rebuild_tells_from_where_it_replays_how_long_and_what_it_holds_up()
    {
        TopologyPlan after = Before with { Matches = Before.Matches.SetItem(0, new FeatureMatch("eventType", "open2")) };

        DiffEstimate estimate = TopologyDiff.Between(Before, after).Sized(Sizes).Estimate!;

        Assert.Equal([new ReplayRange("events", 0, 0, 5_000), new ReplayRange("events", 1, 0, 9_000)], estimate.Replays);
        Assert.Equal((150L, 29_000L), (estimate.Keys, estimate.Bytes));
        Assert.Equal(3.0, estimate.ReplaySeconds);
        Assert.Equal(12 + DiffEstimate.SwitchMs + 6, estimate.PauseMs);
        Assert.True(estimate.IsHistoryComplete);
    }

    [Fact]
    public void A_rebuild_from_a_log_that_was_cut_is_lossy_and_says_where()
    {
        TopologyPlan after = Before with { Matches = Before.Matches.SetItem(0, new FeatureMatch("eventType", "open2")) };
        TopologyDiff complete = TopologyDiff.Between(Before, after).Sized(Sizes);
        TopologySizes cut = Sizes with { Partitions = [Sizes.Partitions[0], Sizes.Partitions[1] with { OldestOffset = 812 }] };

        TopologyDiff diff = TopologyDiff.Between(Before, after).Sized(cut);

        Assert.False(complete.IsLossy);
        Assert.True(diff.IsLossy);
        Assert.False(diff.Estimate!.IsHistoryComplete);
        Assert.Equal("the log no longer holds what came before 1:812: the rebuild lacks it", diff.Operators.Single(each => each.Operator == "opens").Loss);
        Assert.Single(diff.Operators, each => each.IsLossy);
    }

    [Fact]
    public void Who_names_visitors_otherwise_rebuilds_everything_and_horizons_do_not()
    {
        TopologyPlan identity = Before with { Source = Before.Source with { IdentityPaths = ["identityMap.ECID"] } };
        TopologyPlan horizons = Before with { Source = Before.Source with { Lateness = TimeSpan.FromHours(2) } };

        TopologyDiff renamed = TopologyDiff.Between(Before, identity);
        TopologyDiff later = TopologyDiff.Between(Before, horizons);

        Assert.Equal(Verdict.Rebuild, Of(renamed, "source").Verdict);
        Assert.All(renamed.Operators.Where(each => each.Kind == OperatorKind.Feature), each => Assert.Equal((Verdict.Rebuild, "what stands before it changed: made from the retained log"), (each.Verdict, each.Reason)));
        Assert.Equal(Verdict.Rebuild, Of(renamed, "labels").Verdict);
        Assert.Equal((Verdict.Keep, "lateness 1d → 2h; what was decided before stays"), Of(later, "source"));
        Assert.False(later.IsEmpty);
        Assert.False(later.ReplaysEvents);
    }

    [Fact]
    public void The_model_is_learned_anew_for_other_rates_and_starts_again_for_another_label()
    {
        TopologyPlan rates = Before with { Model = Before.Model! with { Learner = new LearnerOptions { Alpha = 0.5 } } };
        TopologyPlan label = Before with { Model = Before.Model! with { LabelEvent = "purchase" } };
        TopologyPlan named = Before with { Model = Before.Model! with { Name = "churn" } };
        TopologyPlan none = Before with { Model = null };
        TopologyPlan window = Before with { Model = Before.Model! with { Learner = new LearnerOptions { WindowExamples = 500 }, BaseRate = 0.5 } };

        TopologyDiff learned = TopologyDiff.Between(Before, rates).Sized(Sizes);
        Assert.Equal((Verdict.Rebuild, "alpha 0.1 → 0.5: learned anew from mm.training"), Of(learned, "propensity"));
        Assert.Equal([new ReplayRange("training", 0, 0, 700)], learned.Estimate!.Replays);
        Assert.False(learned.IsLossy);
        Assert.True(TopologyDiff.Between(Before, rates).Sized(Sizes with { Training = Sizes.Training! with { OldestOffset = 3 } }).IsLossy);

        Assert.Equal(["propensity"], TopologyDiff.Between(Before, label).Operators.Where(each => each.IsLossy).Select(each => each.Operator));
        Assert.StartsWith("label web.formFilledOut → purchase", Of(TopologyDiff.Between(Before, label), "labels").Reason, StringComparison.Ordinal);
        Assert.Equal(["churn"], TopologyDiff.Between(Before, named).Operators.Where(each => each.IsLossy).Select(each => each.Operator));
        Assert.Equal(["labels", "propensity"], TopologyDiff.Between(Before, none).Operators.Where(each => each.IsLossy).Select(each => each.Operator));
        Assert.Equal((Verdict.Add, "is new: starts at the base rate 0.02"), Of(TopologyDiff.Between(none, Before), "propensity"));
        Assert.Equal((Verdict.Migrate, "window 10000 → 500; baseRate 0.02 → 0.5 counts only before the first example"), Of(TopologyDiff.Between(Before, window), "propensity"));
    }

    [Fact]
    public void Rules_are_replaced_and_another_prefix_loses_the_outputs()
    {
        TopologyPlan Hero(params RuleDocument[] rules) => Before with
        {
            Decisions = Before.Decisions with { Scopes = [new ScopeDocument { Scope = "hero", Rules = rules, Otherwise = "a", Unknown = "a" }] },
        };
        TopologyPlan one = Hero(new RuleDocument { Name = "warm", Show = "x" });
        TopologyPlan two = Hero(new RuleDocument { Name = "warm", Show = "y" }, new RuleDocument { Name = "hot", Show = "z" });

        Assert.Equal((Verdict.Replace, "rule 'warm' changed; rule 'hot' is new"), Of(TopologyDiff.Between(one, two), "hero"));
        Assert.Equal((Verdict.Keep, "unchanged"), Of(TopologyDiff.Between(one, one), "hero"));
        Assert.Equal(Verdict.Add, Of(TopologyDiff.Between(Before, one), "hero").Verdict);
        Assert.Equal(Verdict.Drop, Of(TopologyDiff.Between(one, Before), "hero").Verdict);
        TopologyDiff moved = TopologyDiff.Between(Before, Before with { Topics = new TopicNames("x.") });
        Assert.Equal(["x."], moved.Operators.Where(each => each.IsLossy).Select(each => each.Operator));
    }

    [Fact]
    public void Nodes_with_state_keep_it_by_identity_and_those_without_are_replaced()
    {
        DeclaredOperator[] before = [Node("a", 1, true), Node("b", 2, true), Node("c", 3, false), Node("d", 4, true), Node("same", 5, false)];
        DeclaredOperator[] after =
            [Node("a2", 1, true), Node("b", 22, true), Node("c", 33, false), Node("e", 6, true), Node("f", 7, false), Node("same", 5, false)];

        TopologyDiff diff = TopologyDiff.Between(Before, Before, before, after);

        Assert.Equal((Verdict.Keep, "was 'a'"), Of(diff, "a2"));
        Assert.Equal(Verdict.Rebuild, Of(diff, "b").Verdict);
        Assert.Equal(Verdict.Replace, Of(diff, "c").Verdict);
        Assert.Equal(Verdict.Rebuild, Of(diff, "e").Verdict);
        Assert.Equal(Verdict.Add, Of(diff, "f").Verdict);
        Assert.Equal((Verdict.Keep, "unchanged"), Of(diff, "same"));
        Assert.Equal(Verdict.Drop, Of(diff, "d").Verdict);
        Assert.Equal(["d"], diff.Operators.Where(each => each.IsLossy).Select(each => each.Operator));

        DeclaredOperator Node(string name, ulong identity, bool hasState) => new(name, OperatorKind.Node, identity, hasState);
    }

    [Fact]
    public void Two_topologies_are_not_versions_of_each_other()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => TopologyDiff.Between(Before, Before with { Name = "other" }));

        Assert.StartsWith("'test' and 'other' are two topologies", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diff_reads_as_a_table_and_as_json()
    {
        TopologyPlan after = Before with { Version = "111111111111", Model = null };
        TopologyDiff diff = TopologyDiff.Between(Before, after).Sized(Sizes);

        string table = DiffText.Table(diff);
        Assert.Contains("test  000000000000 → 111111111111\n", table, StringComparison.Ordinal);
        Assert.Matches(@"\npropensity +model +drop +1 +4,000 +the new version has no model\n +LOSS: what 'propensity' learned", table);
        Assert.Contains("replayed: nothing\npause: 20 ms a partition (12 ms commit + 2 ms switch + 6 ms to read visitors anew)\n", table, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(DiffText.Json(diff)).RootElement;
        Assert.True(json.GetProperty("isLossy").GetBoolean());
        Assert.Equal("drop", json.GetProperty("operators").EnumerateArray().Single(each => each.GetProperty("operator").GetString() == "labels").GetProperty("verdict").GetString());
        Assert.Equal(20, json.GetProperty("estimate").GetProperty("pauseMs").GetDouble());
    }

    private static (Verdict Verdict, string Reason) Of(TopologyDiff diff, string name)
    {
        OperatorVerdict verdict = diff.Operators.Single(each => each.Operator == name);
        return (verdict.Verdict, verdict.Reason);
    }
}
