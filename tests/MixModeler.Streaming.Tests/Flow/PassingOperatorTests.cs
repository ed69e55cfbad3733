using System.Text.Json;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;
using static MixModeler.Streaming.Tests.Flow.FlowRun;

namespace MixModeler.Streaming.Tests.Flow;

public class PassingOperatorTests
{
    private const string Out = "  out: { operator: sink, topic: o }\n";

    [Fact]
    public async Task A_filter_passes_what_holds_and_refuses_what_has_no_answer()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  f: { operator: filter, where: event.n > 1 }\n" + Out + "edges: [events -> f -> out]",
            Event("a", "e", 1, ",\"n\":1"), Event("b", "e", 2, ",\"n\":2"), Event("c", "e", 3));

        Assert.Equal(["b"], run.Texts("mm.o", "visitor"));
        JsonElement letter = Assert.Single(run.On("mm.deadletter"));
        Assert.Equal("f", letter.GetProperty("node").GetString());
        Assert.Equal("expression-failed", letter.GetProperty("reason").GetString());
        Assert.Equal(2, letter.GetProperty("offset").GetInt64());
        Assert.Contains("\"c\"", System.Text.Encoding.UTF8.GetString(letter.GetProperty("bytes").GetBytesFromBase64()), StringComparison.Ordinal);
        OperatorTotals totals = run.Of("f");
        Assert.Equal((3, 1, 1), (totals.In, totals.Out, totals.Errors["expression-failed"]));
    }

    [Fact]
    public async Task A_record_of_a_sink_carries_its_origin_and_the_fields_that_are_there()
    {
        FlowRun run = await OfAsync("nodes:\n" + Out + "edges: [events -> out]", Event("a", "e", 1, ",\"n\":7,\"s\":\"x\\n\\u00e9\""));
        JsonElement record = Assert.Single(run.On("mm.o"));

        Assert.Equal("{\"partition\":0,\"offset\":0,\"ordinal\":0}", record.GetProperty("origin").GetRawText());
        Assert.Equal(TestTopology.Time(StartMs + 1_000), record.GetProperty("at").GetString());
        Assert.Equal(("a-e-1", "e", "a", 7L, "x\né"), (
            record.GetProperty("id").GetString(), record.GetProperty("type").GetString(), record.GetProperty("visitor").GetString(),
            record.GetProperty("n").GetInt64(), record.GetProperty("s").GetString()));
        Assert.False(record.TryGetProperty("x", out _));
    }

    [Fact]
    public async Task Fields_are_read_from_the_envelope_and_with_prefixes_too()
    {
        string bare = Event("a", "e", 1, ",\"xdm:device\":{\"@type\":\"no\",\"type\":\"tv\"}");
        FlowRun run = await OfAsync("nodes:\n" + Out + "edges: [events -> out]", bare, "{\"body\":{\"xdmEntity\":" + bare + "}}");

        Assert.Equal(["tv", "tv"], run.Texts("mm.o", "device"));
        Assert.Equal(["a-e-1", "a-e-1"], run.Texts("mm.o", "id"));
    }

    [Fact]
    public async Task A_map_sets_and_drops_and_all_its_expressions_see_the_record_as_it_came()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  m: { operator: map, set: { n: event.n + 1, was: event.n, type: '\"new\"' }, drop: [s] }\n" + Out + "edges: [events -> m -> out]",
            Event("a", "e", 1, ",\"n\":7,\"s\":\"x\""));
        JsonElement record = Assert.Single(run.On("mm.o"));

        Assert.Equal((8L, 7L, "new"), (record.GetProperty("n").GetInt64(), record.GetProperty("was").GetInt64(), record.GetProperty("type").GetString()));
        Assert.False(record.TryGetProperty("s", out _));
    }

    [Fact]
    public async Task A_map_before_the_profile_changes_what_features_match_on()
    {
        TopologyPlan plan = PlanOf(Source + "features:\n  - { name: opens, count: open }\nharmonize:\n  - set: { type: 'event.type == \"opened\" ? \"open\" : event.type' }\n");
        FlowRun run = await OfAsync(plan, Event("a", "opened", 1), Event("a", "open", 2), Event("a", "close", 3));

        Assert.Equal([1L, 2L, 2L], run.On("mm.scores").Select(score => score.GetProperty("row")[1].GetInt64()));
    }

    [Fact]
    public async Task A_branch_takes_the_first_port_that_holds_and_otherwise_the_rest()
    {
        FlowRun run = await OfAsync(
            """
            nodes:
              b: { operator: branch, when: { two: event.n > 1, three: event.n > 2 } }
              two: { operator: sink, topic: two }
              three: { operator: sink, topic: three }
              rest: { operator: sink, topic: rest }
            edges: [events -> b, b.two -> two, b.three -> three, b.otherwise -> rest]
            """,
            Event("a", "e", 1, ",\"n\":3"), Event("b", "e", 2, ",\"n\":1"));

        Assert.Equal(["a"], run.Texts("mm.two", "visitor"));
        Assert.Empty(run.On("mm.three"));
        Assert.Equal(["b"], run.Texts("mm.rest", "visitor"));
    }

    [Fact]
    public async Task A_split_is_stable_keeps_its_shares_and_depends_on_its_salt()
    {
        const int Visitors = 4_000;
        string[] events = [.. Enumerable.Range(0, Visitors).Select(v => Event($"v{v}", "e", v))];
        async Task<HashSet<string>> TreatedAsync(string salt, string weights)
        {
            FlowRun run = await OfAsync(
                "nodes:\n  s: { operator: split, salt: " + salt + ", weights: " + weights + " }\n"
                + "  c: { operator: sink, topic: c }\n  t: { operator: sink, topic: t }\nedges: [events -> s, s.c -> c, s.t -> t]",
                events);
            Assert.Equal(Visitors, run.On("mm.c").Count() + run.On("mm.t").Count());
            return [.. run.Texts("mm.t", "visitor")];
        }

        HashSet<string> tenth = await TreatedAsync("one", "{ c: 90, t: 10 }");
        // Four standard deviations of a share of a tenth.
        Assert.InRange(tenth.Count, 400 - 76, 400 + 76);
        Assert.Equal(tenth, await TreatedAsync("one", "{ c: 0.9, t: 0.1 }"));
        Assert.Superset(tenth, await TreatedAsync("one", "{ c: 80, t: 20 }"));
        HashSet<string> other = await TreatedAsync("two", "{ c: 90, t: 10 }");
        Assert.InRange(other.Intersect(tenth).Count(), 0, 80);
        // Where the cut is, is part of what other languages can compute.
        Assert.All(Enumerable.Range(0, Visitors), v => Assert.Equal(
            Hash128.Of(System.Text.Encoding.UTF8.GetBytes($"one\0v{v}")).High / 18446744073709551616.0 >= 0.9, tenth.Contains($"v{v}")));
    }

    [Fact]
    public async Task A_union_keeps_the_shared_fields_of_its_inputs()
    {
        FlowRun run = await OfAsync(
            """
            nodes:
              b: { operator: branch, when: { left: event.n == 1 } }
              l: { operator: map, set: { side: '"left"', only: '1' } }
              r: { operator: map, set: { side: '"right"' }, drop: [n] }
              u: { operator: union }
              out: { operator: sink, topic: o }
            edges: [events -> b, b.left -> l -> u, b.otherwise -> r -> u, u -> out]
            """,
            Event("a", "e", 1, ",\"n\":1"), Event("b", "e", 2, ",\"n\":2"), Event("c", "e", 3, ",\"n\":1"));

        Assert.Equal(["left", "right", "left"], run.Texts("mm.o", "side"));
        Assert.Equal(["a", "b", "c"], run.Texts("mm.o", "visitor"));
        Assert.All(run.On("mm.o"), record => Assert.False(record.TryGetProperty("only", out _) || record.TryGetProperty("n", out _)));
    }

    [Fact]
    public async Task A_node_that_may_drop_drops_and_one_that_stops_stops_the_task()
    {
        string Nodes(string policy) => "nodes:\n  f: { operator: filter, where: event.n > 1, onError: " + policy + " }\n" + Out + "edges: [events -> f -> out]";
        FlowRun run = await OfAsync(Nodes("drop"), Event("a", "e", 1), Event("b", "e", 2, ",\"n\":2"));
        Assert.Empty(run.On("mm.deadletter"));
        Assert.Equal(1, run.Of("f").Errors["expression-failed"]);
        Assert.Equal(["b"], run.Texts("mm.o", "visitor"));

        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => OfAsync(Nodes("stop"), Event("a", "e", 1)));
        Assert.Equal(TaskLoss.OperatorStopped, lost.Loss);
        Assert.Contains("'f'", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_can_be_led_on_by_the_port_of_errors()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  f: { operator: filter, where: event.n > 1 }\n" + Out + "  failed: { operator: sink, topic: failed }\nedges: [events -> f -> out, f.errors -> failed]",
            Event("a", "e", 1), Event("b", "e", 2, ",\"n\":2"));

        Assert.Equal(["a"], run.Texts("mm.failed", "visitor"));
        Assert.Empty(run.On("mm.deadletter"));
    }

    [Fact]
    public async Task A_dead_letter_has_the_node_s_reason_and_detail()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  no: { operator: dead-letter, reason: unwanted, detail: '\"because of \" + event.type' }\nedges: [events -> no]",
            Event("a", "e", 1));
        JsonElement letter = Assert.Single(run.On("mm.deadletter"));

        Assert.Equal(("unwanted", "because of e", "no"), (
            letter.GetProperty("reason").GetString(), letter.GetProperty("detail").GetString(), letter.GetProperty("node").GetString()));
    }
}
