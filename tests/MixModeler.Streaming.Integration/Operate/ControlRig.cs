using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Control;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Integration.Operate;

/// <summary>A control plane with a real port over a log in memory, and tasks that do nothing but obey.</summary>
internal sealed class ControlRig : IAsyncDisposable
{
    public const string One = "v1/topologies/luma-propensity";

    private readonly HttpClient http = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskReportLog reports;
    private readonly Task coordinating;
    private readonly ControlServer server;

    private ControlRig(
        MemoryControlLog log,
        TopologyControl control,
        LiveTopology live,
        SimulatedTasks tasks,
        TaskReportLog reports,
        Task coordinating,
        ControlServer server)
    {
        Log = log;
        Control = control;
        Live = live;
        Tasks = tasks;
        this.reports = reports;
        this.coordinating = coordinating;
        this.server = server;
        http.BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/");
    }

    public MemoryControlLog Log { get; }

    public TopologyControl Control { get; }

    public LiveTopology Live { get; }

    public SimulatedTasks Tasks { get; }

    public static string Text { get; } = File.ReadAllText(Path.Combine(Root(), "topologies/luma-propensity/topology.yaml"));

    public static TopologyPlan Plan { get; } = TopologyLoader.Parse(Text, "topology.yaml").Plan!;

    /// <summary>Another version that keeps every state.</summary>
    public static string Variant(string otherwise = "fallback") => Text.Replace("otherwise: brand-story", $"otherwise: {otherwise}", StringComparison.Ordinal);

    public static string VersionOf(string text) => TopologyLoader.Parse(text, "topology.yaml").Plan!.Version;

    public static async Task<ControlRig> StartAsync(CancellationToken stop)
    {
        Report report = static (_, _) => { };
        ControlLogFollower follower = new(report);
        PlanShelf shelf = new();
        MemoryControlLog log = new(follower);
        ControlLogWriter writer = new(log, "mm.topologies");
        TopologyControl control = new(Plan.Name, "engine-1", follower, shelf, writer, (_, _) => Task.FromResult(Sizes), TimeProvider.System);
        LiveTopology live = new(await control.AgreeAsync(Plan, "test", report, stop));
        TaskReportLog reports = new("engine-1", live, writer, TimeProvider.System, report);
        LiveOrders orders = new(follower, shelf, live, report);
        orders.Follow();
        SimulatedTasks tasks = new(live, -1, 0, 1, 2);
        ChangeCoordinator coordinator = new("c-1", (state, change) => ChangeObjection.To(state, change, shelf), TimeSpan.FromSeconds(60));
        CoordinatorTask task = new(Plan.Name, follower, coordinator, writer, TimeProvider.System);
        CancellationTokenSource halt = new();
        Task coordinating = task.RunAsync(Channel.CreateUnbounded<RecordBatch>().Reader, _ => { }, halt.Token);
        ControlServer server = await ControlServer.StartAsync(IPAddress.Loopback, 0, () => new EngineStatus(), stop, () => control);
        ControlRig rig = new(log, control, live, tasks, reports, coordinating, server);
        rig.stopping.Token.Register(halt.Cancel);
        return rig;
    }

    // The oldest events are gone: whatever is made anew lacks them.
    private static TopologySizes Sizes => new()
    {
        Partitions = [.. Enumerable.Range(0, 3).Select(partition => new PartitionSize(partition, 10, 1_000, 5, 100 + partition))],
        Training = new PartitionSize(0, 0, 0, 0, 50),
        Features = Plan.Schema.Features.Length,
    };

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string? match = null, string type = "application/json")
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        }

        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        string? answered = answer.Content.Headers.ContentType?.MediaType;
        return new Answer((int)answer.StatusCode, text, answer.Headers.ETag?.Tag, answer.Headers.Location?.OriginalString, answered);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null, string? match = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonSerializer.Serialize(body), match);

    /// <summary>Follows the status resource until the change is closed.</summary>
    public async Task<JsonElement> EndOfAsync(string location)
    {
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(20));
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            JsonElement change = (await GetAsync(location.TrimStart('/'))).Json;
            if (!change.GetProperty("open").GetBoolean())
            {
                return change;
            }

            await tick.WaitForNextTickAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await stopping.CancelAsync();
        await coordinating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Tasks.DisposeAsync();
        await reports.DisposeAsync();
        stopping.Dispose();
        http.Dispose();
    }

    private static string Root()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MixModeler.Streaming.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}

internal sealed record Answer(int Code, string Text, string? Tag, string? Location, string? Type)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
}
