using System.Text;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class DivergenceTests
{
    private static readonly TopologyPlan Plan = TestTopology.PlanOf() with
    {
        Decisions = new DecisionDocument
        {
            Topology = "test",
            Features = [.. TestTopology.PlanOf().Schema.Features],
            Scopes =
            [
                new ScopeDocument
                {
                    Scope = "hero",
                    Rules = [new RuleDocument { Name = "likely", ScoreFrom = 0.5, Show = "offer" }],
                    Otherwise = "story",
                    Unknown = "welcome",
                },
            ],
        },
    };

    [Fact]
    public void The_same_outputs_in_any_interleaving_are_no_difference()
    {
        Divergence divergence = new(Plan, Plan);
        Left(divergence, Score("a", 0.2, 1, 3));
        Left(divergence, Score("b", 0.9, 2, 1));
        Right(divergence, Score("a", 0.2, 1, 3));
        Right(divergence, Score("b", 0.9, 2, 1));
        Right(divergence, Score("c", 0.3, 3, 1));
        Left(divergence, Score("c", 0.3, 3, 1));
        divergence.Complete();

        DivergenceReport report = divergence.ToReport();

        Assert.True(report.IsEmpty);
        Assert.Equal(new OutputDivergence(3, 3, 3, 0, 0, 0), report.Outputs["scores"]);
        Assert.Equal(3, report.Visitors);
        Assert.Equal(1, report.Scores.Correlation!.Value, 12);
    }

    [Fact]
    public void Differences_are_told_by_feature_score_visitor_and_experience()
    {
        Divergence divergence = new(Plan, Plan);
        Left(divergence, Score("a", 0.2, 1, 3));
        Right(divergence, Score("a", 0.6, 1, 5));
        Left(divergence, Score("b", 0.7, 2, 1));
        Right(divergence, Score("b", 0.7, 2, 1));
        divergence.Complete();

        DivergenceReport report = divergence.ToReport();

        Assert.False(report.IsEmpty);
        FeatureDivergence opens = report.Features.Single(f => f.Feature == "opens");
        Assert.Equal((1L, 1L, 0.5, 2.0), (opens.Different, opens.Visitors, opens.VisitorShare, opens.DifferenceMax));
        Assert.Equal(0, report.Features.Single(f => f.Feature == "clicks").Different);
        Assert.Equal((2L, 1L), (report.Scores.Pairs, report.Scores.Different));
        Assert.Equal(0.4, report.Scores.DifferenceMax, 12);
        Assert.Equal(0.2, report.Scores.DifferenceMean, 12);
        ScopeDivergence hero = report.Decisions.Single();
        Assert.Equal((2L, 1L, 0.5), (hero.Visitors, hero.Different, hero.Share));
        Assert.Equal([new("offer", "offer", 1), new ExperienceMove("story", "offer", 1)], hero.Moves);
        Assert.Equal("scores of mm.events/0@1: score 0.2 → 0.6, opens", Assert.Single(report.Examples));
    }

    [Fact]
    public void An_output_without_counterpart_counts_once_its_partition_is_settled()
    {
        Divergence divergence = new(Plan, Plan);
        Left(divergence, Score("a", 0.2, 1, 3));
        Right(divergence, Score("b", 0.2, 5, 3));
        Assert.Equal(2, divergence.ToReport().Waiting);

        divergence.Settle(0, 5);
        Assert.Equal(new OutputDivergence(1, 1, 0, 0, 1, 0), divergence.ToReport().Outputs["scores"]);
        Assert.Equal(1, divergence.ToReport().Waiting);

        divergence.Complete();
        DivergenceReport report = divergence.ToReport();
        Assert.Equal(new OutputDivergence(1, 1, 0, 0, 1, 1), report.Outputs["scores"]);
        Assert.Equal([new("story", "welcome", 1), new ExperienceMove("welcome", "story", 1)], report.Decisions.Single().Moves);
    }

    [Fact]
    public void What_a_side_sends_again_after_a_crash_counts_once()
    {
        Divergence divergence = new(Plan, Plan);
        Left(divergence, Score("a", 0.2, 1, 3));
        Left(divergence, Score("a", 0.2, 2, 3));
        Left(divergence, Score("a", 0.2, 1, 3));
        Left(divergence, Score("a", 0.2, 2, 3));
        Right(divergence, Score("a", 0.2, 1, 3));
        Right(divergence, Score("a", 0.2, 2, 3));
        divergence.Complete();

        DivergenceReport report = divergence.ToReport();
        Assert.True(report.IsEmpty);
        Assert.Equal(2, report.Repeated);
    }

    [Fact]
    public void Dead_letters_are_compared_by_reason()
    {
        Divergence divergence = new(Plan, Plan);
        divergence.Left("mm.deadletter", -1, [], Letter("too-late", 1));
        divergence.Right("mm.deadletter", -1, [], Letter("too-late", 1));
        divergence.Left("mm.deadletter", -1, [], Letter("id-missing", 2));
        divergence.Right("mm.deadletter", -1, [], Letter("visitor-missing", 2));
        divergence.Right("mm.deadletter", -1, [], Encoding.UTF8.GetBytes("{}"));
        divergence.Complete();

        DivergenceReport report = divergence.ToReport();

        Assert.Equal(new OutputDivergence(2, 2, 1, 1, 0, 0), report.Outputs["deadletter"]);
        Assert.Equal(new ReasonDivergence(1, 1), report.DeadLetters["too-late"]);
        Assert.Equal(new ReasonDivergence(1, 0), report.DeadLetters["id-missing"]);
        Assert.Equal(1, report.Unreadable);
        Assert.Equal("deadletter of mm.events/0@2: id-missing → visitor-missing", Assert.Single(report.Examples));
    }

    [Fact]
    public void Memory_is_bounded_and_what_was_given_up_is_told()
    {
        Divergence divergence = new(Plan, Plan, new DivergenceOptions { WaitingMax = 10, VisitorsMax = 50 });
        for (int i = 1; i <= 1_000; i++)
        {
            Left(divergence, Score($"visitor-{i}", 0.2, i, 1));
        }

        DivergenceReport report = divergence.ToReport();

        Assert.Equal((10L, 990L), (report.Waiting, report.GivenUp));
        Assert.InRange(report.Visitors, 1, 50);
        Assert.InRange(report.VisitorShare, 0.001, 0.1);
        Assert.False(report.IsEmpty);
    }

    [Fact]
    public void Features_are_matched_by_name_and_those_of_one_side_are_named()
    {
        TopologyPlan other = Plan with
        {
            Schema = new FeatureSchema([new Feature("clicks", FeatureKind.Count), new Feature("views", FeatureKind.Count)]),
            Decisions = new DecisionDocument { Topology = "test" },
        };

        DivergenceReport report = new Divergence(Plan, other).ToReport();

        Assert.Equal(["clicks"], report.Features.Select(f => f.Feature));
        Assert.Equal(["opens", "minutes_since_click", "spend"], report.FeaturesOnlyLeft);
        Assert.Equal(["views"], report.FeaturesOnlyRight);
        Assert.Empty(report.Decisions);
    }

    private static void Left(Divergence divergence, byte[] score) => divergence.Left("mm.scores", 0, [], score);

    private static void Right(Divergence divergence, byte[] score) => divergence.Right("mm.scores", 0, [], score);

    private static byte[] Score(string visitor, double score, long offset, int opens) => Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $$$"""
        {"visitor":"{{{visitor}}}","score":{{{score}}},"model":"propensity","modelVersion":1,"at":"2026-09-01T00:00:00.000Z",
        "origin":{"partition":0,"offset":{{{offset}}},"ordinal":0},"receivedMs":5,"row":[{{{TestTopology.Day1Ms}}},{{{opens}}},0,0,0]}
        """));

    private static byte[] Letter(string reason, long offset) => Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $$$"""{"reason":"{{{reason}}}","detail":"","topic":"mm.events","partition":0,"offset":{{{offset}}},"timestampMs":1,"bytes":""}"""));
}
