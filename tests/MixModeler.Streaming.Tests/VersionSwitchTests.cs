using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using static MixModeler.Streaming.Tests.TestTopology;

namespace MixModeler.Streaming.Tests;

/// <summary>A task goes from version to version in the middle of its log.</summary>
public class VersionSwitchTests
{
    private const int Events = 4_000;

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_that_keeps_everything_switches_between_two_events_and_changes_no_state()
    {
        string[] log = Log(1);
        TopologyPlan first = PlanOf();
        TopologyPlan second = first with { Version = "111111111111", Decisions = first.Decisions with { Version = "111111111111" } };
        World world = await World.RunAsync(log, first, (1_500, second));

        Assert.Equal("111111111111", world.Task.Progress.Version);
        Assert.Equal((Events, 0L, 0L), (world.Task.Progress.Applied, world.Task.Progress.Lost, world.Task.Progress.Duplicated));
        Assert.Equal(1_500, Assert.Single(world.Reports, r => r.Stage == TaskStage.Switched).Offset);
        await AssertSameRecordsAsync(await World.RunAsync(log, first), world, log);
    }

    [Fact]
    public async Task A_new_feature_is_rebuilt_from_the_log_and_the_others_stay_to_the_last_bit()
    {
        string[] log = Log(2);
        TopologyPlan first = PlanOf();
        TopologyPlan second = With(first, "222222222222", new Feature("searches", FeatureKind.Count), new FeatureMatch("channel._id", "search"));
        World world = await World.RunAsync(log, first, (3_500, second));

        // The whole log under the second version from the start is what the change must have led to.
        await AssertSameRecordsAsync(await World.RunAsync(log, second), world, log);
        Assert.Equal(["change0"], world.ShadowLanes);
        Assert.Contains(world.Reports, r => r.Stage == TaskStage.Migrated);
    }

    [Fact]
    public async Task A_removed_feature_is_gone_and_comes_back_from_the_log_at_a_rollback()
    {
        string[] log = Log(3);
        TopologyPlan first = PlanOf();
        TopologyPlan second = Without(first, "333333333333", 1);
        TopologyPlan back = first with { Version = "343434343434" };
        World world = await World.RunAsync(log, first, (1_000, second), (2_500, back));
        await AssertSameRecordsAsync(await World.RunAsync(log, first), world, log);

        World gone = await World.RunAsync(log, first, (1_000, second));
        await AssertSameRecordsAsync(await World.RunAsync(log, second), gone, log);
    }

    [Fact]
    public async Task Renamed_and_reordered_features_keep_their_state_without_a_replay()
    {
        string[] log = Log(4);
        TopologyPlan first = PlanOf();
        TopologyPlan second = first with
        {
            Version = "444444444444",
            Schema = new FeatureSchema([.. first.Schema.Features.Reverse().Select(f => f with { Name = "my_" + f.Name })]),
            Matches = [.. first.Matches.Reverse()],
        };
        World world = await World.RunAsync(log, first, (2_000, second));
        await AssertSameRecordsAsync(await World.RunAsync(log, second), world, log);
        Assert.Empty(world.ShadowLanes);
    }

    [Fact]
    public async Task Another_horizon_of_the_label_rebuilds_the_waiting_decisions()
    {
        string[] log = Log(5);
        TopologyPlan first = PlanOf();
        TopologyPlan second = first with { Version = "555555555555", Model = first.Model! with { LabelWithin = TimeSpan.FromDays(3) } };
        World world = await World.RunAsync(log, first, (2_000, second));
        await AssertSameRecordsAsync(await World.RunAsync(log, second), world, log, dueToo: true);
    }

    [Fact]
    public async Task Whoever_is_named_otherwise_starts_from_the_replayed_log_and_old_keys_are_emptied()
    {
        string[] log = Log(6);
        TopologyPlan first = PlanOf();
        TopologyPlan second = first with { Version = "666666666666", Source = first.Source with { IdentityPaths = ["session"] } };
        World world = await World.RunAsync(log, first, (2_000, second));
        World expected = await World.RunAsync(log, second);
        byte[][] keys = (await expected.Store.ScanAsync(null, int.MaxValue, Stop)).Keys;
        Assert.NotEmpty(keys);
        Assert.Equal(await expected.Store.LoadAsync(keys, Stop), await world.Store.LoadAsync(keys, Stop));
        byte[][] others = [.. (await world.Store.ScanAsync(null, int.MaxValue, Stop)).Keys.ExceptBy(keys.Select(Convert.ToHexString), Convert.ToHexString)];
        Assert.NotEmpty(others);
        Assert.All(await world.Store.LoadAsync(others, Stop), record => Assert.Empty(record!));
    }

