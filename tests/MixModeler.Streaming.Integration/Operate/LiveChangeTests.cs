using System.Net;
using System.Text.Json;
using MixModeler.Streaming.Cli.Engine;
using MixModeler.Streaming.Control;
using MixModeler.Streaming.Integration.Kafka;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.Operate;

/// <summary>Two control planes over Kafka, each with half of the tasks; people use the command line.</summary>
public sealed class LiveChangeTests : IAsyncLifetime
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly string folder = Directory.CreateTempSubdirectory("mixmodeler-live-").FullName;
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly List<Engine> engines = [];

    private sealed record Engine(KafkaProducer Producer, TopologyRuntime Runtime, SimulatedTasks Tasks, ControlServer Server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Tasks.DisposeAsync();
            await Runtime.DisposeAsync();
            Producer.Dispose();
        }
    }

    public async ValueTask InitializeAsync()
    {
        foreach ((string topic, int count, _) in NeededTopics.Of(ControlRig.Plan.Topics, 4))
        {
            broker.CreateTopic(topic, count);
        }

        engines.Add(await StartAsync(ControlRig.Plan, -1, 0, 1));
        engines.Add(await StartAsync(null, 2, 3));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Engine engine in engines)
        {
            await engine.DisposeAsync();
        }

        broker.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_command_line_plans_applies_looks_and_goes_back()
    {
        string file = Write(ControlRig.Variant());
        string version = ControlRig.VersionOf(ControlRig.Variant());
        (int code, string text, _) = await TopologyAsync(0, "plan", file);
        Assert.Equal(0, code);
        Assert.Contains("OPERATOR", text, StringComparison.Ordinal);

        (code, text, string told) = await TopologyAsync(0, "apply", file, "--note", "a try");
        Assert.True(code == 0, told);
        Assert.Contains($"Version {version} runs; longest pause 1.5 ms, foretold", text, StringComparison.Ordinal);
        await Soon.HoldsAsync(() => engines.All(each => each.Runtime.Live.Order.Active.Version == version), "both engines run the new version");

        (code, text, _) = await TopologyAsync(1, "apply", file);
        Assert.Equal((0, true), (code, text.Contains("already", StringComparison.Ordinal)));
        (code, text, _) = await TopologyAsync(1, "status", "--json");
        Assert.Equal((0, version), (code, JsonDocument.Parse(text).RootElement.GetProperty("active").GetString()));

        (code, _, told) = await TopologyAsync(1, "rollback");
        Assert.True(code == 0, told);
        (code, text, _) = await TopologyAsync(0, "history");
        Assert.Equal(0, code);
        Assert.Equal(["rollback", "apply", "start"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")[2].Split(' ')[0]));
    }

    [Fact]
    public async Task What_cannot_be_done_has_its_exit_code_and_a_sentence()
    {
        string poisoned = Write(ControlRig.Text.Replace("baseRate: 0.02", SimulatedTasks.Poison, StringComparison.Ordinal));
        (int code, _, string told) = await TopologyAsync(0, "apply", poisoned, "--allow-loss");
        Assert.Equal(1, code);
        Assert.Contains("it does not compile here", told, StringComparison.Ordinal);
        Assert.Contains("goes on", told, StringComparison.Ordinal);

        (code, _, told) = await TopologyAsync(0, "apply", Write("topology: luma-propensity\n"));
        Assert.Equal(3, code);
        Assert.Contains(".yaml:1:1", told, StringComparison.Ordinal);
        (code, _, told) = await TopologyAsync(0, "rollback", "ffff");
        Assert.Equal(1, code);
        Assert.Contains("no version 'ffff'", told, StringComparison.Ordinal);
        (code, _, told) = await TopologyAsync(0, "abandon");
        Assert.Equal((1, "No change is under way.\n"), (code, told));
        Assert.Equal(ControlRig.Plan.Version, engines[0].Runtime.Live.Order.Active.Version);
    }

    [Fact]
    public async Task A_shadow_change_is_promoted_and_tasks_pause_and_drain()
    {
        (int code, string text, string told) = await TopologyAsync(0, "apply", Write(ControlRig.Variant()), "--shadow");
        Assert.True(code == 0, told);
        Assert.Contains("runs in the shadow and is ready", text, StringComparison.Ordinal);
        (code, text, told) = await TopologyAsync(1, "promote");
        Assert.True(code == 0, told);
        Assert.Contains($"Version {ControlRig.VersionOf(ControlRig.Variant())} runs", text, StringComparison.Ordinal);

        Assert.Equal(0, (await TopologyAsync(0, "pause")).Code);
        await Soon.HoldsAsync(() => engines.All(each => each.Runtime.Live.Order.Paused), "both engines pause");
        (code, text, _) = await TopologyAsync(1, "drain");
        Assert.Equal((0, true), (code, text.Contains("drained by", StringComparison.Ordinal)));
        Assert.Equal(0, (await TopologyAsync(0, "resume")).Code);
        await Soon.HoldsAsync(() => engines.All(each => each.Runtime.Live.Order.DrainTo is null), "both engines go on");
    }

    [Fact]
    public async Task A_change_outlives_its_coordinator_and_whoever_asked_for_it()
    {
        engines[1].Tasks.Sleeps = true;
        (int code, string text, _) = await TopologyAsync(0, "apply", Write(ControlRig.Variant()), "--no-wait", "--json");
        Assert.Equal(0, code);
        string id = JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;

        // Of two engines one coordinates: with the first one gone it is the other, whichever it was before.
        await engines[0].DisposeAsync();
        engines[0] = await StartAsync(null, -1, 0, 1);
        await engines[1].DisposeAsync();
        engines[1] = await StartAsync(null, 2, 3);
        await Soon.HoldsAsync(() => engines[0].Runtime.Control!.Find(ControlRig.Plan.Name)!.Changes[id].Stage == ChangeStage.Done, "the change is done", 40);
        await Soon.HoldsAsync(() => engines.All(each => each.Runtime.Live.Order.Active.Version == ControlRig.VersionOf(ControlRig.Variant())), "both run it");
    }

    private async Task<Engine> StartAsync(TopologyPlan? file, params int[] partitions)
    {
        KafkaOptions kafka = new() { BootstrapServers = broker.Bootstrap, SessionTimeout = TimeSpan.FromSeconds(2) };
        Report report = static (_, _) => { };
        KafkaProducer producer = new(kafka, report);
        TopologyRuntime runtime = new(ControlRig.Plan.Name, ControlRig.Plan.Topics, kafka, producer, report);
        SimulatedTasks? tasks = null;
        await runtime.StartAsync(file, () => tasks?.Committed ?? [], Stop);
        tasks = new SimulatedTasks(runtime.Live, partitions);
        ControlServer server = await ControlServer.StartAsync(IPAddress.Loopback, 0, () => new EngineStatus(), Stop, () => runtime.Control);
        return new Engine(producer, runtime, tasks, server);
    }

    private string Write(string text)
    {
        string file = Path.Combine(folder, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, text);
        return file;
    }

    private Task<(int Code, string Text, string Complaint)> TopologyAsync(int engine, params string[] arguments) =>
        Seeing.Cli.RunAsync(["topology", .. arguments, "--engine", $"http://127.0.0.1:{engines[engine].Server.Port}"]);
}
