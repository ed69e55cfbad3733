using System.Security.Cryptography;
using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class TopologyLoaderTests
{
    private const string Smallest = """
        topology: small
        tenant: acme
        source: { identity: [_acme.id] }
        features: [{ name: visits, count: visit }]
        """;

    [Fact]
    public void The_shipped_topology_becomes_the_plan_it_describes()
    {
        TopologyResult result = TopologyLoader.Load(RepositoryFiles.Full("topologies/luma-propensity/topology.yaml"));

        Assert.Empty(result.Problems);
        TopologyPlan plan = result.Plan!;
        Assert.Equal("luma-propensity", plan.Name);
        Assert.Equal("luma", plan.Tenant);
        Assert.Equal(["_luma.userid", "identityMap.ECID"], plan.Source.IdentityPaths);
        Assert.Equal(TimeSpan.FromDays(1), plan.Source.DeduplicateWithin);
        Assert.Equal(TimeSpan.FromDays(1), plan.Source.Lateness);
        Assert.Equal(TimeSpan.FromHours(1), plan.Source.FutureMax);
        Assert.Equal(14, plan.Schema.Features.Length);
        Assert.Equal(7, plan.Schema.Features.Count(feature => feature.Kind == FeatureKind.Count));
        Assert.Equal(new Feature("minutes_since_linkClick", FeatureKind.MinutesSince), plan.Schema.Features[13]);
        Assert.Equal(new FeatureMatch("eventType", "web.webinteraction.linkClicks"), plan.Matches[13]);
        Assert.Equal(new FeatureMatch("eventType", "decisioning.propositionDismiss"), plan.Matches[plan.Schema.IndexOf("minutes_since_propositionDismiss")]);
        ModelPlan model = plan.Model!;
        Assert.Equal(("propensity", "web.formFilledOut", "_luma.propensity"), (model.Name, model.LabelEvent, model.ProfilePath));
        Assert.Equal((TimeSpan.FromDays(7), 0.02), (model.LabelWithin, model.BaseRate));
        Assert.Equal(new LearnerOptions { Alpha = 0.1, Beta = 1, L1 = 0, L2 = 0, WindowExamples = 10_000 }, model.Learner);
        Assert.Equal("mm.scores", plan.Topics.Scores);
    }

    [Fact]
    public void The_shipped_rules_travel_to_the_edges_as_written()
    {
        TopologyPlan plan = TopologyLoader.Load(RepositoryFiles.Full("topologies/luma-propensity/topology.yaml")).Plan!;

        DecisionDocument document = plan.Decisions;
        Assert.Equal(("luma-propensity", plan.Version, "propensity"), (document.Topology, document.Version, document.Model));
        Assert.Equal(("event", 0.02), (document.Clock, document.BaseRate));
        Assert.Equal(plan.Schema.Features, document.Features);
        ScopeDocument scope = Assert.Single(document.Scopes);
        Assert.Equal(("home-hero", "brand-story", "welcome"), (scope.Scope, scope.Otherwise, scope.Unknown));
        Assert.Equal(["about-to-subscribe", "engaged-by-email", "curious-on-mobile"], scope.Rules.Select(rule => rule.Name));
        RuleDocument byEmail = scope.Rules[1];
        Assert.Equal((0.02, 0.1, "newsletter-benefits"), (byEmail.ScoreFrom, byEmail.ScoreTo, byEmail.Show));
        Assert.Equal(new FeatureCondition { Feature = "emailsClicked", AtLeast = 1 }, Assert.Single(byEmail.Features));
        AttributeCondition device = Assert.Single(scope.Rules[2].Attributes);
        Assert.Equal("device", device.Name);
        Assert.Equal(["mobile", "tablet"], device.AnyOf);
    }

    [Fact]
    public void What_is_left_out_has_its_documented_default()
    {
        TopologyResult result = TopologyLoader.Parse(Smallest, "small.yaml");

        Assert.Empty(result.Problems);
        TopologyPlan plan = result.Plan!;
        Assert.Null(plan.Model);
        Assert.Equal(new SourcePlan { IdentityPaths = plan.Source.IdentityPaths }, plan.Source);
        Assert.Equal(new TopicNames("mm."), plan.Topics);
        Assert.Equal("wall", plan.Decisions.Clock);
        Assert.Empty(plan.Decisions.Scopes);
    }

    [Fact]
    public void A_model_without_a_profile_path_writes_under_the_tenant()
    {
        TopologyResult result = TopologyLoader.Parse(Smallest + "\nmodel: { name: churn, label: { event: goodbye } }", "small.yaml");

        Assert.Equal("_acme.churn", result.Plan!.Model!.ProfilePath);
    }

    [Fact]
    public void Features_match_by_any_path_and_sum_with_a_half_life()
    {
        const string Text = """
            topology: sums
            tenant: acme
            source: { identity: [_acme.id], deduplicate: 0s, lateness: 90m, future: 10s }
            features:
              - { name: byChannel, count: { path: channel._id, equals: "https://ns.adobe.com/xdm/channels/email" } }
              - { name: since, minutesSince: { path: marketing.campaignName, equals: 'Black Friday' } }
              - { name: revenue, decayedSum: { event: commerce.purchases, amount: commerce.order.priceTotal, halfLife: 1d } }
              - { name: interest, decayedSum: { path: web.webPageDetails.siteSection, equals: shoes, halfLife: 6h } }
            """;
        TopologyResult result = TopologyLoader.Parse(Text, "sums.yaml");

        Assert.Empty(result.Problems);
        TopologyPlan plan = result.Plan!;
        Assert.Equal(
            [
                new FeatureMatch("channel._id", "https://ns.adobe.com/xdm/channels/email"),
                new FeatureMatch("marketing.campaignName", "Black Friday"),
                new FeatureMatch("eventType", "commerce.purchases", "commerce.order.priceTotal"),
                new FeatureMatch("web.webPageDetails.siteSection", "shoes"),
            ],
            plan.Matches);
        Assert.Equal(new Feature("revenue", FeatureKind.DecayedSum, 86_400_000), plan.Schema.Features[2]);
        Assert.Equal(new Feature("interest", FeatureKind.DecayedSum, 21_600_000), plan.Schema.Features[3]);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMinutes(90)), (plan.Source.DeduplicateWithin, plan.Source.Lateness));
    }

    [Fact]
    public void The_version_is_the_start_of_the_resolved_content_s_sha_256()
    {
        const string Resolved = """
            {
             "features": [
              {"count": "visit", "name": "visits"}
             ],
             "source": {
              "identity": ["_acme.id"]
             },
             "tenant": "acme",
             "topology": "small"
            }

            """;
        string expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Resolved)))[..12];
        TopologyPlan plan = TopologyLoader.Parse(Smallest, "a.yaml").Plan!;

        Assert.Equal(Resolved, plan.ResolvedText);
        Assert.Equal((expected, expected), (plan.Version, plan.Decisions.Version));
    }

    [Theory]
    [InlineData("# later\n", "tenant", true)]
    [InlineData("", "tenant", true)]
    [InlineData("", "\"tenant\"", true)]
    [InlineData("sinks: { prefix: x. }\n", "tenant", false)]
    [InlineData("source: { identity: [_acme.id] }\n", "# source", true)]
    public void Comments_order_and_style_do_not_make_a_new_version(string before, string instead, bool isSame)
    {
        string text = before + Smallest.Replace(instead.Contains('#') ? "source" : "tenant", instead, StringComparison.Ordinal);

        Assert.Equal(isSame, TopologyLoader.Parse(Smallest, "a.yaml").Plan!.Version == TopologyLoader.Parse(text, "b.yaml").Plan!.Version);
    }

    [Fact]
    public void A_byte_order_mark_changes_nothing()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Smallest, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            Assert.Equal(TopologyLoader.Parse(Smallest, "x").Plan!.Version, TopologyLoader.Load(path).Plan!.Version);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_problem_not_an_exception()
    {
        string missing = Path.Combine(Path.GetTempPath(), "no-such-folder-here", "topology.yaml");

        Assert.Equal(new Problem(missing, 1, 1, "there is no such file"), Assert.Single(TopologyLoader.Load(missing).Problems));
        Assert.False(TopologyLoader.Load(Path.GetTempPath()).IsValid);
        Assert.False(TopologyLoader.Load("").IsValid);
        Assert.False(TopologyLoader.Load("nul\0in the path").IsValid);
    }

    [Fact]
    public void Bytes_that_are_not_utf_8_are_located()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. "topology: x\ntenant: "u8, 0xC3, 0x28]);
            Problem problem = Assert.Single(TopologyLoader.Load(path).Problems);
            Assert.Equal((2, 9), (problem.Line, problem.Column));
            Assert.Contains("0xC3", problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
