using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MixModeler.Streaming.Cli.Demo;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>The main job with real processes: the broker in this process, a Redis and engines as children.</summary>
internal sealed class MainJobRig : IAsyncDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
    // In memory where there is such a folder with room (containers often give it 64 MB): how fast a disk takes Redis's log is not what
    // these tests are about.
    private readonly string folder = Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 4L << 30
        ? Directory.CreateDirectory($"/dev/shm/mixmodeler-job-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("mixmodeler-job-").FullName;
    private readonly List<EngineChild> engines = [];

    private MainJobRig(EmbeddedBroker broker, int partitions, string topology)
    {
        Broker = broker;
        Partitions = partitions;
        TopologyFile = topology.EndsWith(".yaml", StringComparison.Ordinal) ? topology : Path.Combine(Root(), $"topologies/{topology}/topology.yaml");
        Plan = TopologyLoader.Load(TopologyFile).Plan!;
        Kafka = new KafkaOptions { BootstrapServers = broker.Bootstrap };
    }

    public EmbeddedBroker Broker { get; }

    public LocalRedis Redis { get; private set; } = null!;

    public KafkaOptions Kafka { get; }

    public TopologyPlan Plan { get; }

    public string TopologyFile { get; }

    public int Partitions { get; }

    public static async Task<MainJobRig> StartAsync(
        LocalRedisKind kind, int partitions, CancellationToken stop, string topology = "luma-propensity", bool isDurable = true)
    {
        MainJobRig rig = new(EmbeddedBroker.Start(), partitions, topology);
        foreach ((string topic, int count, _) in NeededTopics.Of(rig.Plan.Topics, partitions).Concat(NeededTopics.OfNodes(rig.Plan, partitions)))
        {
            rig.Broker.CreateTopic(topic, count);
        }

        rig.Redis = await LocalRedis.StartAsync(new LocalRedisOptions { Kind = kind, Directory = rig.folder, AppendOnly = isDurable }, stop);
        return rig;
    }

    /// <summary>Starts an engine without waiting for it.</summary>
    /// <param name="roles">What it does.</param>
    /// <param name="isKilled">
    /// Whether the test kills it: then sessions are short, so that its partitions are free soon, and it is started soon. Otherwise it
    /// runs as `./mixmodeler engine` starts it, compiled in one step.
    /// </param>
    public EngineChild StartEngine(string roles = "tasks,learner", bool isKilled = true)
    {
        int port = FreePort();
        string[] sessions = isKilled ? ["--kafka-option", "session.timeout.ms=2000", "--kafka-option", "heartbeat.interval.ms=300"] : [];
        (string, string)[] environment = isKilled ? [] : [("DOTNET_TieredCompilation", "0")];
        ChildProcess process = ChildProcess.Start(
            "engine",
            [
                "engine", "--topology", TopologyFile, "--kafka", Broker.Bootstrap, "--redis", Redis.Endpoint, "--roles", roles,
                "--control-port", $"{port}", "--hub-port", "0", "--partitions", $"{Partitions}",
                .. sessions,
            ],
            environment);
        EngineChild engine = new(process, port, http);
        engines.Add(engine);
        return engine;
    }

    /// <summary>Sends generated events; returns how many records went out.</summary>
    public async Task<long> ProduceAsync(GeneratorOptions options, double recordsPerSecond, CancellationToken stop)
    {
        using KafkaProducer producer = new(Kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        GeneratorRun run = new(new LumaGenerator(options), recordsPerSecond > 0 ? new RecordPace(recordsPerSecond, TimeProvider.System) : null);
        return (await run.ToSinkAsync(sink, Plan.Topics.Events, stop)).Records;
    }

    /// <summary>Sends generated events until told to stop; returns how many records went out.</summary>
    public async Task<long> ProduceUntilAsync(GeneratorOptions options, double recordsPerSecond, CancellationToken enough)
    {
        using KafkaProducer producer = new(Kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        GeneratorRun run = new(new LumaGenerator(options), new RecordPace(recordsPerSecond, TimeProvider.System));
        await ((Task)run.ToSinkAsync(sink, Plan.Topics.Events, enough)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sink.FlushAsync(CancellationToken.None);
        return run.Sent;
    }

    /// <summary>Waits until the living engines together have applied so many records and learned every example.</summary>
    public async Task SettledAsync(long records, TimeSpan patience, CancellationToken stop)
    {
        (long begun, long start, long most) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp(), 0);
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(200));
        string last = "";
        while (true)
        {
            EngineStatus?[] answers = await Task.WhenAll(engines.Where(e => !e.Process.HasExited).Select(e => e.StatusAsync(stop)));
            EngineStatus[] all = [.. answers.OfType<EngineStatus>()];
            EngineStatus[] tasks = [.. all.Where(s => s.Partitions.Length > 0)];
            bool learned = all.Any(s => s.Learner is { Lag: 0 } l && l.Examples > 0 && l.Examples >= tasks.Sum(t => t.Positives + t.Negatives));
            if (learned && tasks.Sum(t => t.Applied) == records && tasks.Sum(t => t.Partitions.Length) == Partitions)
            {
                return;
            }

            last = JsonSerializer.Serialize(
                all.Select(s => new { s.Applied, s.Lag, s.Problems, Learner = s.Learner?.Examples, Made = s.Positives + s.Negatives }));
            // A slow machine may take long; what stands still has failed.
            long done = tasks.Sum(t => t.Applied) + all.Sum(s => s.Learner?.Examples ?? 0);
            (start, most) = done > most ? (TimeProvider.System.GetTimestamp(), done) : (start, most);
            if (TimeProvider.System.GetElapsedTime(start) > patience || TimeProvider.System.GetElapsedTime(begun) > 5 * patience)
            {
                string said = string.Join('\n', engines.SelectMany(e => e.Process.LastLines));
                Assert.Fail($"no way on for {patience.TotalSeconds} s of {records} records: {last}\n{said}");
            }

            await tick.WaitForNextTickAsync(stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EngineChild engine in engines.Where(e => !e.Process.HasExited))
        {
            await engine.Process.KillAsync();
        }

        await Redis.DisposeAsync();
        Broker.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static string Root()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MixModeler.Streaming.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}

/// <summary>An engine process and its control port.</summary>
internal sealed class EngineChild(ChildProcess process, int port, HttpClient http)
{
    public ChildProcess Process { get; } = process;

    public int ControlPort { get; } = port;

    public async Task<EngineStatus?> StatusAsync(CancellationToken stop)
    {
        try
        {
            string json = await http.GetStringAsync(new Uri($"http://127.0.0.1:{ControlPort}/v1/status"), stop);
            return JsonSerializer.Deserialize<EngineStatus>(json, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The answer of `/health`: status code and text; code 0 while nobody answers.</summary>
    public async Task<(int Code, string Text)> HealthAsync(CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://127.0.0.1:{ControlPort}/health"), stop);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(stop));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return (0, "");
        }
    }

    /// <summary>Sends a signal by name, such as STOP or CONT.</summary>
    public async Task SignalAsync(string name)
    {
        using System.Diagnostics.Process kill = System.Diagnostics.Process.Start("kill", [$"-{name}", $"{Process.ProcessId}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
