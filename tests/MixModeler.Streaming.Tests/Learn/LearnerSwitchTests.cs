using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class LearnerSwitchTests(ITestOutputHelper output)
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly TopologyPlan Before = TestTopology.PlanOf();

    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(1, 15).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_new_feature_is_learned_as_if_it_had_always_been_zero_wherever_the_switch_and_the_crashes_fall(int seed)
    {
        TopologyPlan after = Before with
        {
            Version = "111111111111",
            Schema = new FeatureSchema([.. Before.Schema.Features, new Feature("views", FeatureKind.Count)]),
            Matches = Before.Matches.Add(new FeatureMatch("eventType", "view")),
        };
        List<byte[]> log = [.. Examples(Before, seed, 500), .. Examples(after, seed + 1_000, 500, 10)];
        LearnerWorld world = new();
        LiveTopology live = new(Before);
        List<long> switches = [];
        live.Reported += report => switches.AddRange(report.Stage == TaskStage.Switched ? [report.Offset] : []);

        int crashes = await RunAsync(world, live, after, log, new Random(seed), crashesOneIn: 12);

        // Partitions may switch before the learner does: to that moment it does not see the feature in their examples either.
        int switched = (int)switches[0];
        output.WriteLine($"seed {seed}: {crashes} crashes, switched at {switched}");
        byte[][] seen = [.. log.Select((record, offset) => offset < switched ? WithoutViews(record) : record)];
        Assert.Equal(Undisturbed(after, seen), LearnerRecord.LearnerBytes(world.StoredRecord()!));
        Assert.Equal(after.Schema.InputNames, Documents(world).Last().Inputs);
        Assert.Equal(log.Count, Documents(world).Last().Version);

        static byte[] WithoutViews(byte[] record) =>
            Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(record), ",\"views\":[0-9]+", ""));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Other_rates_are_learned_anew_from_the_log_beside_the_old_ones_whatever_crashes(int seed)
    {
        TopologyPlan after = WithRates(0.7);
        List<byte[]> log = Examples(Before, seed, 1_500);
        LearnerWorld world = new();
        LiveTopology live = new(Before);
        List<long> switches = [];
        live.Reported += report => switches.AddRange(report.Stage == TaskStage.Switched ? [report.Offset] : []);

        int crashes = await RunAsync(world, live, after, log, new Random(seed), crashesOneIn: 12);

        int switched = (int)switches[0];
        output.WriteLine($"seed {seed}: {crashes} crashes, switched at {switched}");
        Assert.Equal(Undisturbed(after, log), LearnerRecord.LearnerBytes(world.StoredRecord()!));
        Assert.NotEqual(Undisturbed(Before, log), LearnerRecord.LearnerBytes(world.StoredRecord()!));
        Assert.Equal(log.Count, Documents(world).Last().Version);
    }

    [Fact]
    public async Task Of_a_log_that_was_cut_the_rebuild_learns_what_is_left_and_versions_go_on()
    {
        TopologyPlan after = WithRates(0.7);
        List<byte[]> log = Examples(Before, 3, 400);
        LearnerWorld world = new();
        await world.RunAsync(Before, log, new Random(3), new(), Stop);

        await RunAsync(world, new LiveTopology(Before), after, log, new Random(3), earliest: 150);

        Assert.Equal(Undisturbed(after, log.Skip(150)), LearnerRecord.LearnerBytes(world.StoredRecord()!));
        Assert.Equal(400, Documents(world).Last().Version);
    }

    [Fact]
    public async Task Nothing_of_the_log_left_the_rebuild_begins_where_the_old_learner_stands()
    {
        TopologyPlan after = WithRates(0.7);
        List<byte[]> log = Examples(Before, 4, 100);
        LearnerWorld world = new();
        await world.RunAsync(Before, log, new Random(4), new(), Stop);

        await RunAsync(world, new LiveTopology(Before), after, log, new Random(4), earliest: 100);

        Assert.Equal(Undisturbed(after, []), LearnerRecord.LearnerBytes(world.StoredRecord()!));
    }

    [Fact]
    public async Task Weights_follow_renamed_features_those_of_dropped_ones_go_and_old_names_are_still_read()
    {
        TopologyPlan after = Before with
        {
            Version = "111111111111",
            Schema = new FeatureSchema([Before.Schema.Features[1] with { Name = "klicks" }, Before.Schema.Features[0]]),
            Matches = [Before.Matches[1], Before.Matches[0]],
        };
        List<byte[]> log = Examples(Before, 5, 300);
        LearnerWorld world = new();
        await world.RunAsync(Before, log, new Random(5), new(), Stop);
        ModelDocument old = Documents(world).Last();
        LiveTopology live = new(Before);
        List<TaskReport> reports = [];
        live.Reported += reports.Add;

        await RunAsync(world, live, after, log, new Random(5));

        ModelDocument mapped = Documents(world).Last();
        Assert.Equal(["klicks.log1p", "opens.log1p"], mapped.Inputs);
        Assert.Equal([old.Weights[1], old.Weights[0]], mapped.Weights);
        Assert.Equal(300, mapped.Version);
        Assert.True(ModelCheck.TryLoad(mapped, after.Schema, out _, out string? problem), problem);
        Assert.Equal([TaskStage.Ready, TaskStage.Switched, TaskStage.Migrated], reports.Select(report => report.Stage));
        Assert.All(reports, report => Assert.Equal(("c1", -1, 300L), (report.ChangeId, report.Partition, report.Offset)));

        // Examples that the old version wrote, after the switch: `clicks` is known under its former name, two features are unknown.
        log.AddRange(Examples(Before, 6, 10, 20));
        using LearnerTask task = new(new LiveTopology(after), null, world, world, world.Time);
        await FeedAsync(task, log);
        Assert.Equal((0L, 20L), (task.Status.Counts.FeaturesMissing, task.Status.Counts.FeaturesUnknown));
    }

    [Fact]
    public async Task Another_label_starts_at_the_base_rate_and_learns_no_example_of_the_old_one()
    {
        TopologyPlan after = Before with { Version = "111111111111", Model = Before.Model! with { LabelEvent = "purchase" } };
        List<byte[]> log = Examples(Before, 7, 200);
        LearnerWorld world = new();
        await RunAsync(world, new LiveTopology(Before), after, log, new Random(7), switchAt: 200);
        Assert.Equal(Undisturbed(after, []), LearnerRecord.LearnerBytes(world.StoredRecord()!));

        List<byte[]> purchases = Examples(after, 8, 30, 20);
        log.AddRange([.. Examples(Before, 9, 5, 10), .. purchases]);
        using LearnerTask task = new(new LiveTopology(after), null, world, world, world.Time);
        await FeedAsync(task, log);

        Assert.Equal(5, task.Status.Counts.OtherLabel);
        Assert.Equal(30, task.Status.SinceStart.Examples);
        Assert.Equal(230, task.Status.Version);
        Assert.Equal(Undisturbed(after, purchases), LearnerRecord.LearnerBytes(world.StoredRecord()!));
    }

    [Fact]
    public async Task A_learner_that_died_after_its_switch_finds_that_it_was_made()
    {
        TopologyPlan after = WithRates(0.7);
        List<byte[]> log = Examples(Before, 10, 100);
        LearnerWorld world = new();
        LiveTopology live = new(Before);
        await RunAsync(world, live, after, log, new Random(10));
        byte[] stored = world.StoredRecord()!;
        List<TaskReport> reports = [];
        live.Reported += reports.Add;

        // The order still says switch: nobody heard of it. Without a replay it could not be made once more.
        using LearnerTask task = new(live, null, world, world, world.Time);
        await FeedAsync(task, log);

        Assert.Equal([TaskStage.Switched, TaskStage.Migrated], reports.Select(report => report.Stage));
        Assert.Equal(stored, world.StoredRecord());
        Assert.Equal(LearnerRecord.LearnerBytes(stored), Undisturbed(after, log));
    }

    [Fact]
    public async Task What_cannot_be_learned_anew_is_refused_and_the_old_version_goes_on()
    {
        List<byte[]> log = Examples(Before, 11, 100);
        LearnerWorld world = new();
        LiveTopology live = new(Before);
        List<TaskReport> reports = [];
        live.Reported += reports.Add;
        live.Give(new LiveOrder { Active = Before, Change = new PendingChange("c1", WithRates(0.7), ChangePhase.Prepare) });

        using LearnerTask task = new(live, null, world, world, world.Time);
        await FeedAsync(task, log);

        TaskReport failed = Assert.Single(reports);
        Assert.Equal((TaskStage.Failed, "the learner's rates change, and the training log cannot be read once more here"), (failed.Stage, failed.Problem));
        Assert.Equal(Undisturbed(Before, log), LearnerRecord.LearnerBytes(world.StoredRecord()!));
    }

    [Fact]
    public async Task A_change_that_is_called_off_leaves_no_trace_and_an_idle_learner_switches_all_the_same()
    {
        TopologyPlan after = WithRates(0.7);
        List<byte[]> log = Examples(Before, 12, 100);
        LearnerWorld world = new();
        LiveTopology live = new(Before);
        List<TaskStage> stages = [];
        live.Reported += report => stages.Add(report.Stage);
        using LearnerTask task = new(live, Replay(log, 0), world, world, world.Time);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        await task.AcquireAsync(0, Stop);
        batches.Writer.TryWrite(LearnerWorld.BatchOf(log, 0, 100));
        Task running = task.RunAsync(batches.Reader, _ => { }, Stop);

        live.Give(new LiveOrder { Active = Before, Change = new PendingChange("c1", after, ChangePhase.Prepare) });
        await UntilAsync(running, () => stages.Contains(TaskStage.Ready));
        live.Give(new LiveOrder { Active = Before });
        live.Give(new LiveOrder { Active = Before, Change = new PendingChange("c2", after, ChangePhase.Prepare) });
        await UntilAsync(running, () => stages.Count(stage => stage == TaskStage.Ready) == 2);
        Assert.DoesNotContain(TaskStage.Switched, stages);
        live.Give(new LiveOrder { Active = Before, Change = new PendingChange("c2", after, ChangePhase.Switch) });
        await UntilAsync(running, () => stages.Contains(TaskStage.Migrated));

        Assert.Equal(Undisturbed(after, log), LearnerRecord.LearnerBytes(world.StoredRecord()!));
        batches.Writer.Complete();
        await running.WaitAsync(Stop);
    }

    [Fact]
    public void A_record_that_knew_only_names_of_inputs_is_taken_over()
    {
        List<byte[]> log = Examples(Before, 13, 60);
        byte[] record = LearnerRecord.Undisturbed(Before, log.Select(each => new ReadOnlyMemory<byte>(each)));
        PackedReader packed = LearnerState.Open(record, out _, out _);
        PackedWriter old = new();
        old.Byte(1);
        old.VarUInt((ulong)Before.Schema.InputCount);
        foreach (string name in Before.Schema.InputNames)
        {
            old.Bytes(Encoding.UTF8.GetBytes(name));
        }

        for (int i = 0; i < 6; i++)
        {
            ulong number = packed.VarUInt();
            if (i < 5)
            {
                old.VarUInt(number);
            }
        }

        old.Raw(packed.Raw(packed.Remaining));
        old.UInt32(Crc32C.Of(old.Written));

        LearnerState state = new(Before);
        Assert.Null(state.Load(old.Written));
        PackedWriter saved = new();
        state.Save(saved);
        Assert.Equal(record, saved.Written.ToArray());
        Assert.Equal(LearnerRecord.LearnerBytes(record), LearnerRecord.LearnerBytes(old.Written));
    }

    private static TopologyPlan WithRates(double alpha) =>
        Before with { Version = "222222222222", Model = Before.Model! with { Learner = new LearnerOptions { Alpha = alpha } } };

    private static byte[] Undisturbed(TopologyPlan plan, IEnumerable<byte[]> log) =>
        LearnerRecord.LearnerBytes(LearnerRecord.Undisturbed(plan, log.Select(each => new ReadOnlyMemory<byte>(each))));

    private static ModelDocument[] Documents(LearnerWorld world) =>
        [.. world.On("mm.models").Select(value => JsonSerializer.Deserialize(value, DocumentJson.Default.ModelDocument)!)];

    // Counts and minutes at random; each from an origin of its own.
    private static List<byte[]> Examples(TopologyPlan plan, int seed, int count, int partition = 0)
    {
        Random random = new(seed);
        TrainingExampleWriter writer = new(plan.Schema, LabelId.Of(plan));
        List<byte[]> log = [];
        for (int i = 0; i < count; i++)
        {
            double[] values = [.. plan.Schema.Features.Select(feature => feature.Kind switch
            {
                FeatureKind.MinutesSince => random.Next(3) == 0 ? double.NaN : random.NextDouble() * 10_000,
                FeatureKind.Count => random.Next(20),
                _ => random.NextDouble() * 100,
            })];
            log.Add(writer.Write("visitor"u8, TestTopology.Day1Ms, random.Next(4) == 0, new Origin(partition, i, 0), values).ToArray());
        }

        return log;
    }

    private static TrainingReplay Replay(List<byte[]> log, long earliest) => stop =>
    {
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        for (long from = earliest; from < log.Count; from += 70)
        {
            batches.Writer.TryWrite(LearnerWorld.BatchOf(log, from, 70));
        }

        return batches.Reader;
    };

    // Lives and deaths until the whole log is learned and the switch, ordered somewhere in it, is made. Returns the deaths.
    private static async Task<int> RunAsync(
        LearnerWorld world, LiveTopology live, TopologyPlan after, List<byte[]> log, Random random, int crashesOneIn = 0, long earliest = 0,
        int? switchAt = null)
    {
        int prepareAt = switchAt ?? random.Next(log.Count);
        int goAt = switchAt ?? random.Next(prepareAt, log.Count);
        bool hasSwitched = false;
        live.Reported += report => hasSwitched |= report.Stage == TaskStage.Migrated;
        world.Fate = _ =>
        {
            if (crashesOneIn > 0 && random.Next(crashesOneIn) == 0)
            {
                throw new Crash();
            }
        };
        for (int crashes = 0; ; crashes++)
        {
            Assert.True(crashes < 10_000, "the learner makes no progress");
            LearnerTaskOptions options = new() { CommitRecordsMax = random.Next(1, 300) };
            using LearnerTask task = new(live, Replay(log, earliest), world, world, world.Time, options);
            try
            {
                long offset = await task.AcquireAsync(earliest, Stop);
                long taken = offset;
                Order(offset);
                Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
                while (offset < log.Count)
                {
                    RecordBatch batch = LearnerWorld.BatchOf(log, offset, random.Next(1, 100));
                    offset = batch.NextOffset;
                    batches.Writer.TryWrite(batch);
                }

                Task running = task.RunAsync(batches.Reader, Recycle, Stop);
                await UntilAsync(running, () => hasSwitched && Volatile.Read(ref taken) == log.Count);
                batches.Writer.Complete();
                await running.WaitAsync(Stop);
                return crashes;

                void Recycle(RecordBatch batch)
                {
                    world.Time.Advance(TimeSpan.FromMilliseconds(random.Next(100)));
                    Order(batch.NextOffset);
                    Volatile.Write(ref taken, batch.NextOffset);
                }
            }
            catch (Crash)
            {
                continue;
            }
        }

        void Order(long reached)
        {
            ChangePhase? wanted = reached >= goAt ? ChangePhase.Switch : reached >= prepareAt ? ChangePhase.Prepare : null;
            if (wanted is { } phase && (live.Order.Change is null || live.Order.Change.Phase < phase))
            {
                live.Give(new LiveOrder { Active = Before, Change = new PendingChange("c1", after, phase) });
            }
        }
    }

    private static async Task FeedAsync(LearnerTask task, List<byte[]> log)
    {
        long offset = await task.AcquireAsync(0, Stop);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        if (offset < log.Count)
        {
            batches.Writer.TryWrite(LearnerWorld.BatchOf(log, offset, 1_000));
        }

        batches.Writer.Complete();
        await task.RunAsync(batches.Reader, _ => { }, Stop);
    }

    private static async Task UntilAsync(Task running, Func<bool> condition)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            if (running.IsCompleted)
            {
                await running;
                Assert.Fail("the learner ended before its time");
            }

            await Task.Delay(1, deadline.Token);
        }
    }
}
