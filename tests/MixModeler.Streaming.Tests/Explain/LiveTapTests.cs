using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Tests.Flow;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Explain;

/// <summary>Whoever watches an operator sees what passes it, with personal data masked, and never holds it up.</summary>
public sealed class LiveTapTests
{
    private const string Visitor = "visitor-4711-abc";

    private static readonly string[] Both = [TappedRecord.In, TappedRecord.Out, TappedRecord.Error];

    private static readonly TopologyPlan Plan = FlowRun.PlanOf("""
        source: { identity: [_acme.id], lateness: 1h, deduplicate: 1h, fields: { n: "n:int", who: "_acme.id:string", mail: "contact.mail:string" } }
        features: [{ name: opens, count: open }]
        nodes:
          small: { operator: filter, where: event.n < 5 }
        edges: [events -> small -> profile]
        """);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operator_shows_what_passes_it()
    {
        string[] records = [Event("a", 1), Event("b", 9), Event("a", 1), """{"_id":"c","contact":{"mail":"ada@example.com"}}""", Event("d", null)];

        Assert.Equal(["in", "out", "in", "out", "in", "out", "in", "error", "in", "out"], Directions(await SeenAsync("events", records)));
        Assert.Equal(["in", "out", "in", "out", "in", "in", "out"], Directions(await SeenAsync("dedupe", records)));
        Assert.Equal(["in", "out", "in", "in", "error"], Directions(await SeenAsync("small", records)));
        Assert.Equal(["in", "out"], Directions(await SeenAsync("profile", records)));
        Assert.Equal(["in", "out"], Directions(await SeenAsync("scores", records)));
        Assert.Equal(["in", "out", "in", "out"], Directions(await SeenAsync("dead-letter", records)));
        JsonElement passed = Assert.Single(await SeenAsync("small", records, [TappedRecord.Out]));
        Assert.Equal(1, passed.GetProperty("record").GetProperty("n").GetInt64());
    }

    [Fact]
    public async Task Visitors_addresses_and_numbers_are_masked_everywhere_unless_asked_for()
    {
        string[] records = [Event("a", 1), Event("b", null), """{"_id":"c","contact":{"mail":"ada@example.com"},"call":"+49 170 1234567"}"""];
        LiveTaps taps = new(() => Plan, new FlowTaps(), TimeProvider.System);
        foreach (string node in taps.Nodes)
        {
            string seen = string.Join('\n', (await SeenAsync(node, records)).Select(each => each.GetRawText()));
            Assert.NotEqual("", seen);
            Assert.DoesNotContain("4711", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("ada@example.com", seen, StringComparison.Ordinal);
            Assert.DoesNotContain("1234567", seen, StringComparison.Ordinal);
        }

        string raw = string.Join('\n', (await SeenAsync("events", records, raw: true)).Select(each => each.GetRawText()));
        Assert.Contains(Visitor, raw, StringComparison.Ordinal);
        Assert.Contains("ada@example.com", raw, StringComparison.Ordinal);
        // The refused record is shown as it is, not as base64.
        string refused = string.Join('\n', (await SeenAsync("dead-letter", records, raw: true)).Select(each => each.GetRawText()));
        Assert.Contains("1234567", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_takes_nothing_misses_records_and_holds_nothing_up()
    {
        FlowTaps taps = new();
        using LiveTap tap = new LiveTaps(() => Plan, taps, TimeProvider.System).Open("events", Both, raw: false, out _)!;
        PartitionTask task = await TaskAsync(taps);
        for (int batch = 0; batch < 4; batch++)
        {
            await task.ApplyAsync(TestTopology.Batch(batch * 500, [.. Enumerable.Range(0, 500).Select(i => Event($"{batch}-{i}", 1))]), Stop);
        }

        // 200 within a second, and no more than 256 that nobody took.
        Assert.InRange(tap.PassedOver, 4_000 - 256, 4_000 - 200);
        Assert.Equal(1, taps.Count);
        tap.Dispose();
        Assert.Equal(0, taps.Count);
    }

    [Fact]
    public void An_operator_that_is_not_there_is_answered_with_those_that_are()
    {
        LiveTaps taps = new(() => Plan, new FlowTaps(), TimeProvider.System);

        Assert.Null(taps.Open("smal", Both, raw: false, out string? problem));
        Assert.StartsWith("There is no operator 'smal' that can be watched; did you mean 'small'? Allowed: ", problem, StringComparison.Ordinal);
        Assert.All((string[])["events", "dedupe", "profile", "scores", "dead-letter"], name => Assert.Contains(name, problem, StringComparison.Ordinal));
    }

    private static string Event(string id, int? n) =>
        $$$"""{"_id":"{{{id}}}","eventType":"open","timestamp":"2026-09-01T00:00:00Z","_acme":{"id":"{{{Visitor}}}"},"contact":{"mail":"ada@example.com"}"""
        + $$$""","call":"+49 170 1234567"{{{(n is null ? "" : $",\"n\":{n}")}}}}""";

    private static IEnumerable<string> Directions(IEnumerable<JsonElement> seen) => seen.Select(each => each.GetProperty("direction").GetString()!);

    private static async Task<PartitionTask> TaskAsync(FlowTaps taps)
    {
        PartitionTask task = new(new TaskParts
        {
            Live = new LiveTopology(Plan),
            Partition = 0,
            Store = new MemoryStateStore(),
            Sink = new RecordingSink(),
            Models = new ModelRegister(Plan),
            Taps = taps,
        });
        await task.AcquireAsync(0, Stop);
        return task;
    }

    private static async Task<List<JsonElement>> SeenAsync(string node, string[] records, string[]? directions = null, bool raw = false)
    {
        FlowTaps taps = new();
        LiveTap tap = new LiveTaps(() => Plan, taps, TimeProvider.System).Open(node, directions ?? Both, raw, out string? problem)!;
        Assert.Null(problem);
        PartitionTask task = await TaskAsync(taps);
        RecordBatch batch = new();
        for (int i = 0; i < records.Length; i++)
        {
            batch.Add(i, TestTopology.Day1Ms + 400L * 86_400_000, Encoding.UTF8.GetBytes(Visitor), Encoding.UTF8.GetBytes(records[i]));
        }

        await task.ApplyAsync(batch, Stop);
        tap.Dispose();
        List<JsonElement> seen = [];
        await foreach (string line in tap.LinesAsync(Stop))
        {
            Assert.DoesNotContain('\n', line);
            seen.Add(JsonDocument.Parse(line).RootElement);
        }

        return seen;
    }
}
