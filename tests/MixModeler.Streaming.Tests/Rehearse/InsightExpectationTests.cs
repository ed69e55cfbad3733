using MixModeler.Streaming.Rehearse;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>What models answer at the end of a test.</summary>
public sealed class InsightExpectationTests
{
    private const string Topology = """
        topology: small
        tenant: acme
        source: { identity: [user], deduplicate: 1d, lateness: 1h }
        features: [ { name: clicks, count: click } ]
        datasets:
          sales: { category: Summary, granularity: Weekly, date: Week, map: { conversiontype: { value: Sale }, net_sales: { sum: Revenue }, spend: { sum: Cost } } }
        attributions:
          orders:
            conversion: { event: order }
            touchpoints: [ { name: mail, event: mail }, { name: ad, event: ad } ]
        mixes:
          sales:
            columns: { y: { field: net_sales }, tv: { field: spend } }
            model: { target: y, scale: 10, channels: { tv: { scale: 2, effect: 0.5 } }, particles: 50, noise: { prior: 0.1 }, intercept: { normal: [0, 0.001] } }
        """;

    private const string Events = """
        test: t
        start: 2026-09-01T00:00:00Z
        events:
          - { value: { eventType: mail, user: anna } }
          - { value: { eventType: ad, user: anna } }
          - { at: +5m, value: { eventType: order, user: anna } }
          - { at: +6m, value: { eventType: order, user: bert } }
          - { topic: summary, value: { dataset: sales, Week: "2026-08-03", Revenue: 5, Cost: 2 } }
          - { topic: summary, value: { dataset: sales, Week: "2026-08-10", Revenue: 10, Cost: 4 } }
        MARKER
        expect:
          insights:
            - QUESTION

        """;

    private const string Closed = "  - { topic: summary, key: mm.time, raw: \"2026-08-17T00:00:00Z\" }";

    [Theory]
    [InlineData("{ mix: sales, ask: channels, answer: { facts: { contribution: { near: 15, within: 0.01 } }, tables: { channels: [ { channel: tv, kind: nonSpend } ] } } }")]
    [InlineData("{ mix: sales, ask: contribution, from: \"2026-08-10\", answer: { from: \"2026-08-10\", to: \"2026-08-10\" } }")]
    [InlineData("{ attribution: orders, ask: breakdown, answer: { facts: { conversions: 2 }, tables: { channels: [ { channel: mail, first: 1, last: 0 }, { channel: ad, first: 0, last: 1 } ] } } }")]
    public async Task What_holds_passes(string question)
    {
        using TopologyFolder folder = new(Topology);

        (RehearsalReport report, string[] said) = await folder.TestAsync(Written(question, Closed), new RehearsalOptions { WithFailures = true });

        Assert.Empty(said);
        Assert.Equal((1, 0), (report.Passed, report.Failed));
    }

    [Theory]
    [InlineData("{ mix: sales, ask: fit, answer: { facts: { periods: 3 } } }", Closed, "fit of sales: facts.periods is 2, expected 3")]
    [InlineData("{ mix: sales, ask: fit, answer: { facts: { periods: 2 } } }", "", "fit of sales: facts.periods is 1, expected 2")]
    [InlineData("{ mix: sale, ask: fit, answer: { facts: { periods: 2 } } }", Closed, "There is no mix 'sale' here, there is sales")]
    [InlineData("{ mix: sales, ask: fit, channels: web, answer: { facts: { periods: 2 } } }", Closed, "channels: there is no channel 'web'")]
    [InlineData("{ attribution: orders, ask: path, answer: { facts: {} } }", Closed, "There is no question 'path' of an attribution")]
    public async Task What_does_not_hold_fails(string question, string marker, string expected)
    {
        using TopologyFolder folder = new(Topology);

        (RehearsalReport report, string[] said) = await folder.TestAsync(Written(question, marker));

        Assert.Equal((0, 1), (report.Passed, report.Failed));
        Assert.Contains(expected, Assert.Single(said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ ask: fit, answer: { facts: {} } }", "it asks a 'mix' or an 'attribution'")]
    [InlineData("{ mix: sales, answer: { facts: {} } }", "'ask'")]
    [InlineData("{ mix: sales, ask: fit }", "'answer'")]
    public async Task What_is_no_question_is_said(string question, string expected)
    {
        using TopologyFolder folder = new(Topology);

        (RehearsalReport report, string[] said) = await folder.TestAsync(Written(question, Closed));

        Assert.False(report.IsValid);
        Assert.Contains(expected, Assert.Single(said), StringComparison.Ordinal);
    }

    private static string Written(string question, string marker) =>
        Events.Replace("QUESTION", question, StringComparison.Ordinal).Replace("MARKER\n", marker.Length == 0 ? "" : marker + "\n", StringComparison.Ordinal);
}
