using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;
using static MixModeler.Streaming.Tests.Flow.FlowRun;

namespace MixModeler.Streaming.Tests.Flow;

public class FlowReplayTests
{
    private const string Text = Source + """
        features:
          - { name: opens, count: open }
        audiences:
          - { name: readers, when: features.opens >= 3.0 }
        nodes:
          once: { operator: dedupe, key: event.n, within: 2m }
          hops: { operator: window, kind: hopping, size: 1m, every: 20s, lateness: 30s, aggregates: { events: count, total: { sum: event.n }, kinds: { distinct: event.type } } }
          visits: { operator: window, kind: session, gap: 25s, lateness: 30s, aggregates: { events: count, newest: { last: event.type } } }
          opened: { operator: branch, when: { open: 'event.type == "open"' } }
          pairs: { operator: join, within: 15s, lateness: 1m, set: { a: left.n, b: right.n } }
          by-type: { operator: key-by, key: event.type }
          per-type: { operator: window, kind: tumbling, size: 30s, lateness: 1m, aggregates: { events: count, people: { distinct: event.visitor } } }
          o-hops: { operator: sink, topic: hops }
          o-visits: { operator: sink, topic: visits }
          o-pairs: { operator: sink, topic: pairs }
          o-types: { operator: sink, topic: types }
        edges:
          - events -> once -> hops -> o-hops
          - events -> visits -> o-visits
          - events -> opened
          - opened.open -> pairs.left
          - opened.otherwise -> pairs.right
          - pairs -> o-pairs
          - events -> by-type -> per-type -> o-types
        """;

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task After_any_crashes_outputs_and_state_are_those_of_an_undisturbed_run(int seed)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        TopologyPlan plan = PlanOf(Text);
        byte[][] log = Log(new Random(seed));
        (MortalSink steady, MemoryStateStore steadyState) = await RunAsync(plan, log, new Random(seed), crashes: false);
        (MortalSink shaken, MemoryStateStore shakenState) = await RunAsync(plan, log, new Random(seed * 31), crashes: true);

        Assert.True(shaken.Crashes > 3, $"only {shaken.Crashes} crashes");
        Assert.Equal(steady.Recognised(), shaken.Recognised());
        Assert.Equal(await ContentAsync(steadyState), await ContentAsync(shakenState));
        Assert.All(new[] { "mm.hops", "mm.visits", "mm.pairs", "mm.audiences", "mm.t.by-type" }, topic => Assert.Contains(steady.Sent, sent => sent.Topic == topic));

        // The lane behind the key-by reads what is in its topic, replays and all.
        TopologyPlan far = LanePlans.KeyedOf(plan).Single();
        (MortalSink steadyFar, MemoryStateStore steadyFarState) = await RunAsync(far, steady, new Random(seed), crashes: false);
        (MortalSink shakenFar, MemoryStateStore shakenFarState) = await RunAsync(far, shaken, new Random(seed * 37), crashes: true);
        Assert.NotEmpty(steadyFar.On("mm.types"));
        Assert.Equal(Types(steadyFar), Types(shakenFar));
        Assert.Equal(await ContentAsync(steadyFarState), await ContentAsync(shakenFarState));
    }

    private static string[] Types(MortalSink sink) =>
    [
        .. sink.Recognised()
            .Where(record => record.StartsWith("mm.types", StringComparison.Ordinal))
            .Select(record => WithoutOrigin(record[record.IndexOf('{', StringComparison.Ordinal)..]))
            .Order(StringComparer.Ordinal),
    ];

    private static Task<(MortalSink, MemoryStateStore)> RunAsync(TopologyPlan plan, MortalSink before, Random random, bool crashes) => RunAsync(
        plan, [.. before.Sent.Where(s => s.Topic == plan.Topics.Events).Select(s => Encoding.UTF8.GetBytes(s.Value))], random, crashes,
        [.. before.Sent.Where(s => s.Topic == plan.Topics.Events).Select(s => Encoding.UTF8.GetBytes(s.Key))]);

    private static async Task<(MortalSink, MemoryStateStore)> RunAsync(TopologyPlan plan, byte[][] log, Random random, bool crashes, byte[][]? keys = null)
    {
        MortalSink sink = new(crashes ? new Random(random.Next()) : null);
        MemoryStateStore store = new();
        long next = 0;
        while (next < log.Length)
        {
            PartitionTask task = new(plan, 0, store, sink, new ModelRegister(plan));
            next = await task.AcquireAsync(0, Stop);
            try
            {
                while (next < log.Length)
                {
                    RecordBatch batch = new();
                    for (int left = random.Next(1, 30); left > 0 && next < log.Length; left--, next++)
                    {
                        batch.Add(next, StartMs + 400L * 86_400_000, keys is null ? [] : keys[next], log[next]);
                    }

                    Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
                    channel.Writer.TryWrite(batch);
                    channel.Writer.Complete();
                    await task.RunAsync(channel.Reader, static _ => { }, Stop);
                }
            }
            catch (TaskLostException)
            {
                next = 0;
            }
        }

        return (sink, store);
    }

    private static byte[][] Log(Random random)
    {
        List<string> log = [];
        double now = 0;
        for (int i = 0; i < 600; i++)
        {
            now += random.Next(0, 6);
            double at = random.Next(5) == 0 ? Math.Max(0, now - random.Next(0, 200)) : now;
            string more = random.Next(20) == 0 ? "" : $",\"n\":{random.Next(40)}";
            log.Add(Event($"v{random.Next(6)}", random.Next(2) == 0 ? "open" : "click", at + i / 1000.0, more));
        }

        return [.. log.Select(Encoding.UTF8.GetBytes)];
    }

    // A replayed record behind a key-by has another offset there; what it is of stays the same.
    private static string WithoutOrigin(string record)
    {
        JsonElement json = JsonElement.Parse(record);
        return string.Join(' ', json.EnumerateObject().Where(member => member.Name != "origin").Select(member => member.Value.ToString()));
    }

    // Visitors of the log, and keys of the lane behind the key-by.
    private static async Task<string[]> ContentAsync(MemoryStateStore store)
    {
        byte[][] keys = [.. new[] { "v0", "v1", "v2", "v3", "v4", "v5", "open", "click" }.Select(Encoding.UTF8.GetBytes)];
        byte[]?[] records = await store.LoadAsync(keys, Stop);
        Assert.True(records.Count(record => record is not null) >= 2);
        return [.. records.Select(record => record is null ? "" : Convert.ToHexString(record))];
    }

    /// <summary>Loses its records' confirmation now and then: the records are in the log, and the task does not know.</summary>
    private sealed class MortalSink(Random? random) : IRecordSink
    {
        public List<(string Topic, string Key, string Value)> Sent { get; } = [];

        public int Crashes { get; private set; }

        public IEnumerable<string> On(string topic) => Sent.Where(sent => sent.Topic == topic).Select(sent => sent.Value);

        /// <summary>What is left when whoever reads drops what he has seen by its origin.</summary>
        public string[] Recognised() => [.. Sent.Select(sent => $"{sent.Topic} {sent.Key} {sent.Value}").Distinct().Order(StringComparer.Ordinal)];

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            Sent.Add((topic, Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(value)));

        public Task FlushAsync(CancellationToken stop)
        {
            if (random is not null && random.Next(4) == 0)
            {
                Crashes++;
                throw new TaskLostException(TaskLoss.OutputAway, "the log did not answer");
            }

            return Task.CompletedTask;
        }
    }
}
