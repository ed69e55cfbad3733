using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class LearnerTaskTests(ITestOutputHelper output)
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly TopologyPlan Plan = TestTopology.PlanOf();

    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(1, 40).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task After_crashes_anywhere_the_learner_equals_an_undisturbed_one_bit_for_bit(int seed)
    {
        Random random = new(seed);
        TrainingLog log = TrainingLog.Make(Plan, seed, examples: 1_500);
        LearnerWorld world = new();
        int crashes = 0;
        world.Fate = _ =>
        {
            if (random.Next(8) == 0)
            {
                throw new Crash();
            }
        };

        LearnerTask? survivor = null;
        while (survivor == null)
        {
            LearnerTaskOptions options = new() { CommitRecordsMax = random.Next(1, 400) };
            try
            {
                survivor = await world.RunAsync(Plan, log.Records, random, options, Stop);
            }
            catch (Crash)
            {
                crashes++;
                Assert.True(crashes < 10_000, "the learner makes no progress");
            }
        }

        output.WriteLine($"seed {seed}: {crashes} crashes, {survivor.Status.Version} examples, {world.On("mm.models").Count()} versions");
        byte[] undisturbed = LearnerRecord.Undisturbed(Plan, log.Records.Select(record => new ReadOnlyMemory<byte>(record)));
        byte[] stored = world.StoredRecord()!;
        Assert.Equal(LearnerRecord.LearnerBytes(undisturbed), LearnerRecord.LearnerBytes(stored));
        Assert.Equal(undisturbed, stored);
        Assert.Equal(log.Distinct, survivor.Status.Version);
        Assert.Equal(log.Replayed, survivor.Status.Counts.Replayed);
        Assert.Equal(log.Broken, survivor.Status.Counts.Refused);
        AssertVersionsAgree(world, log.Distinct);
    }

    [Fact]
    public async Task Crashes_were_among_what_the_property_tried()
    {
        // Guards the test above: under seed 1 fate strikes at each of its places.
        HashSet<string> struck = [];
        Random random = new(1);
        TrainingLog log = TrainingLog.Make(Plan, 1, examples: 1_500);
        for (int life = 0; life < 400; life++)
        {
            LearnerWorld world = new();
            int calls = random.Next(30);
            world.Fate = place =>
            {
                if (calls-- == 0)
                {
                    struck.Add(place);
                    throw new Crash();
                }
            };
            try
            {
                await world.RunAsync(Plan, log.Records, random, new() { CommitRecordsMax = 100 }, Stop);
            }
            catch (Crash)
            {
                continue;
            }
        }

        Assert.Equal(
            ["after commit", "after flush", "after send", "before commit", "before flush", "before load", "before send"],
            struck.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_published_model_gives_the_scores_that_travel_with_it()
    {
        LearnerWorld world = new();
        await world.RunAsync(Plan, TrainingLog.Make(Plan, 3, 500).Records, new Random(3), new(), Stop);

        foreach (ModelDocument document in world.On("mm.models").Select(Document))
        {
            Assert.True(ModelCheck.TryLoad(document, Plan.Schema, out LinearModel? model, out string? problem), problem);
            Assert.Equal(Math.Min(3, document.Version), document.Golden.Length);
            Assert.Equal(document.Version, model.Version);
            Assert.Equal(document.Version, document.Metrics["examples"]);
        }

        Assert.Contains(world.On("mm.models").Select(Document), document => document.Golden.Any(golden => golden.Values.Contains(null)));
        Assert.All(world.Sent, record => Assert.Equal("test/propensity", record.Topic == "mm.models" ? record.Key : "test/propensity"));
        Assert.InRange(Document(world.On("mm.models").Last()).Metrics["auc"], 0.5, 1);
    }

    [Fact]
    public async Task What_is_sent_is_in_the_log_before_the_commit_that_covers_it()
    {
        LearnerWorld world = new();
        await world.RunAsync(Plan, TrainingLog.Make(Plan, 4, 2_000).Records, new Random(4), new() { CommitRecordsMax = 150 }, Stop);

        bool waiting = false;
        foreach (string entry in world.Journal)
        {
            waiting = entry.StartsWith("send", StringComparison.Ordinal) || (waiting && entry != "flush");
            Assert.False(waiting && entry.StartsWith("commit", StringComparison.Ordinal), "a commit overtook an output");
        }

        Assert.False(waiting);
        Assert.Contains("send mm.deadletter", world.Journal);
        Assert.Contains("send mm.models", world.Journal);
    }

    [Fact]
    public async Task Commits_and_versions_are_no_more_frequent_than_asked()
    {
        TrainingLog log = TrainingLog.Make(Plan, 5, 3_000);
        LearnerWorld world = new();
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        using LearnerTask task = new(Plan, world, world, world.Time);
        await task.AcquireAsync(0, Stop);
        for (int from = 0; from < 1_000; from += 10)
        {
            batches.Writer.TryWrite(LearnerWorld.BatchOf(log.Records, from, 10));
        }

        batches.Writer.Complete();
        await task.RunAsync(batches.Reader, _ => world.Time.Advance(TimeSpan.FromMilliseconds(10)), Stop);

        // One second: the first version at once, then every 250 ms, and at the drain.
        Assert.InRange(world.On("mm.models").Count(), 4, 6);
        Assert.InRange(world.Journal.Count(entry => entry.StartsWith("commit", StringComparison.Ordinal)), 4, 6);
        Assert.Equal(1_000, task.Status.NextOffset);
    }

    [Fact]
    public async Task An_idle_topic_does_not_keep_what_was_learned_waiting()
    {
        TrainingLog log = TrainingLog.Make(Plan, 6, 100);
        LearnerWorld world = new();
        using LearnerTask task = new(Plan, world, world, world.Time);
        await task.AcquireAsync(0, Stop);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        batches.Writer.TryWrite(LearnerWorld.BatchOf(log.Records, 0, 20));
        batches.Writer.TryWrite(LearnerWorld.BatchOf(log.Records, 20, 20));
        Task running = task.RunAsync(batches.Reader, _ => { }, Stop);

        await world.Time.WaitForSleeperAsync(running, Stop);
        Assert.Equal(20, task.Status.NextOffset);
        world.Time.Advance(TimeSpan.FromMilliseconds(250));
        await UntilAsync(() => task.Status.NextOffset == 40);

        Assert.Equal(task.Status.Version, task.Status.PublishedVersion);
        Assert.Equal(task.Status.Version, Document(world.On("mm.models").Last()).Version);
        batches.Writer.Complete();
        await running.WaitAsync(Stop);
    }

    [Fact]
    public async Task A_refused_record_becomes_a_dead_letter_with_its_place()
    {
        byte[][] log = [Encoding.UTF8.GetBytes("{\"visitor\":\"v\"}"), Encoding.UTF8.GetBytes("nonsense")];
        LearnerWorld world = new();
        LearnerTask task = await world.RunAsync(Plan, log, new Random(1), new(), Stop);

        JsonElement[] letters = [.. world.On("mm.deadletter").Select(value => JsonDocument.Parse(value).RootElement)];
        Assert.Equal(["member-missing", "json-malformed"], letters.Select(letter => letter.GetProperty("reason").GetString()));
        Assert.Equal([0L, 1L], letters.Select(letter => letter.GetProperty("offset").GetInt64()));
        Assert.All(letters, letter => Assert.Equal("mm.training", letter.GetProperty("topic").GetString()));
        Assert.Equal(log[1], letters[1].GetProperty("bytes").GetBytesFromBase64());
        Assert.Equal(2, task.Status.Counts.Refused);
        Assert.Equal(2, task.Status.NextOffset);
        Assert.Empty(world.On("mm.models"));
    }

    [Fact]
    public async Task Another_label_starts_learning_afresh_and_says_so_while_versions_and_origins_go_on()
    {
        TrainingLog log = TrainingLog.Make(Plan, 8, 300);
        LearnerWorld world = new();
        await world.RunAsync(Plan, log.Records, new Random(8), new(), Stop);
        TopologyPlan changed = Plan with { Model = Plan.Model! with { LabelEvent = "purchase" } };
        List<string> said = [];
        List<byte[]> longer = [.. log.Records, log.Records[^1], .. TrainingLog.Make(Plan, 9, 50, partitions: 1).Records.Select(ForPartition9)];

        using LearnerTask task = new(changed, world, world, world.Time, report: (severity, sentence) => said.Add($"{severity}: {sentence}"));
        long offset = await task.AcquireAsync(0, Stop);
        Assert.Equal(log.Records.Count, offset);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        batches.Writer.TryWrite(LearnerWorld.BatchOf(longer, offset, 1_000));
        batches.Writer.Complete();
        await task.RunAsync(batches.Reader, _ => { }, Stop);

        string sentence = Assert.Single(said);
        Assert.Contains(nameof(Severity.Warning), sentence, StringComparison.Ordinal);
        Assert.Contains("for another label", sentence, StringComparison.Ordinal);
        Assert.NotNull(task.Status.StartedAfresh);
        ModelDocument last = Document(world.On("mm.models").Last());
        Assert.Equal(log.Distinct + task.Status.SinceStart.Examples, last.Version);
        Assert.InRange(task.Status.SinceStart.Examples, 50, 52);
        Assert.True(task.Status.Counts.Replayed > log.Replayed, "the repeated record was learned");

        static byte[] ForPartition9(byte[] record) =>
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record).Replace("\"partition\":0", "\"partition\":9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_later_holder_fences_an_earlier_one()
    {
        TrainingLog log = TrainingLog.Make(Plan, 10, 200);
        LearnerWorld world = new();
        using LearnerTask earlier = new(Plan, world, world, world.Time);
        await earlier.AcquireAsync(0, Stop);
        await world.RunAsync(Plan, log.Records, new Random(10), new(), Stop);
        byte[] stored = world.StoredRecord()!;

        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(() => FeedAsync(earlier, log, 0, 50));

        Assert.Equal(TaskLoss.Fenced, lost.Loss);
        Assert.Equal(stored, world.StoredRecord());
    }

    [Fact]
    public async Task A_store_that_moved_a_gap_and_a_truncated_log_end_the_task()
    {
        TrainingLog log = TrainingLog.Make(Plan, 11, 200);
        LearnerWorld world = new() { CommitAnswer = CommitOutcome.UnexpectedOffset };
        using LearnerTask task = new(Plan, world, world, world.Time);
        await task.AcquireAsync(0, Stop);
        Assert.Equal(TaskLoss.StateMoved, (await Assert.ThrowsAsync<TaskLostException>(() => FeedAsync(task, log, 0, 50))).Loss);

        world.CommitAnswer = null;
        await task.AcquireAsync(0, Stop);
        Assert.Equal(TaskLoss.LogTruncated, (await Assert.ThrowsAsync<TaskLostException>(() => FeedAsync(task, log, 60, 50))).Loss);

        await task.AcquireAsync(0, Stop);
        await FeedAsync(task, log, 0, 50);
        Assert.Equal(TaskLoss.LogTruncated, (await Assert.ThrowsAsync<TaskLostException>(() => task.AcquireAsync(51, Stop))).Loss);
    }

    [Fact]
    public async Task A_new_holder_announces_the_version_that_stands()
    {
        TrainingLog log = TrainingLog.Make(Plan, 12, 200);
        LearnerWorld world = new();
        await world.RunAsync(Plan, log.Records, new Random(12), new(), Stop);
        byte[] last = world.On("mm.models").Last();
        world.Sent.Clear();

        await world.RunAsync(Plan, log.Records, new Random(12), new(), Stop);

        Assert.Equal(last, Assert.Single(world.On("mm.models")));
    }

    [Fact]
    public void A_damaged_record_is_not_taken_for_a_learner()
    {
        byte[] record = LearnerRecord.Undisturbed(Plan, TrainingLog.Make(Plan, 13, 20).Records.Select(bytes => new ReadOnlyMemory<byte>(bytes)));
        for (int i = 0; i < record.Length; i += 7)
        {
            byte[] damaged = [.. record];
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => LearnerRecord.LearnerBytes(damaged));
        }
    }

    private static async Task FeedAsync(LearnerTask task, TrainingLog log, int from, int count)
    {
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        batches.Writer.TryWrite(LearnerWorld.BatchOf(log.Records, from, count));
        batches.Writer.Complete();
        await task.RunAsync(batches.Reader, _ => { }, Stop);
    }

    // The same number of examples gives the same document, whichever life published it.
    private static void AssertVersionsAgree(LearnerWorld world, int newest)
    {
        Dictionary<long, byte[]> byVersion = [];
        foreach (byte[] value in world.On("mm.models"))
        {
            long version = Document(value).Version;
            if (!byVersion.TryAdd(version, value))
            {
                Assert.Equal(Encoding.UTF8.GetString(byVersion[version]), Encoding.UTF8.GetString(value));
            }
        }

        Assert.Equal(newest, byVersion.Keys.Max());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }

    private static ModelDocument Document(byte[] value) => JsonSerializer.Deserialize(value, DocumentJson.Default.ModelDocument)!;
}
