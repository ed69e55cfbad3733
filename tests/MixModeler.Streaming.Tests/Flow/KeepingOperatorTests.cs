using MixModeler.Streaming.Topology;
using static MixModeler.Streaming.Tests.Flow.FlowRun;

namespace MixModeler.Streaming.Tests.Flow;

public class KeepingOperatorTests
{
    private const string Join = """
        nodes:
          b: { operator: branch, when: { ad: 'event.type == "ad"' } }
          j: { operator: join, within: 10s, lateness: 1h, where: left.time <= right.time, set: { ad: left.n, order: right.n } }
          out: { operator: sink, topic: o }
        edges: [events -> b, b.ad -> j.left, b.otherwise -> j.right, j -> out]
        """;

    [Fact]
    public async Task A_value_seen_within_the_span_is_dropped_for_each_key_alone()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  d: { operator: dedupe, key: event.n, within: 1m }\n  out: { operator: sink, topic: o }\nedges: [events -> d -> out]",
            Event("a", "e", 0, ",\"n\":1"), Event("a", "e", 59, ",\"n\":1"), Event("b", "e", 59, ",\"n\":1"), Event("a", "e", 60, ",\"n\":2"),
            Event("a", "e", 61, ",\"n\":1"), Event("a", "e", 100, ",\"n\":2"));

        // What counts is the span behind the newest event time: the first of the 1s was forgotten at 61 s.
        Assert.Equal(["a-e-0", "b-e-59", "a-e-60", "a-e-61"], run.Texts("mm.o", "id"));
        Assert.Equal((6, 4), (run.Of("d").In, run.Of("d").Out));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_join_finds_every_pair_whatever_the_order_of_arrival(int seed)
    {
        Random random = new(seed);
        (string Visitor, bool IsAd, int At, int N)[] records =
            [.. Enumerable.Range(0, 120).Select(i => ($"v{random.Next(3)}", random.Next(2) == 0, random.Next(0, 300), i))];
        string[] expected =
        [
            .. from ad in records
               from order in records
               where ad.IsAd && !order.IsAd && ad.Visitor == order.Visitor && ad.At <= order.At && order.At - ad.At <= 10
               orderby $"{ad.N}-{order.N}"
               select $"{ad.N}-{order.N}",
        ];
        FlowRun run = await OfAsync(Join, [.. records.Select(r => Event(r.Visitor, r.IsAd ? "ad" : "order", r.At, $",\"n\":{r.N}"))]);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, run.On("mm.o").Select(pair => $"{pair.GetProperty("ad")}-{pair.GetProperty("order")}").Order());
    }

    [Fact]
    public async Task A_record_whose_partners_are_gone_is_too_late_for_a_join()
    {
        FlowRun run = await OfAsync(
            Join.Replace("lateness: 1h", "lateness: 5s", StringComparison.Ordinal),
            Event("a", "ad", 0, ",\"n\":1"), Event("b", "x", 100, ",\"n\":0"), Event("a", "order", 3, ",\"n\":2"));

        Assert.Empty(run.On("mm.o"));
        Assert.Equal(1, run.Of("j").Errors["too-late"]);
    }

    [Fact]
    public async Task Behind_a_key_by_state_is_kept_by_the_new_key()
    {
        FlowRun run = await OfAsync(
            """
            nodes:
              by-device: { operator: key-by, key: event.device }
              w: { operator: window, kind: tumbling, size: 1m, lateness: 0s, aggregates: { events: count, people: { distinct: event.visitor }, total: { sum: event.x } } }
              out: { operator: sink, topic: o }
            edges: [events -> by-device -> w -> out]
            """,
            Event("a", "e", 1, ",\"x\":0.5,\"device\":{\"type\":\"tv\"}"), Event("b", "e", 2, ",\"x\":1.5,\"device\":{\"type\":\"tv\"}"),
            Event("a", "e", 3, ",\"x\":4,\"device\":{\"type\":\"pc\"}"), Event("a", "f", 4), Event("a", "e", 100, ",\"x\":4,\"device\":{\"type\":\"pc\"}"));

        Assert.Equal(["pc:1:1:4", "tv:2:2:2"], run.On("mm.o")
            .Select(r => $"{r.GetProperty("visitor").GetString()}:{r.GetProperty("events")}:{r.GetProperty("people")}:{r.GetProperty("total")}").Order());
        Assert.Equal(4, run.On("mm.t.by-device").Count());
        Assert.Equal("by-device", Assert.Single(run.On("mm.deadletter")).GetProperty("node").GetString());
    }

    [Fact]
    public async Task An_audience_says_when_a_visitor_enters_and_when_he_leaves()
    {
        TopologyPlan plan = PlanOf(Source + """
            features:
              - { name: opens, count: open }
            audiences:
              - { name: readers, when: features.opens >= 2.0 && event.type != "unsubscribe" }
            """);
        FlowRun run = await OfAsync(plan, Event("a", "open", 1), Event("a", "open", 2), Event("b", "open", 2), Event("a", "open", 3), Event("a", "unsubscribe", 4));

        Assert.Equal(["a readers realized 1", "a readers exited 4"], run.On("mm.audiences").Select(change =>
            $"{change.GetProperty("visitor").GetString()} {change.GetProperty("audience").GetString()} {change.GetProperty("status").GetString()} {change.GetProperty("origin").GetProperty("offset")}"));
        Assert.Equal(5, run.On("mm.scores").Count());
    }

    [Fact]
    public async Task Words_become_fields_and_a_model_adds_them_up()
    {
        FlowRun run = await OfAsync(
            """
            nodes:
              o: { operator: one-hot, of: event.device, vocabulary: [mobile, big tv], prefix: d_, other: field }
              m: { operator: model, link: identity, bias: 1, weights: { d_mobile: 2, d_big_tv: 4, d_other: 8, x: 16 } }
              out: { operator: sink, topic: o }
            edges: [events -> o -> m -> out]
            """,
            Event("a", "e", 1, ",\"x\":1,\"device\":{\"type\":\"mobile\"}"), Event("a", "e", 2, ",\"x\":2,\"device\":{\"type\":\"big tv\"}"),
            Event("a", "e", 3, ",\"x\":0,\"device\":{\"type\":\"watch\"}"), Event("a", "e", 4, ",\"device\":{\"type\":\"watch\"}"));

        Assert.Equal(["1 0 0 19", "0 1 0 37", "0 0 1 9"], run.On("mm.o").Select(r =>
            $"{r.GetProperty("d_mobile")} {r.GetProperty("d_big_tv")} {r.GetProperty("d_other")} {r.GetProperty("score")}"));
        Assert.Equal("input-missing", Assert.Single(run.On("mm.deadletter")).GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("products.csv", "sku,category,price\nA1,\"shoes, red\",9.5\r\nB2,,3\n")]
    [InlineData("products.jsonl", "{\"sku\":\"A1\",\"category\":\"shoes, red\",\"price\":9.5}\n{\"sku\":\"B2\",\"price\":3}\n")]
    public async Task A_lookup_adds_the_row_of_a_table_and_its_content_is_part_of_what_the_node_is(string file, string table)
    {
        string folder = Directory.CreateTempSubdirectory("lookup-").FullName;
        try
        {
            string path = Path.Combine(folder, "topology.yaml");
            await File.WriteAllTextAsync(path, "topology: t\ntenant: acme\n" + Source + $$"""
                nodes:
                  l: { operator: lookup, file: {{file}}, column: sku, key: event.s, fields: { category: { default: none }, price: double } }
                  d: { operator: dedupe, key: event.category, within: 1m }
                  out: { operator: sink, topic: o }
                edges: [events -> l -> d -> out]
                """, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, file), table, TestContext.Current.CancellationToken);
            TopologyPlan plan = TopologyLoader.Load(path).Plan!;
            FlowRun run = await OfAsync(plan, Event("a", "e", 1, ",\"s\":\"A1\""), Event("a", "e", 2, ",\"s\":\"B2\""), Event("a", "e", 3, ",\"s\":\"C3\""));

            Assert.Equal(["shoes, red 9.5", "none 3"], run.On("mm.o").Select(r => $"{r.GetProperty("category").GetString()} {r.GetProperty("price")}"));
            Assert.Equal("no-match", Assert.Single(run.On("mm.deadletter")).GetProperty("reason").GetString());
            ulong Identity() => TopologyLoader.Load(path).Plan!.Flow!.Lanes[0].Keeping.Single().Identity;
            ulong before = Identity();
            Assert.Equal(before, Identity());
            string another = table.Split('\n')[^2].Replace("B2", "D4", StringComparison.Ordinal) + "\n";
            await File.AppendAllTextAsync(Path.Combine(folder, file), another, TestContext.Current.CancellationToken);
            Assert.NotEqual(before, Identity());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
