using MixModeler.Streaming.Rehearse;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>An expectation that does not hold fails its test, at its place and with what is there instead.</summary>
public sealed class ExpectationTests
{
    private const string TwoClicks = """
        test: t
        start: 2026-09-01T00:00:00Z
        events:
          - { value: { eventType: click, user: anna } }
          - { at: +5m, value: { eventType: click, user: bert } }
        expect:

        """;

    [Theory]
    [InlineData("  counts: { mm.scores: 3 }", "tests/t.yaml:7:13: mm.scores has 2 records, expected 3")]
    [InlineData("  counts: { mm.score: 2 }", "tests/t.yaml:7:13: mm.score has 0 records, expected 2; did you mean 'mm.scores'? Records came to mm.scores (2)")]
    [InlineData("  records: { mm.scores: [ { visitor: carl } ] }", "tests/t.yaml:7:38: mm.scores has no record {\"visitor\":\"carl\"}: the nearest is record 1 of 2, {\"visitor\":\"anna\"")]
    [InlineData("  records: { mm.scores: [ { visitor: bert }, { visitor: anna } ] }", "tests/t.yaml:7:46: mm.scores has no record {\"visitor\":\"anna\"}: the 2 records of the topic stand before it")]
    [InlineData("  records: { mm.scores: [ { visitor: bert, score: { near: 0.03, within: 1e-3 } } ] }", "tests/t.yaml:7:51: mm.scores has no record {\"visitor\":\"bert\",\"score\":{\"near\":0.03,\"within\":1e-3}}: the nearest is record 2 of 2")]
    [InlineData("  exactly: true\n  records: { mm.scores: [ { visitor: anna } ] }", "tests/t.yaml:8:14: mm.scores has 2 records, expected exactly 1; the next one is {\"visitor\":\"bert\"")]
    [InlineData("  records: { mm.scores: [ { visitor: { absent: true } } ] }", "tests/t.yaml:7:38: mm.scores has no record")]
    [InlineData("  records: { mm.scores: [ { at: 2026 } ] }", "tests/t.yaml:7:33: mm.scores has no record {\"at\":2026}")]
    [InlineData("  records: { mm.scores: [ { row: [ 1 ] } ] }", "tests/t.yaml:7:34: mm.scores has no record {\"row\":[1]}")]
    [InlineData("  state: { ana: { pending: 1 } }", "tests/t.yaml:7:12: nothing is kept of 'ana'; did you mean 'anna'? There is anna, bert")]
    [InlineData("  state: { anna: { pending: 2, features: { clicks: 1 } } }", "tests/t.yaml:7:29: the state of 'anna': pending is 1, expected 2")]
    [InlineData("  state: { anna: { features: { clocks: 1 } } }", "tests/t.yaml:7:40: the state of 'anna': features.clocks is absent, expected 1")]
    [InlineData("  audiences: { engaged: [anna] }", "tests/t.yaml:7:16: the audience 'engaged' is [], expected [anna]")]
    [InlineData("  decisions: [ { visitor: anna, scope: home, show: x } ]", "tests/t.yaml:7:40: there is no scope 'home'")]
    public async Task What_does_not_hold_fails(string expect, string expected)
    {
        using TopologyFolder folder = new();

        (RehearsalReport report, string[] said) = await folder.TestAsync(TwoClicks + expect);

        Assert.True(report.IsValid, string.Join('\n', said));
        Assert.Equal((0, 1), (report.Passed, report.Failed));
        Assert.StartsWith(expected, Assert.Single(said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  records: { mm.scores: [ { visitor: anna }, { visitor: bert, modelVersion: 0, nothing: { absent: true } } ] }")]
    [InlineData("  records: { mm.scores: [ { visitor: bert, origin: { offset: 1 } } ] }")]
    [InlineData("  exactly: true\n  records: { mm.scores: [ { row: [ 1788220800000, 1 ] }, {} ] }")]
    [InlineData("  state: { anna: { features: { clicks: 1 }, pending: 1 }, carl: { absent: true } }")]
    public async Task What_holds_passes(string expect)
    {
        using TopologyFolder folder = new();

        (RehearsalReport report, string[] said) = await folder.TestAsync(TwoClicks + expect);

        Assert.Empty(said);
        Assert.Equal((1, 0), (report.Passed, report.Failed));
    }

    [Fact]
    public async Task A_sample_that_differs_is_told_by_its_line_and_can_be_accepted()
    {
        using TopologyFolder folder = new();
        folder.Write("events.jsonl", "{\"_id\":\"1\",\"eventType\":\"click\",\"timestamp\":\"2026-09-01T10:00:00Z\",\"user\":\"a\"}\n");
        folder.Write("expected.jsonl", "mm.scores {}\n");

        RehearsalReport different = await folder.RunAsync();
        RehearsalReport accepted = await folder.RunAsync(new RehearsalOptions(Accepts: true));
        RehearsalReport again = await folder.RunAsync();

        string said = folder.Short(Assert.Single(different.Tests[0].Problems).ToString());
        Assert.StartsWith("expected.jsonl:1:1: came mm.scores {\"visitor\":\"a\"", said, StringComparison.Ordinal);
        Assert.Contains("expected mm.scores {}", said, StringComparison.Ordinal);
        Assert.Equal((1, 1), (accepted.Passed, again.Passed));
        Assert.StartsWith("mm.scores {\"visitor\":\"a\"", folder.Read("expected.jsonl"), StringComparison.Ordinal);
    }
}
