using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MixModeler.Streaming.Edge;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Cli.Demo;

/// <summary>The demo's processes: broker, Garnet, engine, edge and, once those are ready, the generator.</summary>
internal sealed class DemoWorld : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("mixmodeler-demo-").FullName;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly DemoOptions options;
    private readonly Action<string> say;
    private LocalRedis? redis;
    private ChildProcess? broker;
    private ChildProcess? engine;
    private ChildProcess? edge;

    public DemoWorld(DemoOptions options, Action<string> say)
    {
        this.options = options;
        this.say = say;
        ControlPort = FreePort(7_170);
        HubPort = FreePort(7_171);
        HttpPort = FreePort(8_787);
        RespPort = FreePort(6_390);
    }

    public string Kafka { get; private set; } = "";

    public int ControlPort { get; }

    public int HubPort { get; }

    public int HttpPort { get; }

    public int RespPort { get; }

    public ChildProcess? Generator { get; private set; }

    public async Task StartAsync(CancellationToken stop)
    {
        string addressFile = Path.Combine(folder, "broker");
        say("starting the embedded broker and Garnet");
        broker = ChildProcess.Start(
            "broker", ["broker", "--topology", options.Topology, "--partitions", Text(options.Partitions), "--address-file", addressFile]);
        string data = Directory.CreateDirectory(Path.Combine(folder, "garnet")).FullName;
        redis = await LocalRedis.StartAsync(new LocalRedisOptions { Kind = LocalRedisKind.Garnet, Directory = data }, stop);
        await UntilAsync(broker, () => Task.FromResult(File.Exists(addressFile)), stop);
        Kafka = await File.ReadAllTextAsync(addressFile, stop);

        say($"starting the engine on Kafka {Kafka} and Redis {redis.Endpoint}");
        engine = ChildProcess.Start(
            "engine",
            [
                "engine", "--topology", options.Topology, "--kafka", Kafka, "--redis", redis.Endpoint, "--partitions", Text(options.Partitions),
                "--hub-port", Text(HubPort), "--control-port", Text(ControlPort),
            ],
            ("DOTNET_TieredCompilation", "0"));
        await UntilAsync(engine, () => AnswersAsync($"http://127.0.0.1:{ControlPort}/ready", stop), stop);

        say("starting the edge");
        edge = ChildProcess.Start(
            "edge",
            ["edge", "--hub", $"127.0.0.1:{HubPort}", "--http-port", Text(HttpPort), "--resp-port", Text(RespPort)],
            (EdgeOptions.InlineCompletionsVariable, "1"));
        await UntilAsync(edge, () => AnswersAsync($"http://127.0.0.1:{HttpPort}/ready", stop), stop);
    }

    public void StartGenerator(DateTimeOffset start) => Generator = ChildProcess.Start(
        "generator",
        [
            "generate", "--to", "kafka", "--kafka", Kafka, "--users", Text(options.Users), "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
            "--rate", options.Rate.ToString(CultureInfo.InvariantCulture), "--start", start.ToString("O", CultureInfo.InvariantCulture), "--json",
        ]);

    /// <summary>A sentence if one of the processes ended that should not have.</summary>
    public string? Casualty()
    {
        ChildProcess? dead = new[] { broker, engine, edge }.FirstOrDefault(c => c is { HasExited: true });
        return dead is null ? null : Describe(dead);
    }

    public async ValueTask DisposeAsync()
    {
        // From the source on, so that everything that was read is committed before what it is committed to goes away.
        foreach (ChildProcess? child in new[] { Generator, edge, engine, broker })
        {
            if (child is not null)
            {
                await child.DisposeAsync();
            }
        }

        if (redis is not null)
        {
            await redis.DisposeAsync();
        }

        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> AnswersAsync(string url, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(url), stop);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(ChildProcess child, Func<Task<bool>> holds, CancellationToken stop)
    {
        long start = TimeProvider.System.GetTimestamp();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            if (child.HasExited || TimeProvider.System.GetElapsedTime(start) > StartPatience)
            {
                throw new CommandException(Cli.ExitCode.Unavailable, Describe(child));
            }

            await tick.WaitForNextTickAsync(stop);
        }
    }

    private static string Describe(ChildProcess child) =>
        $"The {child.Name} {(child.HasExited ? $"ended with exit code {child.ExitCode}" : "did not become ready")}:\n{string.Join('\n', child.LastLines)}";

    /// <summary>The usual port if nobody has it, else any free one.</summary>
    private static int FreePort(int usual)
    {
        foreach (int port in new[] { usual, 0 })
        {
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken: the next candidate.
            }
        }

        throw new CommandException(Cli.ExitCode.PortTaken, "No TCP port is free on 127.0.0.1.");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
