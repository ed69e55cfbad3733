using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Flow;

/// <summary>A topology with nodes over a few events, in one process.</summary>
internal sealed class FlowRun
{
    public const string Source = "source: { identity: [_acme.id], lateness: 1h, deduplicate: 0s, fields: { n: \"n:int\", x: \"x:double\", s: \"s:string\", device: \"device.type:string\" } }\n";

    public static readonly long StartMs = TestTopology.Day1Ms;

    public List<(string Topic, JsonElement Value)> Sent { get; } = [];

    public IReadOnlyList<OperatorTotals> Operators { get; private set; } = [];

    public IEnumerable<JsonElement> On(string topic) => Sent.Where(sent => sent.Topic == topic).Select(sent => sent.Value);

    public IEnumerable<string> Texts(string topic, string field) => On(topic).Select(record => record.GetProperty(field).ToString());

    public OperatorTotals Of(string node) => Operators.Single(its => its.Node == node);

    public static TopologyPlan PlanOf(string text)
    {
        TopologyResult result = TopologyLoader.Parse("topology: t\ntenant: acme\n" + text, "t.yaml");
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan;
    }

    /// <summary>Nodes and edges over the source above.</summary>
    public static Task<FlowRun> OfAsync(string text, params IEnumerable<string> events) => OfAsync(PlanOf(Source + text), events);

    public static async Task<FlowRun> OfAsync(TopologyPlan plan, params IEnumerable<string> events)
    {
        FlowRun run = new();
        LocalRun local = new(plan, (topic, value) => run.Sent.Add((topic, JsonElement.Parse(value.Span))), new Later());
        using MemoryStream lines = new(Encoding.UTF8.GetBytes(string.Join('\n', events)));
        await local.RunAsync(lines, TestContext.Current.CancellationToken);
        run.Operators = local.Operators;
        return run;
    }

    /// <summary>An event some seconds after the start.</summary>
    public static string Event(string visitor, string type, double atSeconds, string more = "") =>
        $$$"""{"_id":"{{{visitor}}}-{{{type}}}-{{{atSeconds}}}","eventType":"{{{type}}}","timestamp":"{{{TestTopology.Time(StartMs + (long)(atSeconds * 1_000))}}}","_acme":{"id":"{{{visitor}}}"}{{{more}}}}""";

    // Records arrive long after what they tell of.
    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(StartMs).AddDays(400);
    }
}
