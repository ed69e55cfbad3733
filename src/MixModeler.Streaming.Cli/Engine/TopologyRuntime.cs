using System.Collections.Immutable;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// The control plane of one process: follows the control log, tells tasks what to do and the log what they did, takes its turn as
/// coordinator, answers the control port.
/// </summary>
internal sealed class TopologyRuntime : IAsyncDisposable
{
    // A change that is still being prepared is given up when nothing was heard of it for so long.
    private static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CatchUpPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StateWalkMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainGlance = TimeSpan.FromMilliseconds(200);

    private readonly string name;
    private readonly string engine = $"{Environment.MachineName}-{Environment.ProcessId}";
    private readonly KafkaOptions kafka;
    private readonly string? redis;
    private readonly TopicNames topics;
    private readonly Report report;
    private readonly ControlLogFollower follower;
    private readonly PlanShelf shelf = new();
    private readonly KafkaRecordSink sink;
    private readonly ControlLogWriter writer;
    private readonly LogReader logs;
    private readonly KafkaTail tail;
    private readonly TopologyControl control;
    private readonly ReplayRates rates = new(TimeProvider.System);
    private readonly CancellationTokenSource stopping = new();
    private LiveOrders? orders;
    private TaskReportLog? reports;
    private DivergenceLog? divergences;
    private KafkaTaskHost? coordinator;
    private Task draining = Task.CompletedTask;
    private volatile bool ready;

    /// <param name="name">Of the topology.</param>
    /// <param name="topics">Where the control log and the events are.</param>
    /// <param name="kafka">How to reach Kafka.</param>
    /// <param name="producer">Of this process.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    /// <param name="redis">Where the state is, for estimates; null if that is not to be asked.</param>
    public TopologyRuntime(string name, TopicNames topics, KafkaOptions kafka, KafkaProducer producer, Report report, string? redis = null)
    {
        this.redis = redis;
        this.name = name;
        this.topics = topics;
        this.kafka = kafka;
        this.report = report;
        follower = new ControlLogFollower(report);
        sink = producer.CreateSink();
        writer = new ControlLogWriter(sink, topics.Topologies);
        logs = new LogReader(kafka);
        tail = new KafkaTail(kafka, topics.Topologies, follower.Read, report);
        control = new TopologyControl(name, engine, follower, shelf, writer, SizesAsync, TimeProvider.System) { Check = PlanTerms.Check };
    }

    /// <summary>Takes wishes; null until the control log has been read.</summary>
    public TopologyControl? Control => ready ? control : null;

    /// <summary>What the tasks of this process obey. After <see cref="StartAsync"/>.</summary>
    public LiveTopology Live { get; private set; } = null!;

    /// <summary>What the versions of a change in the shadow are compared with. After <see cref="StartAsync"/>.</summary>
    public VersionComparisons Comparisons { get; private set; } = null!;

    /// <summary>What the tasks of this process spend their time on, for estimates.</summary>
    public Func<IEnumerable<TaskTimes>> Times { get; set; } = static () => [];

    public Task Completion => Task.WhenAny(tail.Completion, coordinator?.Completion ?? tail.Completion).Unwrap();

    public IEnumerable<string> Problems => new[] { tail.Problem, coordinator?.Problem, orders?.Problem }.OfType<string>();

