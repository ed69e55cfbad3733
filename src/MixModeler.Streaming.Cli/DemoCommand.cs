using System.CommandLine;
using MixModeler.Streaming.Cli.Demo;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler demo`: the main job, end to end, on this machine.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(60);
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long events are sent; ten weeks of event time pass in it.", DefaultValueFactory = _ => 90 };
    private static readonly Option<double> Rate = new("--rate") { Description = "Events per second.", DefaultValueFactory = _ => 5_000 };
    private static readonly Option<double> Decisions = new("--decisions") { Description = "Decisions per second asked of the edge.", DefaultValueFactory = _ => 200 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Of the generated events.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("demo", """
            Run everything on this machine: embedded broker, Garnet, generator, engine and edge as processes of their own.
            Ends with an audit: exit code 0 only if nothing was lost and nothing applied twice.

            Example:  mixmodeler demo
                      mixmodeler demo --seconds 20 --json
            """) { Seconds, Rate, Decisions, Seed, Topology, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        DemoOptions options = new()
        {
            Seconds = parsed.GetValue(Seconds),
            Rate = parsed.GetValue(Rate),
            DecisionRate = parsed.GetValue(Decisions),
            Seed = parsed.GetValue(Seed),
            Json = parsed.GetValue(Json),
            Topology = Path.GetFullPath(parsed.GetValue(Topology)!),
        };
        if (options.Seconds < 1 || options.Rate < 1 || options.DecisionRate < 0)
        {
            throw new CommandException(ExitCode.Usage, "--seconds must be 1 or more, --rate 1 or more and --decisions 0 or more.");
        }

        TopologyPlan topology = Settings.LoadTopology(options.Topology);
        DemoView view = new(options.Json);
        await using DemoWorld world = new(options, view.Say);
        await world.StartAsync(stop);
        KafkaOptions kafka = new() { BootstrapServers = world.Kafka, ClientId = "mixmodeler-demo" };
        await using DemoTraffic traffic = new(kafka, topology.Topics.Scores, world.HttpPort, options.DecisionRate);
        return await PlayAsync(options, topology, world, kafka, traffic, view, stop);
    }

    private static async Task<int> PlayAsync(
        DemoOptions options, TopologyPlan topology, DemoWorld world, KafkaOptions kafka, DemoTraffic traffic, DemoView view, CancellationToken stop)
    {
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
        using CancellationTokenSource trafficStop = new();
        // The ten weeks of events end a day ago, so that none lies in the future.
        world.StartGenerator(TimeProvider.System.GetUtcNow().AddDays(-7 * 12));
        long began = TimeProvider.System.GetTimestamp();
        Task asking = traffic.RunAsync(trafficStop.Token);
        DemoSnapshot? last = null;
        long sent = 0;
        await view.ShowAsync(async show =>
        {
            using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(500));
            while (!stop.IsCancellationRequested && !world.Generator!.HasExited && world.Casualty() is null
                && await tick.WaitForNextTickAsync(CancellationToken.None))
            {
                await show(last = await SnapshotAsync());
            }

            await world.Generator!.EndAsync();
            await trafficStop.CancelAsync();
            await asking;
            sent = await LogSize.CountAsync(kafka, topology.Topics.Events);
            for (long drain = TimeProvider.System.GetTimestamp(); world.Casualty() is null && TimeProvider.System.GetElapsedTime(drain) < SettlePatience;)
            {
                await show(last = await SnapshotAsync());
                if (last.IsSettled(sent))
                {
                    break;
                }

                await tick.WaitForNextTickAsync(CancellationToken.None);
            }
        });

        if (world.Casualty() is { } casualty || last is null)
        {
            throw new CommandException(ExitCode.Failed, world.Casualty() ?? "The demo ended before it began.");
        }

        DemoAudit audit = DemoAudit.Of(sent, last);
        IReadOnlyList<DemoExample> examples = await traffic.ExamplesAsync(CancellationToken.None);
        Console.WriteLine(options.Json
            ? DemoReport.Json(sent, last, audit, traffic, examples)
            : string.Join('\n', DemoReport.Lines(sent, last, audit, examples)));
        return audit is { Lost: 0, Duplicated: 0 } ? ExitCode.Done : ExitCode.Failed;

        Task<DemoSnapshot> SnapshotAsync() =>
            DemoSnapshot.TakeAsync(http, world, traffic, TimeProvider.System.GetElapsedTime(began).TotalSeconds, CancellationToken.None);
    }
}
