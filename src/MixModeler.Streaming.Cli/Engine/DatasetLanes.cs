using System.Collections.Immutable;
using System.Text.Json;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// The lanes of the datasets: a group and a host for each version of a dataset that is shown or is to be shown. A changed rule is another
/// version: its lane reads the topic from the oldest record while the earlier one goes on, and takes its place when it stands where the
/// log ended as it began. Owned by its own loop.
/// </summary>
/// <remarks>
/// What is shown, and which versions have state, stands in the catalog: all engines follow it, and any of them may make the step. State
/// that nobody wants is removed some seconds later, when every engine has let go of it.
/// </remarks>
internal sealed class DatasetLanes : IAsyncDisposable
{
    // How often the catalog is looked at: soon while something is about to be shown, for what other engines did otherwise.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // An engine that hears of a new version late still works on what the others do not want any more.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly KafkaOptions kafka;
    private readonly DatasetCatalog catalog;
    private readonly DatasetTasks tasks;
    private readonly LiveTopology live;
    private readonly Report report;
    private readonly TimeProvider clock;
    private readonly LogReader logs;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, long> unwantedSince = new(StringComparer.Ordinal);
    private volatile RunningLane[] running = [];
    private volatile ImmutableDictionary<string, string> shown = ImmutableDictionary<string, string>.Empty;
    private Task following = Task.CompletedTask;
    private volatile string? problem;

    public DatasetLanes(KafkaOptions kafka, DatasetCatalog catalog, DatasetTasks tasks, LiveTopology live, Report report, TimeProvider clock)
    {
        this.kafka = kafka;
        this.catalog = catalog;
        this.tasks = tasks;
        this.live = live;
        this.report = report;
        this.clock = clock;
        logs = new LogReader(kafka);
    }

    /// <summary>What runs here.</summary>
    public IReadOnlyList<RunningLane> Running => running;

    public IEnumerable<string?> Problems => running.Select(lane => lane.Host.Problem).Append(problem);

    /// <summary>Whether the table shows what a lane makes, as far as was heard.</summary>
    public bool IsShown(RunningLane lane) => lane.Wish.Dataset is not { } dataset || shown.GetValueOrDefault(dataset.Name) == dataset.Identity;

    /// <summary>Of the state of the lanes that run here.</summary>
    public IEnumerable<string> Scopes(string topology) => running.Where(lane => lane.Wish.Dataset is not null).SelectMany(lane =>
        lane.Host.Status.Partitions.Select(partition =>
            DatasetCatalog.ScopeOf(topology, lane.Wish.Dataset!.Name, lane.Wish.Dataset.Identity, partition.Partition)));

