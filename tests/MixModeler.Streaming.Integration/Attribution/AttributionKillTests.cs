using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.Attribution;

/// <summary>Attribution with real processes: whatever was killed, state and scores are those of an undisturbed run over the same log.</summary>
public sealed class AttributionKillTests(ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LocalRedisKind.Garnet)]
    [InlineData(LocalRedisKind.Redis)]
    public async Task An_engine_killed_while_events_flow_leaves_the_scores_and_the_state_of_an_undisturbed_run(LocalRedisKind kind)
    {
        const int Kills = 4;
        await using MainJobRig rig = await MainJobRig.StartAsync(kind, partitions: 3, Stop, "attribution");
        Random random = new(7);
        EngineChild engine = rig.StartEngine("tasks");
        await ReadsAsync(engine, 0);
        Task<long> producing = rig.ProduceAsync(
            new GeneratorOptions { Users = 1_200, Seed = 7, DuplicateShare = 0.01, LateShare = 0.03, MalformedShare = 0.005 }, 1_500, Stop);
        for (int kill = 0; kill < Kills; kill++)
        {
            await ReadsAsync(engine, 1);
            await Task.Delay(random.Next(20, 500), Stop);
            await engine.Process.KillAsync();
            engine = rig.StartEngine("tasks");
        }

        long records = await producing;
        await Until.HoldsAsync(
            async () => await engine.StatusAsync(Stop) is { Attributions.Length: 2 } status && status.Attributions.All(model => model.Records == records),
            () => $"not all of {records} records were attributed:\n{string.Join('\n', engine.Process.LastLines)}",
            Stop);
        AttributionReport[] reports = (await engine.StatusAsync(Stop))!.Attributions;
        Assert.All(reports, report => Assert.Equal((0L, 0L), (report.Lost, report.Duplicated)));
        await engine.Process.EndAsync();
        Dictionary<int, List<UndisturbedRun.Record>> events = await UndisturbedRun.ReadAsync(rig.Kafka, rig.Plan.Topics.Events, Stop);
        Dictionary<int, List<UndisturbedRun.Record>> scores = await UndisturbedRun.ReadAsync(rig.Kafka, rig.Plan.Topics.Attribution, Stop);
        Dictionary<string, string> sent = Distinct(scores.Values.SelectMany(log => log));
        RedisOptions options = new() { Configuration = rig.Redis.Endpoint };
        await using RedisConnection redis = await RedisConnection.ConnectAsync(options, TimeProvider.System, Stop);
        Sink calm = new();
        foreach (AttributionPlan model in rig.Plan.Attributions)
        {
            foreach ((int partition, List<UndisturbedRun.Record> log) in events)
            {
                MemoryStateStore expected = await UndisturbedAsync(rig.Plan, model, partition, log, calm);
                RedisStateStore found = new(redis, AttributionWork.ScopeOf(rig.Plan.Name, model.Name, model.Identity, partition));
                await AssertSameAsync(expected, found);
            }
        }

        Assert.True(sent.Count > 100, $"{sent.Count} scores");
        Assert.Equal(Distinct(calm.Records).OrderBy(each => each.Key, StringComparer.Ordinal), sent.OrderBy(each => each.Key, StringComparer.Ordinal));
        await AssertReadableAsync(rig, redis, sent.Values);
        output.WriteLine($"{records} records, {sent.Count} scores, {Kills} kills");
    }

    private static Task ReadsAsync(EngineChild engine, long records) => Until.HoldsAsync(
        async () => await engine.StatusAsync(Stop) is { Started: true, Attributions.Length: 2 } status
            && status.Attributions.All(model => model.Partitions.Length == 3 && model.Records >= records),
        () => $"the engine attributes nothing:\n{string.Join('\n', engine.Process.LastLines)}",
        Stop);

    private static async Task<MemoryStateStore> UndisturbedAsync(
        TopologyPlan plan, AttributionPlan model, int partition, List<UndisturbedRun.Record> log, Sink sink)
    {
        MemoryStateStore store = new();
        using AttributionTask task = AttributionWork.TaskOf(plan, model, partition, store, sink);
        await task.AcquireAsync(0, Stop);
        foreach (UndisturbedRun.Record[] some in log.Chunk(RecordBatch.RecordsMax))
        {
            RecordBatch batch = new() { Partition = partition };
            foreach (UndisturbedRun.Record record in some)
            {
                batch.Add(record.Offset, record.TimestampMs, record.Key, record.Value);
            }

            await task.ApplyAsync(batch, Stop);
        }

        await task.CommitAsync(Stop);
        return store;
    }

    private static async Task AssertSameAsync(MemoryStateStore expected, RedisStateStore found)
    {
        StateGlance calm = (await expected.PeekAsync(Stop))!;
        StateGlance disturbed = (await found.PeekAsync(Stop))!;
        Assert.Equal(calm.NextOffset, disturbed.NextOffset);
        Assert.Equal(calm.TaskRecord, disturbed.TaskRecord);
        List<byte[]> keys = [];
        for (string? cursor = null; ;)
        {
            StoredKeys some = await expected.ScanAsync(cursor, 1_000, Stop);
            keys.AddRange(some.Keys);
            if ((cursor = some.Cursor) is null)
            {
                break;
            }
        }

        byte[]?[] one = await expected.LoadAsync(keys, Stop);
        byte[]?[] other = await found.LoadAsync(keys, Stop);
        string[] differing = [.. keys.Where((_, i) => !one[i].AsSpan().SequenceEqual(other[i])).Select(Encoding.UTF8.GetString)];
        Assert.True(differing.Length == 0, $"{differing.Length} of {keys.Count} keys differ: {string.Join(", ", differing.Take(5))}");
    }

    // What a reader beside the tasks makes of all partitions: as many conversions as there are scores that hold.
    private static async Task AssertReadableAsync(MainJobRig rig, RedisConnection redis, IEnumerable<string> scores)
    {
        RedisMeasurements measurements = new(redis, () => rig.Plan, rig.Partitions);
        MeasuredAttribution measured = (await measurements.AttributionAsync("clicks", Stop))!;
        int held = scores.Select(score => JsonDocument.Parse(score).RootElement).Where(score => score.GetProperty("model").GetString() == "clicks")
            .Sum(score => score.GetProperty("retracted").GetBoolean() ? -1 : 1);
        Assert.Equal(held, measured.Days.Sum(day => day.Conversions));
        Assert.Equal(held, measured.Totals.Conversions);
        Assert.Equal(held - measured.Totals.Untouched, measured.Totals.Markov.Conversions, 1e-9);
        Assert.Null(await measurements.AttributionAsync("nobody", Stop));
    }

    // Of a record that was sent again after a crash, once.
    private static Dictionary<string, string> Distinct(IEnumerable<UndisturbedRun.Record> records)
    {
        Dictionary<string, string> distinct = [];
        foreach (UndisturbedRun.Record record in records)
        {
            string text = Encoding.UTF8.GetString(record.Value);
            JsonElement score = JsonDocument.Parse(text).RootElement;
            string origin = $"{score.GetProperty("model").GetString()} {score.GetProperty("origin").GetRawText()}";
            Assert.Equal(text, distinct.GetValueOrDefault(origin, text));
            distinct[origin] = text;
        }

        return distinct;
    }

    private sealed class Sink : IRecordSink
    {
        public List<UndisturbedRun.Record> Records { get; } = [];

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (topic == "mm.attribution")
            {
                Records.Add(new UndisturbedRun.Record(0, 0, key.ToArray(), value.ToArray()));
            }
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