    [Fact]
    public async Task A_version_that_cannot_run_never_stops_the_old_one()
    {
        string[] log = Log(7);
        TopologyPlan first = PlanOf();
        // Fails when the first example leaves the task: there is a feature more than there are matches.
        TopologyPlan bad = first with { Version = "777777777777", Matches = first.Matches.RemoveAt(3) };
        World world = await World.RunAsync(log, first, (1_000, bad));
        Assert.Contains(world.Reports, r => r.Stage == TaskStage.Failed && r.Problem is { Length: > 0 });
        Assert.Equal(first.Version, world.Task.Progress.Version);
        Assert.Equal((Events, 0L), (world.Task.Progress.Applied, world.Task.Progress.Lost));
        await AssertSameRecordsAsync(await World.RunAsync(log, first), world, log);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Dying_anywhere_on_the_way_leads_to_the_same_state(int seed)
    {
        Random random = new(seed);
        string[] log = Log(seed);
        TopologyPlan first = PlanOf();
        TopologyPlan second = With(first, "888888888888", new Feature("searches", FeatureKind.Count), new FeatureMatch("channel._id", "search"));
        World world = new(log, first);
        LiveOrder order = new() { Active = first };
        int deaths = 0;
        while (world.Position < Events)
        {
            order = world.Position switch
            {
                < 1_000 => order,
                < 2_000 => new LiveOrder { Active = first, Change = new PendingChange("c", second, ChangePhase.Prepare) },
                _ => new LiveOrder { Active = first, Change = new PendingChange("c", second, ChangePhase.Switch) },
            };
            world.Live.Give(order);
            deaths += await world.DieAfterAsync(random.Next(1, 12), random) ? 1 : 0;
        }

        await world.FinishAsync();
        Assert.True(deaths > 5, $"seed {seed}: only {deaths} deaths");
        Assert.Equal(second.Version, world.Task.Progress.Version);
        Assert.Equal((Events, 0L, 0L), (world.Task.Progress.Applied, world.Task.Progress.Lost, world.Task.Progress.Duplicated));
        await AssertSameRecordsAsync(await World.RunAsync(log, second), world, log);
    }

    [Fact]
    public async Task Two_versions_side_by_side_are_compared_on_the_same_events()
    {
        string[] log = Log(9);
        TopologyPlan first = PlanOf();
        TopologyPlan same = first with { Version = "999999999999" };
        TopologyPlan other = With(first, "aaaaaaaaaaaa", new Feature("searches", FeatureKind.Count), new FeatureMatch("channel._id", "search"));

        DivergenceReport none = await World.CompareAsync(log, first, same, 1_000);
        Assert.True(none.IsEmpty, string.Join('\n', none.Examples));
        Assert.InRange(none.Outputs["scores"].Same, 2_500, 3_000);

        DivergenceReport some = await World.CompareAsync(log, first, other, 1_000);
        Assert.Equal(["searches"], some.FeaturesOnlyRight);
        Assert.Equal((0L, 0L), (some.Outputs["scores"].OnlyLeft, some.Outputs["scores"].OnlyRight));
        Assert.Equal(none.Outputs["scores"].Same, some.Outputs["scores"].Same + some.Outputs["scores"].Different);
    }

    [Fact]
    public async Task A_paused_task_holds_still_at_a_commit_and_goes_on_where_it_stood()
    {
        string[] log = Log(8);
        World world = new(log, PlanOf());
        await world.Task.AcquireAsync(0, Stop);
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        world.Live.Give(world.Live.Order with { Paused = true });
        Task run = world.Task.RunAsync(channel.Reader, _ => { }, Stop);
        channel.Writer.TryWrite(Batch(0, log[..100]));
        await Task.Delay(30, Stop);
        Assert.Equal(0, world.Task.CommittedOffset);
        world.Live.Give(world.Live.Order with { Paused = false });
        await UntilAsync(() => world.Task.CommittedOffset == 100);
        world.Live.Give(world.Live.Order with { Paused = true });
        channel.Writer.TryWrite(Batch(100, log[100..200]));
        await Task.Delay(30, Stop);
        world.Task.LetGo();
        channel.Writer.Complete();
        await run.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.InRange(world.Task.CommittedOffset, 100, 200);
    }

    private static async Task AssertSameRecordsAsync(World expected, World found, string[] log, bool dueToo = false)
    {
        byte[][] visitors = [.. Enumerable.Range(0, 60).Select(v => Encoding.UTF8.GetBytes($"v{v}"))];
        byte[]?[] wanted = await expected.Store.LoadAsync(visitors, Stop);
        byte[]?[] had = await found.Store.LoadAsync(visitors, Stop);
        Assert.True(wanted.Count(r => r is not null) > 30, "the log has too few visitors");
        for (int i = 0; i < visitors.Length; i++)
        {
            Assert.True(wanted[i].AsSpan().SequenceEqual(had[i]), $"visitor v{i} differs: {wanted[i]?.Length} and {had[i]?.Length} bytes");
        }

        DueKey[] due = await found.Store.LoadDueAsync(0, long.MaxValue, int.MaxValue, Stop);
        Assert.Equal(
            (await expected.Store.LoadDueAsync(0, long.MaxValue, int.MaxValue, Stop)).Select(d => (d.DueMs, Convert.ToHexString(d.Key))),
            due.Select(d => (d.DueMs, Convert.ToHexString(d.Key))));
        Assert.True(!dueToo || due.Length > 0);
        Assert.Equal(log.Length, found.Task.Progress.NextOffset);
    }

    private static TopologyPlan With(TopologyPlan plan, string version, Feature feature, FeatureMatch match) => plan with
    {
        Version = version,
        Schema = new FeatureSchema([feature, .. plan.Schema.Features]),
        Matches = [match, .. plan.Matches],
    };

    private static TopologyPlan Without(TopologyPlan plan, string version, int feature) => plan with
    {
        Version = version,
        Schema = new FeatureSchema([.. plan.Schema.Features.RemoveAt(feature)]),
        Matches = plan.Matches.RemoveAt(feature),
    };

    private static string[] Log(int seed)
    {
        Random random = new(seed);
        string[] log = new string[Events];
        for (int i = 0; i < log.Length; i++)
        {
            string type = random.Next(30) == 0 ? Label : random.Next(2) == 0 ? "open" : "click";
            string more = random.Next(3) == 0
                ? $$$""","channel":{"_id":"search"},"commerce":{"order":{"priceTotal":{{{random.Next(100)}}}}},"session":"s{{{random.Next(20)}}}" """
                : "";
            long atMs = Day1Ms + i * 300_000L - random.Next(40) * 60_000L;
            log[i] = random.Next(60) == 0 ? "{" : Event($"v{random.Next(60)}", type, atMs, $"id{random.Next(Events)}", more);
        }

        return log;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(2, deadline.Token);
        }
    }

