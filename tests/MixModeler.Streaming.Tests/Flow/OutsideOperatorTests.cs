using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using static MixModeler.Streaming.Tests.Flow.FlowRun;

namespace MixModeler.Streaming.Tests.Flow;

public class OutsideOperatorTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_of_a_kind_of_one_s_own_flow_by_their_key_and_time()
    {
        TopologyPlan plan = PlanOf("""
            sources:
              spend: { kind: records, key: campaign, time: day, fields: { campaign: "campaign:string", day: "day:timestamp", amount: "amount:double" } }
            nodes:
              once: { operator: dedupe, key: string(amount), within: 1d }
              inEuros: { operator: map, set: { amount: amount * 2.0 } }
              harmonized: { operator: sink }
            edges: [spend -> once -> inEuros -> harmonized]
            """);
        FlowRun run = await OfAsync(
            plan,
            "{\"campaign\":\"a\",\"day\":\"2026-09-01T00:00:00Z\",\"amount\":2}", "{\"campaign\":\"a\",\"day\":\"2026-09-01T01:00:00Z\",\"amount\":2}",
            "{\"campaign\":\"b\",\"day\":\"2026-09-01T02:00:00Z\",\"amount\":2}", "{\"day\":\"2026-09-01T02:00:00Z\",\"amount\":2}");

        Assert.Equal(["a 4 spend 2026-09-01T00:00:00.000Z", "b 4 spend 2026-09-01T02:00:00.000Z"], run.On("mm.harmonized").Select(r =>
            $"{r.GetProperty("visitor").GetString()} {r.GetProperty("amount")} {r.GetProperty("type").GetString()} {r.GetProperty("at").GetString()}"));
        Assert.Equal("visitor-missing", Assert.Single(run.On("mm.deadletter")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_profile_is_read_once_for_a_batch_and_a_tap_sees_what_passes()
    {
        TopologyPlan plan = PlanOf(Source + """
            nodes:
              known: { operator: enrich, topology: other, fields: { likely: { path: _acme.likely.score, type: double }, tier: { default: none } } }
              out: { operator: sink, topic: o }
            edges: [events -> known -> out]
            """);
        Profiles profiles = new();
        RecordingSink sink = new();
        List<string> seen = [];
        FlowTaps taps = new();
        taps.Add(new FlowTap(
            "known", [TappedRecord.In, TappedRecord.Out], shown => seen.Add($"{shown.Direction} {VisitorOf(shown.Value)}"), 3, TimeProvider.System));
        PartitionTask task = new(new TaskParts
        {
            Live = new LiveTopology(plan),
            Partition = 0,
            Store = new MemoryStateStore(),
            Sink = sink,
            Models = new ModelRegister(plan),
            Profiles = profiles,
            Taps = taps,
        });
        await task.AcquireAsync(0, Stop);
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        channel.Writer.TryWrite(TestTopology.Batch(0, Event("a", "e", 1), Event("a", "f", 2), Event("b", "e", 3)));
        channel.Writer.Complete();
        await task.RunAsync(channel.Reader, static _ => { }, Stop);

        JsonElement[] records = [.. sink.On("mm.o").Select(record => JsonElement.Parse(record))];
        Assert.Equal(["a 0.75 none", "a 0.75 none"], records.Select(r =>
            $"{r.GetProperty("visitor").GetString()} {r.GetProperty("likely")} {r.GetProperty("tier").GetString()}"));
        Assert.Equal("no-match", JsonElement.Parse(Assert.Single(sink.On("mm.deadletter"))).GetProperty("reason").GetString());
        Assert.Equal(["other a,b"], profiles.Asked);
        Assert.Equal(["in a", "out a", "in a"], seen.Take(3));
        Assert.Equal(["events", "known", "out"], task.Operators.Select(its => its.Node));
    }

    private static string? VisitorOf(ReadOnlyMemory<byte> record) => JsonElement.Parse(record.Span).GetProperty("visitor").GetString();

    private sealed class Profiles : IProfileLookup
    {
        public List<string> Asked { get; } = [];

        public Task<byte[]?[]> LoadAsync(string topology, IReadOnlyList<byte[]> keys, CancellationToken stop)
        {
            string[] names = [.. keys.Select(Encoding.UTF8.GetString)];
            Asked.Add($"{topology} {string.Join(',', names)}");
            return Task.FromResult<byte[]?[]>([.. names.Select(name => name == "a" ? "{\"_acme\":{\"likely\":{\"score\":0.75}}}"u8.ToArray() : null)]);
        }
    }
}
