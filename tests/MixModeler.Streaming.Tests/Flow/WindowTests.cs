using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;
using static MixModeler.Streaming.Tests.Flow.FlowRun;

namespace MixModeler.Streaming.Tests.Flow;

public class WindowTests
{
    private const string Aggregates =
        "aggregates: { events: count, total: { sum: event.n }, least: { min: event.n }, most: { max: event.n }, mean: { avg: event.n }, newest: { last: event.s }, kinds: { distinct: event.type } }";

    private readonly record struct Arrival(string Visitor, string Type, long AtSeconds, long N);

    private sealed record Expected(string Visitor, long Start, long End, string Values);

    public static TheoryData<string, int> Cases()
    {
        TheoryData<string, int> cases = [];
        foreach (string kind in new[] { "tumbling, size: 1m", "hopping, size: 1m, every: 20s", "session, gap: 30s" })
        {
            for (int seed = 1; seed <= 12; seed++)
            {
                cases.Add(kind, seed);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Windows_give_what_an_oracle_computes_from_all_records_at_once(string kind, int seed)
    {
        TestContext.Current.SendDiagnosticMessage($"{kind}, seed {seed}");
        List<Arrival> arrivals = Arrivals(new Random(seed), count: 250);
        (List<Expected> expected, int late) = kind[0] == 's' ? Sessions(arrivals, 30, 40) : Panes(arrivals, 60, kind[0] == 'h' ? 20 : 60, 40);
        FlowRun run = await OfAsync(
            $"nodes:\n  w: {{ operator: window, kind: {kind}, lateness: 40s, {Aggregates} }}\n  out: {{ operator: sink, topic: o }}\nedges: [events -> w -> out]",
            [.. arrivals.Select((a, i) => Event(a.Visitor, a.Type, a.AtSeconds, $",\"n\":{a.N},\"s\":\"{a.AtSeconds}.{i}\""))]);

        Assert.Equal(late, run.Operators.Single(its => its.Node == "w").Errors.GetValueOrDefault("too-late"));
        Assert.Equal(
            expected.Select(window => window.ToString()).Order(StringComparer.Ordinal),
            run.On("mm.o").Select(Read).Select(window => window.ToString()).Order(StringComparer.Ordinal));
        Assert.NotEmpty(expected);
    }

    [Fact]
    public async Task A_sliding_window_speaks_at_each_record_of_the_panes_up_to_its_own()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  w: { operator: window, kind: sliding, size: 1m, every: 10s, aggregates: { events: count, total: { sum: event.n } } }\n  out: { operator: sink, topic: o }\nedges: [events -> w -> out]",
            Event("a", "e", 0, ",\"n\":1"), Event("a", "e", 15, ",\"n\":10"), Event("a", "e", 59, ",\"n\":100"), Event("a", "e", 60, ",\"n\":1000"),
            Event("a", "late", 16, ",\"n\":5"), Event("b", "e", 61, ",\"n\":7"));

        Assert.Equal(["1:1", "2:11", "3:111", "3:1110", "3:16", "1:7"], run.On("mm.o").Select(r => $"{r.GetProperty("events")}:{r.GetProperty("total")}"));
    }

    [Fact]
    public async Task A_window_closes_for_a_visitor_who_never_comes_again()
    {
        FlowRun run = await OfAsync(
            "nodes:\n  w: { operator: window, kind: tumbling, size: 1m, lateness: 0s, aggregates: { events: count } }\n  out: { operator: sink, topic: o }\nedges: [events -> w -> out]",
            Event("a", "e", 1), Event("b", "e", 59), Event("c", "e", 60));

        Assert.Equal(["a", "b"], run.Texts("mm.o", "visitor"));
        Assert.Equal([2L, 2L], run.On("mm.o").Select(record => record.GetProperty("origin").GetProperty("offset").GetInt64()));
        Assert.Equal([0L, 1L], run.On("mm.o").Select(record => record.GetProperty("origin").GetProperty("ordinal").GetInt64()));
    }

    [Fact]
    public void A_window_behind_a_window_needs_a_lane_of_its_own()
    {
        string text = "topology: t\ntenant: acme\n" + Source + """
            nodes:
              w: { operator: window, kind: tumbling, size: 1m, aggregates: { events: count } }
              v: { operator: window, kind: tumbling, size: 1h, aggregates: { windows: count } }
              out: { operator: sink, topic: o }
            edges: [events -> w -> v -> out]
            """;
        Problem problem = Assert.Single(TopologyLoader.Parse(text, "t.yaml").Problems);
        Assert.Contains("a key-by between them", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 100, 100)]
    [InlineData(128, 128, 128)]
    [InlineData(20_000, 18_000, 22_000)]
    public void Distinct_values_are_exact_when_few_and_near_when_many_in_any_order_and_packed(int values, int atLeast, int atMost)
    {
        DistinctCount ascending = new();
        DistinctCount descending = new();
        DistinctCount halves = new();
        DistinctCount other = new();
        for (int i = 0; i < values; i++)
        {
            ascending.Add(Hash128.Of(BitConverter.GetBytes(i)).High);
            ascending.Add(Hash128.Of(BitConverter.GetBytes(i)).High);
            descending.Add(Hash128.Of(BitConverter.GetBytes(values - 1 - i)).High);
            (i % 2 == 0 ? halves : other).Add(Hash128.Of(BitConverter.GetBytes(i)).High);
        }

        halves.Merge(other);
        Assert.InRange(ascending.Estimate(), atLeast, atMost);
        Assert.Equal(Packed(ascending), Packed(descending));
        Assert.Equal(Packed(ascending), Packed(halves));
        PackedReader reader = new(Packed(ascending));
        Assert.Equal(Packed(ascending), Packed(DistinctCount.Unpack(ref reader)));
    }

    private static byte[] Packed(DistinctCount count)
    {
        PackedWriter writer = new();
        count.Pack(writer);
        return writer.Written.ToArray();
    }

    // Mostly forward, sometimes far back, a few visitors.
    private static List<Arrival> Arrivals(Random random, int count)
    {
        List<Arrival> arrivals = [];
        long now = 0;
        for (int i = 0; i < count; i++)
        {
            now += random.Next(0, 12);
            long at = random.Next(4) == 0 ? Math.Max(0, now - random.Next(0, 150)) : now;
            arrivals.Add(new Arrival($"v{random.Next(4)}", $"t{random.Next(5)}", at, random.Next(-50, 50)));
        }

        // Long after, so that all windows before close, four keys of them with each event.
        arrivals.AddRange(Enumerable.Range(0, 400).Select(i => new Arrival("end", "t", now + 100_000 + i, 0)));
        return arrivals;
    }

    private static string Values(List<(Arrival Arrival, int Order)> inside)
    {
        (Arrival newest, int order) = inside.OrderBy(a => a.Arrival.AtSeconds).ThenBy(a => a.Order).Last();
        long[] values = [.. inside.Select(a => a.Arrival.N)];
        int kinds = inside.Select(a => a.Arrival.Type).Distinct().Count();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{inside.Count} {values.Sum()} {values.Min()} {values.Max()} {values.Average()} {newest.AtSeconds}.{order} {kinds}");
    }

    private static Expected Read(JsonElement record)
    {
        long Seconds(string field) =>
            (DateTimeOffset.Parse(record.GetProperty(field).GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds() - StartMs) / 1_000;
        return new Expected(
            record.GetProperty("visitor").GetString()!, Seconds("window_start"), Seconds("window_end"),
            string.Join(' ', new[] { "events", "total", "least", "most", "mean", "newest", "kinds" }.Select(field => record.GetProperty(field).ToString())));
    }

    private static (List<Expected>, int Late) Panes(List<Arrival> arrivals, long size, long hop, long lateness)
    {
        Dictionary<(string, long), List<(Arrival, int)>> windows = [];
        long newest = 0;
        int late = 0;
        for (int i = 0; i < arrivals.Count; i++)
        {
            newest = Math.Max(newest, arrivals[i].AtSeconds);
            bool isTaken = false;
            long pane = arrivals[i].AtSeconds / hop * hop;
            for (long end = pane + hop; end <= pane + size; end += hop)
            {
                if (end + lateness > newest)
                {
                    isTaken = true;
                    windows.TryAdd((arrivals[i].Visitor, end), []);
                    windows[(arrivals[i].Visitor, end)].Add((arrivals[i], i));
                }
            }

            late += isTaken ? 0 : 1;
        }

        return ([.. windows.Where(window => window.Key.Item2 + lateness <= newest).Select(window =>
            new Expected(window.Key.Item1, window.Key.Item2 - size, window.Key.Item2, Values(window.Value)))], late);
    }

    private static (List<Expected>, int Late) Sessions(List<Arrival> arrivals, long gap, long lateness)
    {
        List<Expected> closed = [];
        Dictionary<string, List<List<(Arrival Arrival, int Order)>>> open = [];
        long newest = 0;
        int late = 0;
        for (int i = 0; i < arrivals.Count; i++)
        {
            Arrival arrival = arrivals[i];
            newest = Math.Max(newest, arrival.AtSeconds);
            foreach ((string visitor, List<List<(Arrival Arrival, int Order)>> sessions) in open)
            {
                bool IsClosed(List<(Arrival Arrival, int Order)> session) => session.Max(a => a.Arrival.AtSeconds) + gap + lateness <= newest;
                foreach (List<(Arrival Arrival, int Order)> session in sessions.Where(IsClosed).ToArray())
                {
                    sessions.Remove(session);
                    closed.Add(new Expected(visitor, session.Min(a => a.Arrival.AtSeconds), session.Max(a => a.Arrival.AtSeconds) + gap, Values(session)));
                }
            }

            open.TryAdd(arrival.Visitor, []);
            bool Touches((Arrival Arrival, int Order) other) => Math.Abs(other.Arrival.AtSeconds - arrival.AtSeconds) < gap;
            List<List<(Arrival Arrival, int Order)>> touched = [.. open[arrival.Visitor].Where(session => session.Exists(Touches))];
            if (touched.Count == 0 && arrival.AtSeconds + gap + lateness <= newest)
            {
                late++;
                continue;
            }

            touched.ForEach(s => open[arrival.Visitor].Remove(s));
            open[arrival.Visitor].Add([.. touched.SelectMany(s => s), (arrival, i)]);
        }

        return (closed, late);
    }
}