    public void Start() => following = Task.Run(() => FollowAsync(stopping.Token));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(running.Select(EndAsync));
        logs.Dispose();
        stopping.Dispose();
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (true)
        {
            Task changed = live.Changed;
            bool isSettled = await TryFollowAsync(live.Order, stop);
            await Task.WhenAny(changed, Task.Delay(isSettled ? Look : Glance, clock, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    // What fails here may pass: a store or a broker that is away. Lanes that run go on meanwhile.
    private async Task<bool> TryFollowAsync(LiveOrder order, CancellationToken stop)
    {
        try
        {
            bool isSettled = await StepAsync(order, stop);
            problem = null;
            return isSettled;
        }
        catch (Exception away) when (away is TaskLostException or InvalidOperationException or JsonException)
        {
            if (problem != away.Message)
            {
                report(Severity.Error, away.Message);
            }

            problem = away.Message;
            // Looked at again at leisure.
            return true;
        }
    }

    /// <summary>One look at the topology and the catalog, and what follows from it. False while something is about to be shown.</summary>
    private async Task<bool> StepAsync(LiveOrder order, CancellationToken stop)
    {
        TopologyPlan plan = order.Active;
        CatalogState state = await catalog.ReadAsync(stop);
        shown = state.Active.ToImmutableDictionary(each => each.Key, each => each.Value.Plan.Identity);
        if (plan.Harmonized.IsEmpty && state.Lanes.IsEmpty && state.Active.IsEmpty && running.Length == 0)
        {
            return true;
        }

        List<DatasetPlan> wanted = [.. plan.Harmonized.Datasets];
        // What is shown goes on until its successor is there.
        wanted.AddRange(plan.Harmonized.Datasets
            .Select(dataset => state.Active.GetValueOrDefault(dataset.Name)?.Plan)
            .OfType<DatasetPlan>()
            .Where(shown => wanted.All(dataset => dataset.Name != shown.Name || dataset.Identity != shown.Identity)));
        LaneWish[] wishes = order.Paused ? [] : [.. wanted.Select(dataset => LaneWish.Of(plan, dataset)), .. LaneWish.WardensOf(plan)];
        await EndOthersAsync(wishes);
        InvalidOperationException? unready = null;
        foreach (LaneWish wish in wishes.Where(wish => running.All(lane => !lane.Wish.Equals(wish))))
        {
            try
            {
                await BeginAsync(plan, wish, stop);
            }
            catch (InvalidOperationException away)
            {
                // A topic that cannot be had is no reason to let the others wait.
                unready ??= away;
            }
        }

        bool isSettled = order.Paused || await ShowAsync(plan, await catalog.ReadAsync(stop), stop);
        await SweepAsync(plan, await catalog.ReadAsync(stop), stop);
        return unready is null ? isSettled : throw unready;
    }

    private async Task EndOthersAsync(LaneWish[] wishes)
    {
        RunningLane[] ended = [.. running.Where(lane => !wishes.Contains(lane.Wish))];
        running = [.. running.Except(ended)];
        await Task.WhenAll(ended.Select(EndAsync));
    }

    private async Task BeginAsync(TopologyPlan plan, LaneWish wish, CancellationToken stop)
    {
        if (wish.Dataset is { } dataset)
        {
            int partitions = await KafkaTopics.EnsureAsync(kafka, wish.Topic, tasks.PartitionsOfNew, compacted: false);
            (long Low, long High)[] bounds = await Task.Run(
                () => Enumerable.Range(0, partitions).Select(partition => logs.Bounds(wish.Topic, partition)).ToArray(), stop);
            DatasetLane lane = new()
            {
                Dataset = dataset.Name,
                Identity = dataset.Identity,
                Topic = wish.Topic,
                Began = clock.GetUtcNow(),
                Lows = [.. bounds.Select(each => each.Low)],
                Ends = [.. bounds.Select(each => each.High)],
            };
            await catalog.BeginAsync(new DatasetVersion { Plan = dataset, Partitions = partitions }, lane, stop);
        }

        KafkaTaskHost host = new(kafka, wish.GroupOf(plan.Name), wish.Topic, partition => tasks.Create(plan, wish, partition), report);
        host.Start();
        running = [.. running, new RunningLane(wish, host)];
    }

    /// <summary>The step from the version that is shown to the one that is wanted. False while one has not caught up.</summary>
    private async Task<bool> ShowAsync(TopologyPlan plan, CatalogState state, CancellationToken stop)
    {
        bool isSettled = true;
        foreach (DatasetPlan dataset in plan.Harmonized.Datasets)
        {
            if (state.Active.GetValueOrDefault(dataset.Name) is not { } shown || state.Lane(dataset.Name, dataset.Identity) is not { } lane)
            {
                isSettled = false;
                continue;
            }

            DatasetVersion wanted = new() { Plan = dataset, Partitions = lane.Ends.Length };
            if (shown.Plan.Identity == dataset.Identity)
            {
                // The same numbers under a changed week or status: readers learn of it from the catalog.
                if (shown.Text != wanted.ToText())
                {
                    await catalog.FlipAsync(shown, wanted, stop);
                }
            }
            else if (await catalog.IsCaughtUpAsync(lane, stop))
            {
                if (await catalog.FlipAsync(shown, wanted, stop))
                {
                    report(Severity.Information, $"dataset '{dataset.Name}' shows version {dataset.Identity} in place of {shown.Plan.Identity}");
                }

                isSettled = false;
            }
            else
            {
                isSettled = false;
            }
        }

        return isSettled;
    }

    /// <summary>Removes what nobody has wanted for a while.</summary>
    private async Task SweepAsync(TopologyPlan plan, CatalogState state, CancellationToken stop)
    {
        HashSet<string> unwanted = new(StringComparer.Ordinal);
        foreach (DatasetVersion version in state.Active.Values.Where(each => plan.Harmonized.Datasets.All(dataset => dataset.Name != each.Plan.Name)))
        {
            if (IsLongUnwanted(unwanted, version.Plan.Name))
            {
                await catalog.HideAsync(version, stop);
            }
        }

        foreach (DatasetLane lane in state.Lanes.Where(lane => !IsWanted(plan, state, lane)))
        {
            if (IsLongUnwanted(unwanted, $"{lane.Dataset}.{lane.Identity}"))
            {
                await catalog.RemoveAsync(lane, stop);
                report(Severity.Information, $"version {lane.Identity} of dataset '{lane.Dataset}' is gone");
            }
        }

        foreach (string again in unwantedSince.Keys.Except(unwanted).ToArray())
        {
            unwantedSince.Remove(again);
        }
    }

    private static bool IsWanted(TopologyPlan plan, CatalogState state, DatasetLane lane) =>
        plan.Harmonized.Datasets.Any(dataset => dataset.Name == lane.Dataset && dataset.Identity == lane.Identity)
        || state.Active.GetValueOrDefault(lane.Dataset)?.Plan.Identity == lane.Identity;

    private bool IsLongUnwanted(HashSet<string> unwanted, string what)
    {
        unwanted.Add(what);
        unwantedSince.TryAdd(what, clock.GetTimestamp());
        return clock.GetElapsedTime(unwantedSince[what]) >= Grace;
    }

    private static async Task EndAsync(RunningLane lane)
    {
        await lane.Host.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await lane.Host.DisposeAsync();
    }
}
