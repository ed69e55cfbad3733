using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Control;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>One engine: wires Kafka, Redis, the tasks, the learner, the hub and the control port together. No logic of its own.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private readonly EngineOptions options;
    private readonly Report report;
    private readonly TopologyPlan topology;
    private readonly KafkaOptions kafka;
    private readonly KafkaProducer producer;
    private readonly ModelRegister models;
    private readonly ConcurrentDictionary<int, PartitionTask> tasks = new();
    private readonly SemaphoreSlim decisionsGate = new(1);
    private KafkaRecordSink? announcements;
    private RedisConnection? redis;
    private KafkaTail? modelTail;
    private KafkaTail? scoreTail;
    private KafkaTaskHost? taskHost;
    private KafkaTaskHost? learnerHost;
    private LearnerTask? learner;
    private HubServer? hub;
    private ControlServer? control;
    private volatile bool started;

    public EngineProcess(EngineOptions options, Report report)
    {
        this.options = options;
        this.report = report;
        topology = options.Topology;
        kafka = options.Kafka;
        producer = new KafkaProducer(kafka, report);
        models = new ModelRegister(
            topology.Name, topology.Model?.Name ?? "", topology.Schema, topology.Model?.BaseRate ?? topology.Decisions.BaseRate);
    }

    public int HubPort => hub?.Port ?? 0;

    public async Task StartAsync(CancellationToken stop)
    {
        // Ports first: a taken one should be known before anything joins a group.
        control = await ControlServer.StartAsync(IPAddress.Parse(options.ControlBind), options.ControlPort, Status, stop);
        announcements = producer.CreateSink();
        if (options.RunsHub)
        {
            hub = new HubServer(new HubOptions { Bind = options.HubBind, Port = options.HubPort }, PublishDecisionsAsync, TimeProvider.System);
            hub.Start();
            hub.Publish(topology.Decisions);
        }

        redis = await RedisConnection.ConnectAsync(new RedisOptions { Configuration = options.Redis }, TimeProvider.System, stop);
        await NeededTopics.EnsureAsync(kafka, topology.Topics, options.Partitions, report, stop);
        await StartModelsAsync(stop);
        StartHubTail();
        StartTasks();
        StartLearner();
        await AnnounceTopologyAsync(stop);
        started = true;
        report(Severity.Information, $"engine runs topology '{topology.Name}' version {topology.Version}; status at http://{options.ControlBind}:{options.ControlPort}/v1/status");
    }

    /// <summary>Ends early only when a part failed for a reason of its own.</summary>
    public async Task RunUntilAsync(CancellationToken stop)
    {
        Task stopped = Settings.UntilStoppedAsync(stop);
        Task[] parts = [.. new[] { taskHost?.Completion, learnerHost?.Completion, scoreTail?.Completion, modelTail?.Completion }.OfType<Task>()];
        Task first = await Task.WhenAny([stopped, .. parts]);
        if (first != stopped && first.IsFaulted)
        {
            throw new CommandException(ExitCode.Failed, $"The engine stops: {first.Exception!.InnerException!.Message}");
        }
    }

    /// <summary>Drains and commits what was read, then lets go.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(taskHost);
        await StopAsync(learnerHost);
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { scoreTail, modelTail, hub, control, redis })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        producer.Dispose();
        decisionsGate.Dispose();

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
        EngineStatus status = EngineReport.Of(
            topology, tasks, taskHost?.Status, learnerHost?.Status, learner?.Status, hub?.Status(), HubPort, models.Current.Version, Problems());
        status.Started = started;
        return status;
    }

    private IEnumerable<string> Problems()
    {
        string?[] all = [taskHost?.Problem, learnerHost?.Problem, scoreTail?.Problem, modelTail?.Problem, producer.Problem];
        return all.OfType<string>().Distinct();
    }

    private async Task StartModelsAsync(CancellationToken stop)
    {
        modelTail = new KafkaTail(kafka, topology.Topics.Models, ReadModels, report);
        modelTail.Start();
        // Scoring begins with the newest version there is.
        await modelTail.CaughtUp.WaitAsync(stop);
    }

    private void ReadModels(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            ModelDocument? document = TryRead(batch.Value(i));
            if (document is not null && models.Offer(document))
            {
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
            report(Severity.Warning, $"{topology.Topics.Models}: a record is no model document and is passed over: {e.Message}");
            return null;
        }
    }

    private void StartHubTail()
    {
        if (hub is null)
        {
            return;
        }

        scoreTail = new KafkaTail(kafka, topology.Topics.Scores, batch => hub.Apply(batch), report);
        scoreTail.Start();
        scoreTail.CaughtUp.ContinueWith(_ => hub.CaughtUp(), TaskContinuationOptions.OnlyOnRanToCompletion);
    }

    private void StartTasks()
    {
        if (!options.RunsTasks)
        {
            return;
        }

        taskHost = new KafkaTaskHost(kafka, $"{topology.Name}-tasks", topology.Topics.Events, CreateTask, report);
        taskHost.Start();
    }

    private PartitionTask CreateTask(int partition)
    {
        RedisStateStore store = new(redis!, $"{topology.Name}:{partition}");
        PartitionTask task = new(topology, partition, store, producer.CreateSink(), models, options.VisitorsInMemory);
        tasks[partition] = task;
        return task;
    }

    private void StartLearner()
    {
        if (!options.RunsLearner || topology.Model is null)
        {
            return;
        }

        learnerHost = new KafkaTaskHost(kafka, $"{topology.Name}-learner", topology.Topics.Training, CreateLearner, report);
        learnerHost.Start();
    }

    private LearnerTask CreateLearner(int partition)
    {
        RedisStateStore store = new(redis!, $"{topology.Name}:learner:{topology.Model!.Name}:{partition}");
        return learner = new LearnerTask(topology, store, producer.CreateSink(), TimeProvider.System, report: report);
    }

    private Task AnnounceTopologyAsync(CancellationToken stop)
    {
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(topology.Decisions, DocumentJson.Default.DecisionDocument);
        announcements!.Send(topology.Topics.Topologies, IRecordSink.ByKey, Encoding.UTF8.GetBytes(topology.Name), document);
        return announcements.FlushAsync(stop);
    }

    // Edges report from several connections; a sink has one user at a time.
    private async Task PublishDecisionsAsync(IReadOnlyList<DecisionLine> decisions, CancellationToken stop)
    {
        await decisionsGate.WaitAsync(stop);
        try
        {
            foreach (DecisionLine decision in decisions)
            {
                announcements!.Send(topology.Topics.Decisions, IRecordSink.ByKey, decision.Visitor.Span, decision.Json.Span);
            }

            await announcements!.FlushAsync(stop);
        }
        finally
        {
            decisionsGate.Release();
        }
    }
}
