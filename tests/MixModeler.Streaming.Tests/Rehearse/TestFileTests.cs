using MixModeler.Streaming.Rehearse;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>What is wrong with a test file is told where it stands.</summary>
public sealed class TestFileTests
{
    private const string Head = "test: t\nstart: 2026-09-01T00:00:00Z\n";
    private const string Event = "events: [ { value: { eventType: click, user: a } } ]\n";
    private const string Expect = "expect: { counts: { mm.scores: 1 } }\n";

    [Theory]
    [InlineData("", "tests/t.yaml:1:1: the file is empty")]
    [InlineData(Head + Event, "tests/t.yaml:1:1: a test needs 'expect'")]
    [InlineData(Head + Event + Expect + "expects: {}", "tests/t.yaml:5:1: a test has no 'expects'; did you mean 'expect'?")]
    [InlineData(Head + Event + "expect: {}", "tests/t.yaml:4:9: 'expect' expects nothing")]
    [InlineData(Head + Event + "expect: { count: { mm.scores: 1 } }", "tests/t.yaml:4:11: 'expect' has no 'count'; did you mean 'counts'?")]
    [InlineData(Head + Event + "expect: { counts: { mm.scores: many } }", "tests/t.yaml:4:32: a count is a whole number; found 'many'")]
    [InlineData(Head + Event + "expect: { records: { mm.scores: { visitor: a } } }", "tests/t.yaml:4:33: what is expected of a topic is a list of records; found a map")]
    [InlineData("test: t\nstart: yesterday\n" + Event + Expect, "tests/t.yaml:2:8: a date-time is written 2026-09-01T10:00:00Z; found 'yesterday'")]
    [InlineData(Head + "events: [ { at: +5x, value: { user: a } } ]\n" + Expect, "tests/t.yaml:3:17: 'at' is a duration after the start such as +5m, or a date-time; found '+5x'")]
    [InlineData(Head + "events: [ { at: +5m, value: { user: a } }, { at: +4m, value: { user: a } } ]\n" + Expect, "tests/t.yaml:3:50: 'at' is +4m, and it is 2026-09-01T00:05:00Z already")]
    [InlineData(Head + "events: [ { at: +9999999d, value: { user: a } } ]\n" + Expect, "tests/t.yaml:3:17: that is after the year 9999")]
    [InlineData(Head + "events: [ { at: +5m, value: { user: a }, raw: x } ]\n" + Expect, "tests/t.yaml:3:11: an event is one of value, raw, file, advance")]
    [InlineData(Head + "events: [ { file: none.jsonl } ]\n" + Expect, "tests/t.yaml:3:19: there is no file 'none.jsonl' in the folder of the test")]
    [InlineData(Head + "events: [ { file: ../topology.yaml } ]\n" + Expect, "tests/t.yaml:3:19: there is no file '../topology.yaml' in the folder of the test")]
    [InlineData(Head + Event + Expect + "failures: [ { after: 2, kind: crash } ]", "tests/t.yaml:5:22: there is no event 2: the test has 1")]
    [InlineData(Head + Event + Expect + "failures: [ { after: 1, kind: crsh } ]", "tests/t.yaml:5:31: 'kind' is 'crsh'; did you mean 'crash'?")]
    [InlineData(Head + Event + Expect + "failures: [ { after: 1, every: commit, kind: crash } ]", "tests/t.yaml:5:25: a failure point is 'after' an event or at 'every' commit, not both")]
    [InlineData(Head + Event + Expect + "profiles: { crm: gold }", "tests/t.yaml:5:18: profiles of 'crm' is a map; found 'gold'")]
    [InlineData(Head + Event + "expect: { decisions: [ { visitor: a, scope: home } ] }", "tests/t.yaml:4:24: a decision expects one of show, rule, score")]
    public async Task A_mistake_is_told_where_it_was_made(string test, string expected)
    {
        using TopologyFolder folder = new();

        (RehearsalReport report, string[] said) = await folder.TestAsync(test);

        Assert.False(report.IsValid);
        Assert.Empty(report.Tests);
        Assert.StartsWith(expected, said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_topology_is_told_and_nothing_runs()
    {
        using TopologyFolder folder = new("topology: small\ntenant: acme\nsorce: {}");

        (RehearsalReport report, string[] said) = await folder.TestAsync(Head + Event + Expect);

        Assert.Empty(report.Tests);
        Assert.Contains(said, problem => problem.StartsWith("topology.yaml:3:1: a topology has no 'sorce'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_environment_that_is_not_there_is_told()
    {
        using TopologyFolder folder = new();

        (RehearsalReport report, string[] said) = await folder.TestAsync(Head + "environment: production\n" + Event + Expect);

        Assert.False(report.IsValid);
        Assert.Contains("there is no environment 'production'", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profiles_are_what_the_test_says()
    {
        using TopologyFolder folder = new("""
            topology: small
            tenant: acme
            source: { identity: [user] }
            nodes:
              known: { operator: enrich, topology: crm, fields: { tier: { path: tier, type: string, default: none } } }
              out: { operator: sink, topic: known, fields: [visitor, tier] }
            edges: [events -> known -> out]
            """);

        (RehearsalReport report, string[] said) = await folder.TestAsync(Head + """
            profiles: { crm: { anna: { tier: gold } } }
            events: [ { value: { eventType: click, user: anna } }, { value: { eventType: click, user: bert } } ]
            expect:
              exactly: true
              records: { mm.known: [ { visitor: anna, tier: gold }, { visitor: bert, tier: none } ] }
            """);

        Assert.Empty(said);
        Assert.Equal(1, report.Passed);
    }

    [Fact]
    public async Task A_file_of_events_arrives_in_its_own_time()
    {
        using TopologyFolder folder = new();
        folder.Write("tests/more.jsonl", """
            {"_id":"1","eventType":"click","timestamp":"2026-09-01T10:00:00Z","user":"a"}
            {"_id":"2","eventType":"click","timestamp":"2026-09-05T10:00:00Z","user":"a"}

            """);

        (RehearsalReport report, string[] said) = await folder.TestAsync(
            Head + "events: [ { file: more.jsonl } ]\nexpect: { counts: { mm.scores: 2, mm.deadletter: 0 }, state: { a: { newest: \"2026-09-05T10:00:00.000Z\" } } }");

        Assert.Empty(said);
        Assert.Equal(1, report.Passed);
    }
}