    /// <summary>A task, its store, its log, and what is wanted of it.</summary>
    private sealed class World
    {
        private readonly string[] log;
        private readonly MemoryLog memory;

        public World(string[] log, TopologyPlan first)
        {
            this.log = log;
            memory = new MemoryLog(log);
            Live = new LiveTopology(first);
            Live.Reported += report =>
            {
                lock (Reports)
                {
                    Reports.Add(report);
                }
            };
            Task = NewTask();
        }

        public LiveTopology Live { get; }

        public MemoryStateStore Store { get; } = new();

        public List<TaskReport> Reports { get; } = [];

        public PartitionTask Task { get; private set; }

        /// <summary>Changes that needed one.</summary>
        public IEnumerable<string> ShadowLanes => memory.Changes;

        public int Position => (int)Task.CommittedOffset;

        public static async Task<World> RunAsync(string[] log, TopologyPlan first, params (int At, TopologyPlan Next)[] changes)
        {
            World world = new(log, first);
            await world.Task.AcquireAsync(0, Stop);
            Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
            Task run = world.Task.RunAsync(channel.Reader, _ => { }, Stop);
            int position = 0;
            int number = 0;
            foreach ((int at, TopologyPlan next) in changes)
            {
                await world.FeedAsync(channel, position, at);
                position = at;
                string id = $"change{number++}";
                world.Live.Give(world.Live.Order with { Change = new PendingChange(id, next, ChangePhase.Prepare) });
                await UntilAsync(() => world.Has(id, TaskStage.Ready) || world.Has(id, TaskStage.Failed));
                if (world.Has(id, TaskStage.Failed))
                {
                    world.Live.Give(world.Live.Order with { Change = null });
                    continue;
                }

                world.Live.Give(world.Live.Order with { Change = new PendingChange(id, next, ChangePhase.Switch) });
                await UntilAsync(() => world.Has(id, TaskStage.Switched) && world.Has(id, TaskStage.Migrated));
                world.Live.Give(new LiveOrder { Active = next });
            }

            await world.FeedAsync(channel, position, log.Length);
            channel.Writer.Complete();
            await run.WaitAsync(Stop);
            return world;
        }

