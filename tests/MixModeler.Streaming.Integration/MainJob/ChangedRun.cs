using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>
/// What a run with changes must have come to: every visitor's record equals, byte for byte, that of a run over the same log that
/// knew only the last version (what was kept was never touched, what was rebuilt was rebuilt exactly), and what left the engine
/// left it once for every event.
/// </summary>
internal static class ChangedRun
{
    public static async Task AssertEqualsAsync(MainJobRig rig, TopologyPlan last, CancellationToken stop)
    {
        Dictionary<int, List<UndisturbedRun.Record>> events = await UndisturbedRun.ReadAsync(rig.Kafka, last.Topics.Events, stop);
        Dictionary<int, List<string>> scores = Once(await UndisturbedRun.ReadAsync(rig.Kafka, last.Topics.Scores, stop), Score);
        Dictionary<int, List<string>> examples = Once(await UndisturbedRun.ReadAsync(rig.Kafka, last.Topics.Training, stop), Example);
        Assert.Equal(rig.Partitions, events.Count);
        foreach ((int partition, List<UndisturbedRun.Record> log) in events)
        {
            MemoryStateStore calm = new();
            OnceSink sent = new(last.Topics);
            await UndisturbedRun.RunAsync(last, partition, log, calm, sent, stop);
            await using RedisConnection redis = await PatientReading.ConnectAsync(rig, stop);
            await AssertSameStateAsync(last, partition, log, calm, new RedisStateStore(redis, $"{last.Name}:{partition}"), stop);
            AssertSame(sent.Scores, scores.GetValueOrDefault(partition) ?? [], $"scores of partition {partition}");
            AssertSame(sent.Examples, examples.GetValueOrDefault(partition) ?? [], $"examples of partition {partition}");
        }
    }

    private static async Task AssertSameStateAsync(
        TopologyPlan last, int partition, List<UndisturbedRun.Record> log, MemoryStateStore calm, RedisStateStore changed, CancellationToken stop)
    {
        byte[][] visitors = [.. log.Select(r => r.Key).DistinctBy(Convert.ToHexString)];
        byte[]?[] expected = await calm.LoadAsync(visitors, stop);
        byte[]?[] found = await changed.LoadPatientlyAsync(visitors, stop);
        byte[]? calmTask = (await calm.AcquireAsync(0, stop)).TaskRecord;
        byte[]? changedTask = (await changed.AcquireAsync(0, stop)).TaskRecord;
        int[] differing = [.. Enumerable.Range(0, visitors.Length).Where(i => !expected[i].AsSpan().SequenceEqual(found[i]))];
        Assert.True(
            differing.Length == 0,
            $"partition {partition}: {differing.Length} of {visitors.Length} visitors differ from a run without changes, such as\n"
            + string.Join('\n', differing.Take(3).Select(i =>
                $"{Describe(last, calmTask, expected[i])}\n{Describe(last, changedTask, found[i])}")));
        OffsetLedger ledger = new();
        TaskRecord task = TaskRecord.Unpack((await changed.AcquireAsync(0, stop)).TaskRecord, ledger, new TaskTotals())!;
        Assert.Equal((log.Count, 0L, 0L), (ledger.Applied, ledger.Lost, ledger.Duplicated));
        Assert.Null(task.Older);
        Assert.Equal(
            (await calm.LoadDueAsync(0, long.MaxValue, int.MaxValue, stop)).Select(d => (d.DueMs, Convert.ToHexString(d.Key))),
            (await changed.LoadDueAsync(0, long.MaxValue, int.MaxValue, stop)).Select(d => (d.DueMs, Convert.ToHexString(d.Key))));
    }

    private static string Describe(TopologyPlan plan, byte[]? task, byte[]? record)
    {
        if (record is not { Length: > 0 })
        {
            return "nothing";
        }

        VisitorView view = VisitorView.Read(record, task, plan);
        string pending = string.Join(' ', view.Pending.Select(p => $"({p.AtMs}: {string.Join(',', p.Row)})").TakeLast(2));
        return $"layout {VisitorRecord.LayoutOf(record):x8} row {string.Join(',', view.Row)} ids {view.EventIds} since {view.EventIdsSinceMs} due {view.DueMs} "
            + $"pending {view.Pending.Length} {pending}";
    }

    private static void AssertSame(List<string> expected, List<string> found, string what)
    {
        int first = Enumerable.Range(0, Math.Min(expected.Count, found.Count)).FirstOrDefault(i => expected[i] != found[i], -1);
        Assert.True(
            expected.Count == found.Count && first < 0,
            $"{what}: {found.Count} instead of {expected.Count}{(first < 0 ? "" : $"; the first that differs: {found[first]} instead of {expected[first]}")}");
    }

    // Replays are told by their origin, as consumers tell them.
    private static Dictionary<int, List<string>> Once(Dictionary<int, List<UndisturbedRun.Record>> log, Func<JsonElement, string> name)
    {
        Dictionary<int, Origin> newest = [];
        Dictionary<int, List<string>> kept = [];
        foreach (UndisturbedRun.Record record in log.Values.SelectMany(partition => partition))
        {
            JsonElement value = JsonDocument.Parse(record.Value).RootElement;
            Origin origin = OriginOf(value);
            if (!newest.TryGetValue(origin.Partition, out Origin before) || origin > before)
            {
                newest[origin.Partition] = origin;
                (kept.TryGetValue(origin.Partition, out List<string>? list) ? list : kept[origin.Partition] = []).Add(name(value));
            }
        }

        return kept;
    }

    private static Origin OriginOf(JsonElement value)
    {
        JsonElement origin = value.GetProperty("origin");
        return new Origin(origin.GetProperty("partition").GetInt32(), origin.GetProperty("offset").GetInt64(), origin.GetProperty("ordinal").GetInt32());
    }

    // What no version of the topology changes: who, when, because of what.
    private static string Score(JsonElement value) => $"{value.GetProperty("visitor")} {value.GetProperty("at")} {value.GetProperty("origin")}";

    private static string Example(JsonElement value) =>
        $"{value.GetProperty("visitor")} {value.GetProperty("at")} {value.GetProperty("label")} {value.GetProperty("origin")}";

    private sealed class OnceSink(TopicNames topics) : IRecordSink
    {
        public List<string> Scores { get; } = [];

        public List<string> Examples { get; } = [];

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (topic == topics.Scores)
            {
                Scores.Add(Score(JsonDocument.Parse(Encoding.UTF8.GetString(value)).RootElement));
            }
            else if (topic == topics.Training)
            {
                Examples.Add(Example(JsonDocument.Parse(Encoding.UTF8.GetString(value)).RootElement));
            }
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
