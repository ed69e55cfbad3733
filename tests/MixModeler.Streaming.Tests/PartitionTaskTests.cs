using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using static MixModeler.Streaming.Tests.TestTopology;

namespace MixModeler.Streaming.Tests;

public class PartitionTaskTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_of_a_visitor_gives_a_score_with_its_origin()
    {
        (RecordingSink sink, _, _) = await RunAsync(PlanOf(), [Event("v", "open", Day1Ms, "a"), Event("v", "click", Day1Ms + 60_000, "b")]);
        JsonElement[] scores = [.. sink.On("mm.scores").Select(Json)];
        Assert.Equal([0L, 1L], scores.Select(s => s.GetProperty("origin").GetProperty("offset").GetInt64()));
        Assert.Equal("v", scores[0].GetProperty("visitor").GetString());
        Assert.Equal([Day1Ms + 60_000, 1L, 1L, Day1Ms + 60_000, 0L], scores[1].GetProperty("row").EnumerateArray().Select(w => w.GetInt64()));
    }

    [Fact]
    public async Task A_label_within_the_horizon_settles_earlier_decisions_as_positive()
    {
        (RecordingSink sink, _, PartitionTask task) = await RunAsync(
            PlanOf(),
            [
                Event("v", "open", Day1Ms, "a"),
                Event("v", "click", Day1Ms + 3_600_000, "b"),
                Event("w", "open", Day1Ms + 3_600_000, "c"),
                Event("v", Label, Day1Ms + 7_200_000, "d"),
            ]);
        JsonElement[] examples = [.. sink.On("mm.training").Select(Json)];
        Assert.Equal(2, examples.Length);
        Assert.All(examples, e => Assert.Equal(1, e.GetProperty("label").GetInt32()));
        Assert.All(examples, e => Assert.Equal(3, e.GetProperty("origin").GetProperty("offset").GetInt64()));
        Assert.Equal(JsonValueKind.Null, examples[0].GetProperty("features").GetProperty("minutes_since_click").ValueKind);
        Assert.Equal(0, examples[1].GetProperty("features").GetProperty("minutes_since_click").GetDouble());
        Assert.Equal(2, task.Progress.Totals.Positives);
    }

    [Fact]
    public async Task A_decision_without_a_label_becomes_negative_when_horizon_and_lateness_have_passed_for_any_visitor()
    {
        long settledMs = Day1Ms + (7 + 1) * 86_400_000L + 1;
        (RecordingSink sink, _, PartitionTask task) = await RunAsync(
            PlanOf(),
            [
                Event("v", "open", Day1Ms, "a"),
                Event("w", "open", settledMs - 1, "b"),
                Event("w", "open", settledMs, "c"),
            ]);
        JsonElement example = Json(Assert.Single(sink.On("mm.training")));
        Assert.Equal("v", example.GetProperty("visitor").GetString());
        Assert.Equal(0, example.GetProperty("label").GetInt32());
        Assert.Equal(2, example.GetProperty("origin").GetProperty("offset").GetInt64());
        Assert.Equal(1, task.Progress.Totals.Negatives);
    }

    [Fact]
    public async Task A_duplicate_is_dropped_a_late_event_counts_and_one_too_late_is_a_dead_letter()
    {
        long day = 86_400_000;
        (RecordingSink sink, _, PartitionTask task) = await RunAsync(
            PlanOf(),
            [
                Event("v", "open", Day1Ms + 2 * day, "a"),
                Event("v", "open", Day1Ms + 2 * day, "a"),
                Event("v", "click", Day1Ms + day, "late"),
                Event("v", "click", Day1Ms + day - 1, "too late"),
                "{not json",
            ]);
        Assert.Equal(1, task.Progress.Totals.DuplicateEvents);
        Assert.Equal(2, task.Progress.Totals.Accepted);
        JsonElement last = Json(sink.On("mm.scores").Last());
        Assert.Equal([Day1Ms + 2 * day, 1L, 1L, Day1Ms + day, 0L], last.GetProperty("row").EnumerateArray().Select(w => w.GetInt64()));
        JsonElement[] refused = [.. sink.On("mm.deadletter").Select(Json)];
        Assert.Equal(["too-late", "malformed-json"], refused.Select(r => r.GetProperty("reason").GetString()));
        Assert.Equal(4, refused[1].GetProperty("offset").GetInt64());
        Assert.Equal("{not json", Encoding.UTF8.GetString(refused[1].GetProperty("bytes").GetBytesFromBase64()));
        Assert.Equal(5, task.Progress.Applied);
    }

    [Fact]
    public async Task A_holder_with_an_older_epoch_is_told_so_and_writes_nothing()
    {
        MemoryStateStore store = new();
        PartitionTask zombie = NewTask(PlanOf(), store, new RecordingSink());
        await zombie.AcquireAsync(0, Stop);
        PartitionTask owner = NewTask(PlanOf(), store, new RecordingSink());
        await owner.AcquireAsync(0, Stop);
        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => FeedAsync(zombie, [Batch(0, Event("v", "open", Day1Ms, "a"))]));
        Assert.Equal(TaskLoss.Fenced, lost.Loss);
        Assert.Null((await store.LoadAsync([Encoding.UTF8.GetBytes("v")], Stop))[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Crashes_batch_cuts_and_a_small_memory_change_neither_state_nor_examples(int seed)
    {
        string[] log = RandomLog(seed, visitors: 120, events: 6_000);
        TopologyPlan plan = PlanOf(within: TimeSpan.FromHours(30), lateness: TimeSpan.FromHours(6), deduplicate: TimeSpan.FromHours(6));
        (RecordingSink calm, MemoryStateStore calmStore, PartitionTask calmTask) = await RunAsync(plan, log);
        RecordingSink rough = new();
        MemoryStateStore roughStore = new();
        Random random = new(seed);
        PartitionTask task = NewTask(plan, roughStore, rough, visitorsMax: 10);
        int crashes = 0;
        for (long at = await task.AcquireAsync(0, Stop); at < log.Length;)
        {
            int take = Math.Min(random.Next(1, 250), log.Length - (int)at);
            bool crash = random.Next(3) == 0;
            IStateStore seen = crash ? new DyingStore(roughStore, commitsLeft: random.Next(2)) : roughStore;
            task = NewTask(plan, seen, rough, visitorsMax: 10);
            Assert.Equal(at, await task.AcquireAsync(0, Stop));
            try
            {
                await FeedAsync(task, Cut(log, (int)at, take, random));
                at += take;
            }
            catch (TaskLostException)
            {
                crashes++;
                at = (await roughStore.AcquireAsync(0, Stop)).NextOffset;
            }
        }

        task = NewTask(plan, roughStore, rough);
        await task.AcquireAsync(0, Stop);
        Assert.True(crashes > 3, $"seed {seed}: only {crashes} crashes");
        byte[][] ids = [.. Enumerable.Range(0, 120).Select(v => Encoding.UTF8.GetBytes($"v{v}"))];
        Assert.Equal(await calmStore.LoadAsync(ids, Stop), await roughStore.LoadAsync(ids, Stop));
        Assert.Equal(Recognised(calm), Recognised(rough));
        Assert.True(calm.On("mm.training").Count() > 3_000);
        Assert.Equal(Describe(calmTask), Describe(task));
        Assert.Equal(0, task.Progress.Lost + task.Progress.Duplicated);
        Assert.Equal(log.Length, task.Progress.Applied);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Counts_and_examples_agree_with_a_recomputation_from_scratch(int seed)
    {
        string[] log = RandomLog(seed, visitors: 60, events: 4_000);
        TopologyPlan plan = PlanOf(within: TimeSpan.FromHours(30), lateness: TimeSpan.FromHours(6), deduplicate: TimeSpan.FromHours(6));
        (RecordingSink sink, _, PartitionTask task) = await RunAsync(plan, log);
        RecomputedRun expected = RecomputedRun.Of(log, withinMs: 30 * 3_600_000, horizonMs: 6 * 3_600_000);
        Assert.Equal(expected.Accepted, task.Progress.Totals.Accepted);
        Assert.Equal(expected.Duplicates, task.Progress.Totals.DuplicateEvents);
        Assert.Equal(expected.TooLate, task.Progress.Totals.RejectedFor(Rejection.TooLate));
        Dictionary<string, long> opens = sink.On("mm.scores").Select(Json)
            .GroupBy(s => s.GetProperty("visitor").GetString()!)
            .ToDictionary(g => g.Key, g => g.Last().GetProperty("row")[1].GetInt64());
        Assert.Equal(expected.Opens.OrderBy(o => o.Key), opens.OrderBy(o => o.Key));
        Assert.Equal(expected.Positives, task.Progress.Totals.Positives);
        Assert.Equal(expected.Negatives, task.Progress.Totals.Negatives);
    }

    private static string[] RandomLog(int seed, int visitors, int events)
    {
        Random random = new(seed);
        List<string> log = [];
        List<string> recent = [];
        long nowMs = Day1Ms;
        for (int i = 0; i < events; i++)
        {
            nowMs += random.Next(400_000);
            long atMs = nowMs - (random.Next(5) == 0 ? random.Next(8 * 3_600_000) : 0);
            string type = random.Next(12) switch { < 5 => "open", < 9 => "click", < 11 => "other", _ => Label };
            string more = random.Next(4) == 0 ? $$$""","channel":{"_id":"search"},"commerce":{"order":{"priceTotal":{{{random.Next(100)}}}.25}}""" : "";
            string value = random.Next(40) switch
            {
                0 => "{\"_id\":",
                < 4 when recent.Count > 0 => recent[random.Next(Math.Max(0, recent.Count - 60), recent.Count)],
                _ => Event($"v{random.Next(visitors)}", type, atMs, $"id{i}", more),
            };
            recent.Add(value);
            log.Add(value);
        }

        return [.. log];
    }

    private static List<RecordBatch> Cut(string[] log, int from, int count, Random random)
    {
        List<RecordBatch> batches = [];
        while (count > 0)
        {
            int size = Math.Min(count, random.Next(1, 300));
            batches.Add(Batch(from, log[from..(from + size)]));
            from += size;
            count -= size;
        }

        return batches;
    }

    // What a consumer sees that keeps the newest origin: the first of every replayed output.
    private static List<string> Recognised(RecordingSink sink)
    {
        List<string> seen = [];
        (long Offset, int Ordinal) newest = (-1, -1);
        foreach (string value in sink.On("mm.training"))
        {
            JsonElement origin = Json(value).GetProperty("origin");
            (long Offset, int Ordinal) at = (origin.GetProperty("offset").GetInt64(), origin.GetProperty("ordinal").GetInt32());
            if (at.CompareTo(newest) > 0)
            {
                seen.Add(value);
                newest = at;
            }
        }

        return seen;
    }

    private static string Describe(PartitionTask task) => JsonSerializer.Serialize(task.Progress);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static PartitionTask NewTask(TopologyPlan plan, IStateStore store, IRecordSink sink, int visitorsMax = 1_000) =>
        new(plan, 0, store, sink, new ModelRegister(plan.Name, plan.Model!.Name, plan.Schema, plan.Model.BaseRate), visitorsMax);

    private static async Task<(RecordingSink Sink, MemoryStateStore Store, PartitionTask Task)> RunAsync(TopologyPlan plan, string[] log)
    {
        RecordingSink sink = new();
        MemoryStateStore store = new();
        PartitionTask task = NewTask(plan, store, sink);
        await task.AcquireAsync(0, Stop);
        await FeedAsync(task, Cut(log, 0, log.Length, new Random(0)));
        return (sink, store, task);
    }

    private static Task FeedAsync(PartitionTask task, List<RecordBatch> batches)
    {
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        batches.ForEach(b => channel.Writer.TryWrite(b));
        channel.Writer.Complete();
        return task.RunAsync(channel.Reader, _ => { }, Stop);
    }

    /// <summary>Dies after some commits, before or after the last of them reached the store: nobody can tell from outside.</summary>
    private sealed class DyingStore(IStateStore store, int commitsLeft) : IStateStore
    {
        private int left = commitsLeft;

        public Task<StateLease> AcquireAsync(long startOffset, CancellationToken stop) => store.AcquireAsync(startOffset, stop);

        public Task<StateGlance?> PeekAsync(CancellationToken stop) => store.PeekAsync(stop);

        public Task<byte[]?[]> LoadAsync(IReadOnlyList<byte[]> keys, CancellationToken stop) => store.LoadAsync(keys, stop);

        public Task<DueKey[]> LoadDueAsync(long afterMs, long throughMs, int limit, CancellationToken stop) =>
            store.LoadDueAsync(afterMs, throughMs, limit, stop);

        public async Task<CommitOutcome> CommitAsync(StateLease lease, StateCommit commit, CancellationToken stop)
        {
            if (left-- > 0)
            {
                return await store.CommitAsync(lease, commit, stop);
            }

            if (commit.NextOffset % 2 == 0)
            {
                await store.CommitAsync(lease, commit, stop);
            }

            throw new TaskLostException(TaskLoss.StoreAway, "the store went away");
        }

        public Task<StoredKeys> ScanAsync(string? cursor, int about, CancellationToken stop) => store.ScanAsync(cursor, about, stop);

        public Task RemoveAsync(CancellationToken stop) => store.RemoveAsync(stop);
    }
}