        /// <summary>Runs the second version beside the first from an offset to the end of the log.</summary>
        public static async Task<DivergenceReport> CompareAsync(string[] log, TopologyPlan first, TopologyPlan second, int from)
        {
            World world = new(log, first);
            VersionComparisons comparisons = new(world.Live);
            world.memory.Comparisons = comparisons;
            await world.Task.AcquireAsync(0, Stop);
            Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
            Task run = world.Task.RunAsync(channel.Reader, _ => { }, Stop);
            await world.FeedAsync(channel, 0, from);
            world.Live.Give(new LiveOrder { Active = first, Change = new PendingChange("beside", second, ChangePhase.Prepare, RunsBeside: true) });
            await UntilAsync(() => world.Has("beside", TaskStage.Ready));
            await world.FeedAsync(channel, from, log.Length);
            await UntilAsync(() => comparisons.ReportOf("beside")!.Waiting == 0);
            channel.Writer.Complete();
            await run.WaitAsync(Stop);
            return comparisons.ReportOf("beside")!;
        }

        /// <summary>A new holder works for a while and is gone at once; whatever it had not committed is lost with it.</summary>
        public async Task<bool> DieAfterAsync(int batches, Random random)
        {
            Task = NewTask();
            int position = (int)await Task.AcquireAsync(0, Stop);
            Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
            using CancellationTokenSource death = new();
            Task run = Task.RunAsync(channel.Reader, _ => { }, death.Token);
            for (int i = 0; i < batches && position < log.Length; i++)
            {
                int count = Math.Min(random.Next(1, 80), log.Length - position);
                channel.Writer.TryWrite(Batch(position, log[position..(position + count)]));
                position += count;
                await System.Threading.Tasks.Task.Delay(random.Next(4), Stop);
            }

            await death.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(run.IsCanceled || run.IsCompletedSuccessfully, run.Exception?.ToString());
            return run.IsCanceled;
        }

        public async Task FinishAsync()
        {
            Task = NewTask();
            int position = (int)await Task.AcquireAsync(0, Stop);
            Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
            Task run = Task.RunAsync(channel.Reader, _ => { }, Stop);
            await FeedAsync(channel, position, log.Length);
            await UntilAsync(() => Has("c", TaskStage.Migrated));
            channel.Writer.Complete();
            await run.WaitAsync(Stop);
        }

        private bool Has(string id, TaskStage stage)
        {
            lock (Reports)
            {
                return Reports.Any(r => r.ChangeId == id && r.Stage == stage);
            }
        }

        private async Task FeedAsync(Channel<RecordBatch> channel, int from, int to)
        {
            for (int at = from; at < to; at += 250)
            {
                channel.Writer.TryWrite(Batch(at, log[at..Math.Min(to, at + 250)]));
            }

            await UntilAsync(() => Task.CommittedOffset == to);
        }

        private PartitionTask NewTask() => new(new TaskParts
        {
            Live = Live,
            Partition = 0,
            Store = Store,
            Sink = new RecordingSink(),
            Models = new ModelRegister(Live.Order.Active),
            VisitorsMax = 20,
            Shadows = memory,
        });
    }
}