    /// <summary>Reads the log, agrees on what runs, and joins the coordinators. The topic must exist.</summary>
    /// <param name="file">What this process was given to run; null if only a name.</param>
    /// <param name="committed">Where the tasks of this process stand, by partition.</param>
    /// <param name="stop">Gives up.</param>
    public async Task StartAsync(TopologyPlan? file, Func<IEnumerable<(int Partition, long Offset)>> committed, CancellationToken stop)
    {
        tail.Start();
        await tail.CaughtUp.WaitAsync(stop);
        TopologyPlan active = await control.AgreeAsync(file, engine, report, stop);
        Live = new LiveTopology(active) { CatchUpAsync = CatchUpAsync };
        Live.Reported += rates.Take;
        reports = new TaskReportLog(engine, Live, writer, TimeProvider.System, report);
        Comparisons = new VersionComparisons(Live);
        divergences = new DivergenceLog(engine, Live, Comparisons, writer, TimeProvider.System, report);
        orders = new LiveOrders(follower, shelf, Live, report);
        orders.Follow();
        ready = true;
        coordinator = new KafkaTaskHost(kafka, $"{name}-control", topics.Topologies, _ => CreateCoordinator(), report);
        coordinator.Start();
        draining = ReportDrainsAsync(committed, stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (coordinator is not null)
        {
            await coordinator.DisposeAsync();
        }

        foreach (IAsyncDisposable? log in new IAsyncDisposable?[] { divergences, reports })
        {
            if (log is not null)
            {
                await log.DisposeAsync();
            }
        }

        await tail.DisposeAsync();
        logs.Dispose();
        writer.Dispose();
        sink.Dispose();
        stopping.Dispose();
    }

    // A name for every coordinator that ever was: what it writes must not replace what another one wrote.
    private CoordinatorTask CreateCoordinator()
    {
        ChangeCoordinator decides = new(
            $"{engine}-{Guid.NewGuid().ToString("N")[..12]}", (state, change) => ChangeObjection.To(state, change, shelf), ChangePatience);
        return new CoordinatorTask(name, follower, decides, writer, TimeProvider.System);
    }

    private async Task CatchUpAsync(CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(CatchUpPatience);
        try
        {
            (_, long end) = await Task.Run(() => logs.Bounds(topics.Topologies, 0), stop);
            await follower.ReachAsync(end, patience.Token);
        }
        catch (Exception away) when (away is InvalidOperationException || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            throw new TaskLostException(TaskLoss.OutputAway, "The control log cannot be read to its end, so it is not known what to run.", away);
        }
    }

    private async Task<TopologySizes> SizesAsync(bool withState, CancellationToken stop)
    {
        (PartitionSize[] events, PartitionSize training) = await Task.Run(() => LogSizes(stop), stop);
        IReadOnlyDictionary<string, ScopeSize> stored = await StateSizesAsync(withState ? [.. events.Select(each => Scope(each.Partition))] : [], stop);
        TaskTimes[] times = [.. Times()];
        return new TopologySizes
        {
            CommitMs = times.Select(each => each.CommitMicros).DefaultIfEmpty().Max() / 1_000,
            LoadMs = times.Select(each => each.LoadMicros).DefaultIfEmpty().Max() / 1_000,
            ReplayEventsPerSecond = rates.EventsPerSecond,
            ReplayExamplesPerSecond = rates.ExamplesPerSecond,
            Partitions = [.. events.Select(each => stored.TryGetValue(Scope(each.Partition), out ScopeSize size)
                ? each with { Keys = size.Keys, Bytes = size.Bytes, IsExact = size.IsExact }
                : each with { IsExact = false })],
            Training = training,
            Topics = await Task.Run(() => DatasetLogs(stop), stop),
            Features = Live.Order.Active.Schema.Features.Length,
        };

        string Scope(int partition) => $"{name}:{partition}";
    }

    private (PartitionSize[] Events, PartitionSize Training) LogSizes(CancellationToken stop)
    {
        PartitionSize[] events = LogSizes(topics.Events, stop);
        (long oldest, long newest) = logs.Bounds(topics.Training, 0);
        return (events, new PartitionSize(0, 0, 0, oldest, newest));
    }

    private PartitionSize[] LogSizes(string topic, CancellationToken stop)
    {
        PartitionSize[] sizes = new PartitionSize[logs.Partitions(topic)];
        for (int partition = 0; partition < sizes.Length; partition++)
        {
            stop.ThrowIfCancellationRequested();
            (long low, long high) = logs.Bounds(topic, partition);
            sizes[partition] = new PartitionSize(partition, 0, 0, low, high);
        }

        return sizes;
    }

    // Only of topics that datasets read already: others need not exist, and asking for a topic may create it.
    private ImmutableDictionary<string, ImmutableArray<PartitionSize>> DatasetLogs(CancellationToken stop) =>
        Live.Order.Active.Harmonized.Datasets.Select(dataset => topics.Prefix + dataset.Topic).Distinct()
            .ToImmutableDictionary(topic => topic, topic => LogSizes(topic, stop).ToImmutableArray());

    // An estimate may miss what a store that is away cannot tell; the change itself will meet it again.
    private async Task<IReadOnlyDictionary<string, ScopeSize>> StateSizesAsync(string[] scopes, CancellationToken stop)
    {
        if (redis is null || scopes.Length == 0)
        {
            return new Dictionary<string, ScopeSize>();
        }

        try
        {
            await using RedisConnection connection = await RedisConnection.ConnectAsync(
                new RedisOptions { Configuration = redis }, TimeProvider.System, stop);
            return await new RedisScopeSize(connection).ReadAsync(scopes, StateWalkMax, stop);
        }
        catch (TaskLostException)
        {
            return new Dictionary<string, ScopeSize>();
        }
    }

    private async Task ReportDrainsAsync(Func<IEnumerable<(int Partition, long Offset)>> committed, CancellationToken stop)
    {
        using PeriodicTimer tick = new(DrainGlance);
        while (await tick.WaitForNextTickAsync(stop))
        {
            IReadOnlyList<ControlEntry> answers = DrainReports.Of(follower.Of(name), committed(), engine);
            if (answers.Count > 0)
            {
                try
                {
                    await writer.AppendAsync(answers, stop);
                }
                catch (TaskLostException away)
                {
                    report(Severity.Warning, $"That a partition is drained did not reach the control log and is said again: {away.Message}");
                }
            }
        }
    }
}
