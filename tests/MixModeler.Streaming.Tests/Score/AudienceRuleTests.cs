using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Tests.Score;

/// <summary>Rules that ask for audiences, from the topology's file to the decision.</summary>
public sealed class AudienceRuleTests
{
    private const string Topology = """
        topology: t
        tenant: acme
        source: { identity: [user], fields: { device: "device:string" } }
        features:
          - { name: clicks, count: click }
          - { name: sinceCart, minutesSince: cart }
        model: { name: m, label: { event: buy, within: 1d }, profile: _acme.m }
        audiences:
          - { name: engaged, when: features.clicks > 1.0 && score < 0.9 }
          - { name: waiting, when: features.sinceCart <= 60.0 }
          - { name: mobile, when: event.device == "mobile" }
        decisions:
          scopes:
            - scope: hero
              rules:
                - { name: both, audiences: [engaged, waiting], show: a }
                - { name: certain, score: { from: 0.9 }, audiences: [waiting], show: b }
              otherwise: z

        """;

    [Theory]
    [InlineData(2, double.NaN, 0.5, "both")]
    [InlineData(0, 60, 0.5, "both")]
    [InlineData(1, 61, 0.5, "otherwise")]
    [InlineData(2, double.NaN, 0.95, "otherwise")]
    [InlineData(0, double.NaN, 0.95, "otherwise")]
    public void A_rule_holds_for_who_is_in_one_of_its_audiences(double clicks, double sinceCart, double score, string rule)
    {
        DecisionPlan plan = DecisionPlan.Compile(TopologyLoader.Parse(Topology, "t.yaml").Plan!.Decisions);

        Assert.Equal(rule, plan.Choose(0, [clicks, sinceCart], score, default).Rule);
    }

    [Fact]
    public void The_edge_is_told_of_the_audiences_that_rules_ask_for_and_of_no_others()
    {
        DecisionDocument document = TopologyLoader.Parse(Topology, "t.yaml").Plan!.Decisions;

        Assert.Equal(["engaged", "waiting"], document.Audiences.Select(audience => audience.Name));
    }

    [Theory]
    [InlineData("[engaged, waiting]", "[engagd]", "t.yaml:16:37: there is no audience 'engagd'; did you mean 'engaged'? Allowed: engaged, waiting, mobile")]
    [InlineData("[engaged, waiting]", "[mobile]", "t.yaml:16:37: an edge cannot tell who is in 'mobile', as it knows features and score alone: ")]
    [InlineData("[engaged, waiting]", "[engaged, engaged]", "t.yaml:16:46: ")]
    [InlineData("[engaged, waiting]", "[]", "t.yaml:16:36: 'audiences' is an empty list")]
    public void A_rule_that_asks_for_what_an_edge_cannot_tell_is_refused(string written, string instead, string expected)
    {
        TopologyResult result = TopologyLoader.Parse(Topology.Replace(written, instead, StringComparison.Ordinal), "t.yaml");

        Assert.StartsWith(expected, Assert.Single(result.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_with_an_unknown_audience_is_refused()
    {
        DecisionDocument document = TopologyLoader.Parse(Topology, "t.yaml").Plan!.Decisions;

        DecisionPlanException refused = Assert.Throws<DecisionPlanException>(() => DecisionPlan.Compile(document with { Audiences = [] }));

        Assert.Contains("scopes[0].rules[0].audiences[0]: there is no audience 'engaged'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_expression_of_an_audience_changes_the_rules_that_ask_for_it()
    {
        TopologyPlan before = TopologyLoader.Parse(Topology, "t.yaml").Plan!;
        TopologyPlan after = TopologyLoader.Parse(Topology.Replace("clicks > 1.0", "clicks > 2.0", StringComparison.Ordinal), "t.yaml").Plan!;

        Assert.Contains(TopologyDiff.Between(before, after).Operators, verdict => verdict.Reason.Contains("rule 'both' changed", StringComparison.Ordinal));
        Assert.DoesNotContain(TopologyDiff.Between(before, after).Operators, verdict => verdict.Reason.Contains("rule 'certain'", StringComparison.Ordinal));
    }

    [Fact]
    public void Deciding_by_audiences_allocates_nothing()
    {
        DecisionPlan plan = DecisionPlan.Compile(TopologyLoader.Parse(Topology, "t.yaml").Plan!.Decisions);
        double[] values = [1, 61];
        plan.Choose(0, values, 0.5, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            plan.Choose(0, values, 0.5, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
