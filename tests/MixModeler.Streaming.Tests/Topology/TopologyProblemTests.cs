using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class TopologyProblemTests
{
    // Lines count from 1; each case below changes one line.
    private static readonly string[] Valid =
    [
        /*  1 */ "topology: small",
        /*  2 */ "tenant: acme",
        /*  3 */ "source:",
        /*  4 */ "  identity: [_acme.id, identityMap.ECID]",
        /*  5 */ "  lateness: 1d",
        /*  6 */ "features:",
        /*  7 */ "  - { name: visits, count: visit }",
        /*  8 */ "  - { name: sinceVisit, minutesSince: visit }",
        /*  9 */ "  - { name: revenue, decayedSum: { event: order, amount: a.b, halfLife: 1d } }",
        /* 10 */ "model:",
        /* 11 */ "  name: buys",
        /* 12 */ "  label: { event: order, within: 7d }",
        /* 13 */ "  baseRate: 0.02",
        /* 14 */ "  learner: { alpha: 0.1, window: 1000 }",
        /* 15 */ "decisions:",
        /* 16 */ "  clock: event",
        /* 17 */ "  scopes:",
        /* 18 */ "    - scope: hero",
        /* 19 */ "      rules:",
        /* 20 */ "        - { name: hot, score: { from: 0.1, to: 1 }, show: offer }",
        /* 21 */ "        - { name: warm, features: { visits: { atLeast: 1 } }, attributes: { device: [mobile] }, show: teaser }",
        /* 22 */ "      otherwise: story",
        /* 23 */ "sinks:",
        /* 24 */ "  prefix: mm.",
    ];

    private const string Sections = "a topology is a map with topology, tenant, include, source, sources, harmonize, features, model, models, scores, audiences, "
        + "datasets, fields, mergePreferences, touchpoints, conversions, attributions, mixes, plans, nodes, edges, decisions, sinks, environments";

    [Fact]
    public void The_file_that_the_cases_change_is_valid()
    {
        Assert.Empty(TopologyLoader.Parse(string.Join("\n", Valid), "t.yaml").Problems);
    }

    [Theory]
    // Names of members.
    [InlineData(1, "topologie: small", 1, 1, "a topology has no 'topologie'; did you mean 'topology'? Allowed: topology, tenant")]
    [InlineData(5, "  latenes: 1d", 5, 3, "did you mean 'lateness'?")]
    [InlineData(5, "  zzz: 1d", 5, 3, "'source' has no 'zzz'; allowed: identity, deduplicate, lateness, future")]
    [InlineData(8, "  - { name: sinceVisit, minutsSince: visit }", 8, 25, "did you mean 'minutesSince'?")]
    [InlineData(2, "tenant: acme\ntenant: other", 3, 1, "'tenant' is here twice; first in line 2")]
    [InlineData(24, "  [a, b]: mm.", 24, 3, "the name of a member is a text; found a list")]
    // What is missing.
    [InlineData(2, "", 1, 1, "a topology needs 'tenant'")]
    [InlineData(2, "tenant:", 2, 8, "'tenant' has no value")]
    [InlineData(2, "tenant: ~", 2, 9, "'tenant' has no value")]
    [InlineData(11, "", 12, 3, "'model' needs 'name'")]
    [InlineData(12, "  label: { within: 7d }", 12, 10, "'label' needs 'event'")]
    [InlineData(20, "        - { name: hot, score: { from: 0.1 } }", 20, 11, "a rule needs 'show'")]
    [InlineData(22, "", 18, 7, "a scope needs 'otherwise'")]
    [InlineData(9, "  - { name: revenue, decayedSum: { event: order } }", 9, 34, "'decayedSum' needs 'halfLife'")]
    [InlineData(7, "  - { name: visits }", 7, 5, "the feature 'visits' computes nothing: it needs one of count, minutesSince, decayedSum")]
    [InlineData(7, "  - { name: visits, count: { path: a.b } }", 7, 28, "'count' needs 'equals'")]
    [InlineData(21, "        - { name: warm, features: { visits: { } }, show: teaser }", 21, 45, "needs 'atLeast' or 'atMost'")]
    // Wrong kinds.
    [InlineData(12, "  label: order", 12, 10, "'label' is a map with event, within; found 'order'")]
    [InlineData(4, "  identity: _acme.id", 4, 13, "'identity' is a list of dotted paths, e.g. identityMap.ECID; found '_acme.id'")]
    [InlineData(4, "  identity: [[a]]", 4, 14, "an identity is a text; found a list")]
    [InlineData(5, "  lateness: 1 day", 5, 13, "'lateness' is a duration such as 10s, 5m, 1h or 7d; found '1 day'")]
    [InlineData(5, "  lateness: 5", 5, 13, "is a duration")]
    [InlineData(5, "  lateness: 999999999d", 5, 13, "is a duration")]
    [InlineData(7, "  - visits", 7, 5, "a feature is a map with name, count, minutesSince, decayedSum; found 'visits'")]
    [InlineData(7, "  - { name: visits, count: [visit] }", 7, 28, "'count' is an event type, or a map with path, equals; found a list")]
    [InlineData(7, "  - { name: visits, count: '' }", 7, 28, "'count' is one line of 1 to 256 characters; found ''")]
    [InlineData(9, "  - { name: revenue, decayedSum: order }", 9, 34, "'decayedSum' is a map")]
    [InlineData(13, "  baseRate: often", 13, 13, "'baseRate' is a number above 0 and below 1; found 'often'")]
    [InlineData(13, "  baseRate: 1e999", 13, 13, "'baseRate' is a number above 0 and below 1; found '1e999'")]
    [InlineData(13, "  baseRate: .nan", 13, 13, "found '.nan'")]
    [InlineData(14, "  learner: { window: 12.5 }", 14, 22, "'window' is a whole number from 100 to 1000000; found '12.5'")]
    [InlineData(24, "  prefix: { a: b }", 24, 11, "'prefix' is a text; found a map")]
    // Out of range.
    [InlineData(5, "  lateness: 32d", 5, 13, "'lateness' is 32d: allowed is 0s to 31d")]
    [InlineData(9, "  - { name: revenue, decayedSum: { event: order, halfLife: 0s } }", 9, 60, "'halfLife' is 0s: allowed is 1s to 3650d")]
    [InlineData(12, "  label: { event: order, within: 0s }", 12, 34, "'within' is 0s: allowed is 1s to 366d")]
    [InlineData(13, "  baseRate: 0", 13, 13, "'baseRate' is 0: allowed is a number above 0 and below 1")]
    [InlineData(13, "  baseRate: 1", 13, 13, "'baseRate' is 1: allowed is a number above 0 and below 1")]
    [InlineData(14, "  learner: { alpha: -1 }", 14, 21, "'alpha' is -1: allowed is a number above 0 to 1000")]
    [InlineData(14, "  learner: { l1: -0.5 }", 14, 18, "'l1' is -0.5: allowed is a number from 0 to 1000000")]
    [InlineData(20, "        - { name: hot, score: { from: -0.1 }, show: offer }", 20, 39, "'from' is -0.1: allowed is a number from 0 to 1")]
    [InlineData(20, "        - { name: hot, score: { to: 1.1 }, show: offer }", 20, 37, "'to' is 1.1: allowed is a number from 0 to 1")]
    // Names and paths.
    [InlineData(1, "topology: a/b", 1, 11, "'topology' is 'a/b': at most 64 letters, digits and - _, beginning with a letter or _")]
    [InlineData(4, "  identity: [_acme..id]", 4, 14, "an identity is a dotted path such as channel._id")]
    [InlineData(7, "  - { name: visits.known, count: visit }", 7, 13, "'name' is 'visits.known'")]
    [InlineData(21, "        - { name: warm, attributes: { 'a b': [x] }, show: teaser }", 21, 39, "the attribute 'a b' is at most")]
    [InlineData(24, "  prefix: a/b", 24, 11, "'prefix' is 'a/b'")]
    [InlineData(16, "  clock: evnt", 16, 10, "'clock' is 'evnt'; did you mean 'event'? Allowed: wall, event")]
    // Twice.
    [InlineData(4, "  identity: [a.b, a.b]", 4, 19, "the identity 'a.b' is here twice; first in line 4")]
    [InlineData(8, "  - { name: visits, minutesSince: visit }", 8, 13, "the feature 'visits' is here twice; first in line 7")]
    [InlineData(8, "  - { name: both, minutesSince: a, count: b }", 8, 36, "the feature 'both' computes 'minutesSince' already")]
    [InlineData(9, "  - { name: r, decayedSum: { event: a, path: b.c, equals: d, halfLife: 1d } }", 9, 30, "names an event or a path with equals, not both")]
    [InlineData(20, "        - { name: warm, score: { from: 0.1 }, show: offer }", 21, 19, "the rule 'warm' is here twice; first in line 20")]
    [InlineData(22, "      otherwise: story\n    - { scope: hero, otherwise: b }", 23, 16, "the scope 'hero' is here twice; first in line 18")]
    [InlineData(21, "        - { name: warm, attributes: { device: [mobile, mobile] }, show: teaser }", 21, 56, "the value 'mobile' is here twice")]
    // Empty.
    [InlineData(4, "  identity: []", 4, 13, "'identity' is an empty list")]
    [InlineData(21, "        - { name: warm, attributes: { device: [] }, show: teaser }", 21, 47, "'device' is an empty list")]
    [InlineData(21, "        - { name: warm, features: { }, show: teaser }", 21, 35, "'features' is empty: leave it out, or name a condition")]
    // What can never be.
    [InlineData(20, "        - { name: hot, score: { from: 0.5, to: 0.1 }, show: offer }", 20, 31, "'score' from 0.5 to 0.1 never holds: from is below to")]
    [InlineData(20, "        - { name: hot, show: offer }", 21, 11, "this rule is never reached: 'hot' above has no condition and always holds")]
    [InlineData(21, "        - { name: warm, features: { visits: { atLeast: 3, atMost: 2 } }, show: t }", 21, 45, "never holds: at least 3, at most 2")]
    [InlineData(21, "        - { name: warm, features: { visit: { atLeast: 3 } }, show: t }", 21, 37, "there is no feature 'visit'; did you mean 'visits'?")]
    // Not YAML, or more of it than we take.
    [InlineData(7, "\t- { name: visits, count: visit }", 7, 1, "a tab: YAML is indented with spaces")]
    [InlineData(2, "tenant: 'acme", 2, 9, "this is not YAML")]
    [InlineData(4, "  identity: [_acme.id", 5, 3, "a bracket, a brace or a comma is missing before this")]
    [InlineData(2, "tenant: \"\\UFFFFFFFF\"", 2, 20, "what stands before this is no character or tag that exists")]
    [InlineData(2, "tenant: &t acme", 2, 9, "anchors (&) and aliases (*) are not supported")]
    [InlineData(2, "tenant: *t", 2, 9, "anchors (&) and aliases (*) are not supported")]
    [InlineData(2, "tenant: !!str acme", 2, 9, "tags are not supported")]
    [InlineData(2, "tenant: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", 2, 25, "nested deeper than 16 levels")]
    [InlineData(2, "tenant: ac\u0001me", 2, 11, "character U+0001: this is not a text file")]
    [InlineData(24, "  prefix: mm.\n---\ntopology: second", 25, 1, "a second document begins here")]
    public void One_mistake_is_one_problem_where_it_was_made(int line, string instead, int atLine, int atColumn, string message)
    {
        string[] lines = [.. Valid];
        lines[line - 1] = instead;
        TopologyResult result = TopologyLoader.Parse(string.Join("\n", lines), "t.yaml");

        Assert.Null(result.Plan);
        Assert.False(result.IsValid);
        Assert.True(
            result.Problems is [Problem only] && only.Line == atLine && only.Column == atColumn
                && only.Message.Contains(message, StringComparison.Ordinal),
            $"expected {atLine}:{atColumn} … {message} …, found\n{string.Join("\n", result.Problems)}");
    }

    [Fact]
    public void A_score_range_needs_a_model()
    {
        string text = string.Join("\n", Valid.Where((_, i) => i is < 9 or > 13));
        Problem problem = Assert.Single(TopologyLoader.Parse(text, "t.yaml").Problems);

        Assert.Equal("t.yaml:15:24: 'score' needs a score: this topology has no 'model'", problem.ToString());
    }

    [Fact]
    public void Every_mistake_is_reported_at_once_and_in_the_order_of_the_file()
    {
        string[] lines = [.. Valid];
        lines[1] = "tenannt: acme";
        lines[4] = "  lateness: soon";
        lines[12] = "  baseRate: 2";
        lines[20] = "        - { name: warm, features: { visit: { atLeast: 1 } }, show: teaser }";
        IReadOnlyList<Problem> problems = TopologyLoader.Parse(string.Join("\n", lines), "t.yaml").Problems;

        Assert.Equal([2, 5, 13, 21], problems.Select(problem => problem.Line));
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("\n\n# only a comment\n", "the file is empty")]
    [InlineData("- a\n- b", Sections + "; found a list")]
    [InlineData("hello", Sections + "; found 'hello'")]
    [InlineData("{}", "a topology needs 'topology'")]
    public void A_file_that_is_no_topology_says_what_one_is(string text, string message)
    {
        Assert.Contains(message, TopologyLoader.Parse(text, "t.yaml").Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_file_is_refused_unread()
    {
        string text = string.Join("\n", Valid) + "\n# " + new string('x', 1_000_000);

        Assert.Contains("a topology has at most 262,144", Assert.Single(TopologyLoader.Parse(text, "t.yaml").Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_problems_than_anybody_reads_are_cut_off()
    {
        string text = string.Join("\n", Enumerable.Range(0, 1_000).Select(i => $"unknown{i}: x"));

        Assert.Equal(100, TopologyLoader.Parse(text, "t.yaml").Problems.Count);
    }
}
