using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using MixModeler.Streaming.Control;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>One engine: wires Kafka, Redis, the tasks, the learner, the hub and the control port together. No logic of its own.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private static readonly TimeSpan FollowAgainAfter = TimeSpan.FromSeconds(2);

    private readonly EngineOptions options;
    private readonly Report report;
    private readonly KafkaOptions kafka;
    private readonly TopicNames topics;
    private readonly TopologyRuntime runtime;
    private readonly KafkaShadowLanes shadows;
    private readonly KafkaProducer producer;
    private readonly Announcements announcements;
    private readonly ConcurrentDictionary<int, PartitionTask> tasks = new();
    private readonly FlowTaps taps = new();
    private readonly LiveTaps liveTaps;
    private readonly CancellationTokenSource stopping = new();
    private Task following = Task.CompletedTask;
    // Known when the control log has been read.
    private volatile TopologyPlan topology = null!;
    private ModelRegister models = null!;
    private RedisConnection? redis;
    private KafkaTail? modelTail;
    private KafkaTail? scoreTail;
    private KafkaTaskHost? taskHost;
    private KafkaTaskHost? learnerHost;
    private KeyedLanes? keyedLanes;
    private AttributionLanes? attributionLanes;
    private MixLane? mixLane;
    private DatasetTasks? datasetTasks;
    private DatasetLanes? datasetLanes;
    private HarmonizedView? harmonized;
    private RedisMeasurements? measurements;
    private MixDesk? mixes;
    private LearnerTask? learner;
    private HubServer? hub;
    private ControlServer? control;
    private StateSizes? sizes;
    private volatile bool started;
    // What the topics of the events really have, whatever the options ask for.
    private int partitions;
    private volatile string? followProblem;

    public EngineProcess(EngineOptions options, Report report)
    {
        this.options = options;
        this.report = report;
        kafka = options.Kafka;
        topics = options.Topics;
        producer = new KafkaProducer(kafka, report);
        announcements = new Announcements(producer, topics, report);
        liveTaps = new LiveTaps(() => topology, taps, TimeProvider.System);
        runtime = new TopologyRuntime(options.Name, topics, kafka, producer, report, options.Redis)
        {
            Times = () => tasks.Values.Select(task => task.Times),
        };
        shadows = new KafkaShadowLanes(
            kafka,
            topics.Events,
            (change, partition) => new RedisStateStore(redis!, $"{options.Name}~{change}:{partition}"),
            (change, partition, offset) => runtime!.Comparisons.Open(change, partition, offset));
    }

    public int HubPort => hub?.Port ?? 0;

    public async Task StartAsync(CancellationToken stop)
    {
        // Ports first: a taken one should be known before anything joins a group.
        IPAddress bind = IPAddress.Parse(options.ControlBind);
        control = await ControlServer.StartAsync(
            bind, options.ControlPort, Status, stop, () => runtime.Control, () => liveTaps, () => harmonized, () => measurements, () => mixes, () => mixes);
        if (options.RunsHub)
        {
            HubOptions at = new() { Bind = options.HubBind, Port = options.HubPort };
            hub = new HubServer(at, announcements.DecisionsAsync, TimeProvider.System, version => runtime.Live?.PlanOf(version));
            hub.Start();
        }

        redis = await RedisConnection.ConnectAsync(new RedisOptions { Configuration = options.Redis }, TimeProvider.System, stop);
        partitions = await NeededTopics.EnsureAsync(kafka, topics, options.Partitions, report, stop);
        await StartTopologyAsync(stop);
        measurements = new RedisMeasurements(redis, () => runtime.Live.Order.Active, partitions);
        mixes = new MixDesk(() => runtime.Live.Order.Active, redis, producer);
        await StartModelsAsync(stop);
        StartHubTail();
        StartDatasets();
        await FollowLanesAsync();
        StartTasks();
        sizes = options.RunsTasks ? new StateSizes(options.Redis, Scopes) : null;
        StartLearner();
        await announcements.TopologyAsync(topology, stop);
        following = FollowVersionsAsync(stopping.Token);
        started = true;
        report(Severity.Information, $"engine runs topology '{topology.Name}' version {topology.Version}; status at http://{options.ControlBind}:{options.ControlPort}/v1/status");
    }

    /// <summary>Ends early only when a part failed for a reason of its own.</summary>
    public async Task RunUntilAsync(CancellationToken stop)
    {
        Task stopped = Settings.UntilStoppedAsync(stop);
        Task?[] all = [taskHost?.Completion, learnerHost?.Completion, scoreTail?.Completion, modelTail?.Completion, runtime.Completion];
        Task[] parts = [.. all.OfType<Task>()];
        Task first = await Task.WhenAny([stopped, .. parts]);
        if (first != stopped && first.IsFaulted)
        {
            throw new CommandException(ExitCode.Failed, $"The engine stops: {first.Exception!.InnerException!.Message}");
        }
    }

    /// <summary>Drains and commits what was read, then lets go.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync(taskHost);
        if (keyedLanes is not null)
        {
            await keyedLanes.DisposeAsync();
        }

        await StopAsync(learnerHost);
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[]
        {
            mixLane, attributionLanes, datasetLanes, sizes, control, harmonized, runtime, scoreTail, modelTail, hub, redis,
        })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        mixes?.Dispose();
        producer.Dispose();
        announcements.Dispose();
        stopping.Dispose();

        static async Task StopAsync(KafkaTaskHost? host)
        {
            if (host is not null)
            {
                await host.StopAsync();
                await host.DisposeAsync();
            }
        }
    }

    public EngineStatus Status()
    {
        if (topology is null || models is null)
        {
            string[] problems = [.. Problems()];
            return new EngineStatus { Topology = options.Name, Healthy = problems.Length == 0, Problems = problems };
        }

        EngineStatus status = EngineReport.Of(
            topology, tasks, [.. Beside()], scope => sizes?.Of(scope) ?? default,
            taskHost?.Status, learnerHost?.Status, learner?.Status, hub?.Status(), HubPort, models.Current.Version, Problems());
        status.Datasets = [.. Datasets()];
        status.Attributions = [.. attributionLanes?.Reports ?? []];
        status.Mixes = [.. mixLane?.Standings ?? []];
        status.Operators = [.. status.Operators, .. DatasetOperators.Of(status.Datasets, status.Operators)];
        status.Started = started;
        return status;
    }

    private IEnumerable<DatasetReport> Datasets() => datasetLanes?.Running.Where(lane => lane.Wish.Dataset is not null).Select(lane =>
        datasetTasks!.ReportOf(topology.Name, lane, datasetLanes.IsShown(lane), scope => sizes?.Of(scope) ?? default)) ?? [];

    private IEnumerable<string> Scopes() => tasks.Keys.Select(partition => $"{topology.Name}:{partition}")
        .Concat(keyedLanes?.Tasks.Select(each => $"{each.Topology}:{each.Partition}") ?? [])
        .Concat(datasetLanes?.Scopes(topology.Name) ?? []).Concat(attributionLanes?.Scopes ?? []);

    // A lane's topology is named TOPOLOGY.LANE.
    private IEnumerable<(string Branch, WatchedTask Task)> Beside() => keyedLanes?.Tasks.Select(each =>
        (each.Topology[(topology.Name.Length + 1)..], EngineReport.Watched(each.Task, sizes?.Of($"{each.Topology}:{each.Partition}") ?? default))) ?? [];

    private IEnumerable<string> Problems()
    {
        string?[] all =
        [
            taskHost?.Problem, learnerHost?.Problem, .. keyedLanes?.Problems ?? [], .. datasetLanes?.Problems ?? [], .. attributionLanes?.Problems ?? [],
            mixLane?.Problem,
            scoreTail?.Problem, modelTail?.Problem, producer.Problem,
            .. runtime.Problems, followProblem,
        ];
        return all.OfType<string>().Distinct();
    }

    private async Task StartTopologyAsync(CancellationToken stop)
    {
        await runtime.StartAsync(options.Topology, () => tasks.Select(each => (each.Key, each.Value.CommittedOffset)), stop);
        TopologyPlan active = runtime.Live.Order.Active;
        models = new ModelRegister(active);
        topology = active;
        hub?.Switch(active);
    }

    /// <summary>Edges and the status go with the version that is active.</summary>
    private async Task FollowVersionsAsync(CancellationToken stop)
    {
        TopologyPlan followed = topology;
        while (true)
        {
            Task changed = runtime.Live.Changed;
            TopologyPlan active = runtime.Live.Order.Active;
            if (active != followed && await TryFollowAsync(active, stop))
            {
                followed = active;
            }

            if (active == followed)
            {
                await changed.WaitAsync(stop);
            }
            else
            {
                await Task.Delay(FollowAgainAfter, stop);
            }
        }
    }

    // What fails here may pass, a broker that is away say; the tasks have switched, so there is no way but to try again.
    private async Task<bool> TryFollowAsync(TopologyPlan active, CancellationToken stop)
    {
        try
        {
            if (active != topology)
            {
                models.Lead(active);
                hub?.Switch(active);
                topology = active;
            }

            StartTasks();
            StartLearner();
            await FollowLanesAsync();
            await announcements.TopologyAsync(topology, stop);
            followProblem = null;
            report(Severity.Information, $"'{active.Name}' runs version {active.Version}");
            return true;
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            string problem = $"Not all of this engine runs version {active.Version} yet, and it is tried again: {failed.Message}";
            if (followProblem != problem)
            {
                report(Severity.Error, problem);
            }

            followProblem = problem;
            return false;
        }
    }

    private async Task StartModelsAsync(CancellationToken stop)
    {
        modelTail = new KafkaTail(kafka, topics.Models, ReadModels, report);
        modelTail.Start();
        // Scoring begins with the newest version there is.
        await modelTail.CaughtUp.WaitAsync(stop);
    }

    private void ReadModels(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            ModelDocument? document = TryRead(batch.Value(i));
            if (document is not null)
            {
                models.Offer(document);
                // The hub keeps what fits only the version that comes.
                hub?.Publish(document);
            }
        }
    }

    private ModelDocument? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, DocumentJson.Default.ModelDocument);
        }
        catch (JsonException e)
        {
            report(Severity.Warning, $"{topics.Models}: a record is no model document and is passed over: {e.Message}");
            return null;
        }
    }

    private void StartHubTail()
    {
        if (hub is null)
        {
            return;
        }

        scoreTail = new KafkaTail(kafka, topics.Scores, batch => hub.Apply(batch), report);
        scoreTail.Start();
        scoreTail.CaughtUp.ContinueWith(_ => hub.CaughtUp(), TaskContinuationOptions.OnlyOnRanToCompletion);
    }

    private void StartTasks()
    {
        // Where events are those of datasets alone, their lanes read them.
        if (!options.RunsTasks || taskHost is not null || !topology.ReadsEvents)
        {
            return;
        }

        taskHost = new KafkaTaskHost(kafka, $"{topology.Name}-tasks", topics.Events, CreateTask, report);
        taskHost.Start();
    }

    /// <summary>What stands behind key-bys, and the topics of nodes, go with the version that is active.</summary>
    private async Task FollowLanesAsync()
    {
        if (options.RunsTasks)
        {
            await NeededTopics.EnsureNodesAsync(kafka, topology, partitions);
            keyedLanes ??= new KeyedLanes(kafka, producer, redis!, partitions, options.VisitorsInMemory, taps, report);
            await keyedLanes.FollowAsync(topology);
            attributionLanes ??= new AttributionLanes(kafka, producer, redis!, report);
            await attributionLanes.FollowAsync(topology, partitions, stopping.Token);
            mixLane ??= new MixLane(kafka, producer, redis!, runtime.Live, new MixSource(harmonized!, measurements!), report);
            mixLane.Follow(topology);
        }
    }

    private void StartDatasets()
    {
        DatasetCatalog catalog = new(redis!, topology.Name);
        harmonized = new HarmonizedView(kafka, catalog, () => runtime.Live.Order.Active, TimeProvider.System);
        if (options.RunsTasks)
        {
            datasetTasks = new DatasetTasks(catalog, producer, redis!, partitions);
            datasetLanes = new DatasetLanes(kafka, catalog, datasetTasks, runtime.Live, report, TimeProvider.System);
            datasetLanes.Start();
        }
    }

    private PartitionTask CreateTask(int partition)
    {
        PartitionTask task = new(new TaskParts
        {
            Live = runtime.Live,
            Partition = partition,
            Store = new RedisStateStore(redis!, $"{topology.Name}:{partition}"),
            Sink = producer.CreateSink(),
            Models = models,
            VisitorsMax = options.VisitorsInMemory,
            Shadows = shadows,
            Taps = taps,
            Profiles = new RedisProfileLookup(redis!, partitions),
        });
        tasks[partition] = task;
        return task;
    }

    private void StartLearner()
    {
        if (!options.RunsLearner || topology.Model is null || learnerHost is not null)
        {
            return;
        }

        learnerHost = new KafkaTaskHost(kafka, $"{topology.Name}-learner", topics.Training, CreateLearner, report);
        learnerHost.Start();
    }

    private LearnerTask CreateLearner(int partition)
    {
        RedisStateStore store = new(redis!, $"{topology.Name}:learner:{partition}");
        TrainingReplay replay = KafkaTrainingReplay.Of(kafka, topics.Training, partition, report);
        return learner = new LearnerTask(runtime.Live, replay, store, producer.CreateSink(), TimeProvider.System, report: report);
    }
}
