using System.CommandLine;
using MixModeler.Streaming.Edge;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler edge`: decisions over HTTP and RESP.</summary>
internal static class EdgeCommand
{
    private static readonly Option<string> Hub = new("--hub")
    {
        Description = "HOST:PORT of a hub (environment: MIXMODELER_HUB).",
        DefaultValueFactory = _ => Settings.FromEnvironment("MIXMODELER_HUB", "127.0.0.1:7171"),
    };

    private static readonly Option<string> Name = new("--name") { Description = "Names the edge in decisions and metrics.", DefaultValueFactory = _ => "edge-1" };
    private static readonly Option<string> Bind = new("--bind") { Description = "Address of both fronts; they have no authentication.", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<int> HttpPort = new("--http-port") { Description = "POST /v1/decide, /health, /ready, /metrics, /v1/status.", DefaultValueFactory = _ => 8_787 };
    private static readonly Option<int> RespPort = new("--resp-port") { Description = "MM.DECIDE for any Redis client.", DefaultValueFactory = _ => 6_390 };

    public static Command Create()
    {
        Command command = new("edge", """
            Run an edge: profiles, models and rules in memory, decisions in microseconds.

            Example:  mixmodeler edge --hub 127.0.0.1:7171
                      curl -s http://127.0.0.1:8787/v1/decide -d '{"scope":"home-hero","visitor":"123"}'
                      redis-cli -p 6390 MM.DECIDE home-hero 123
            """) { Hub, Name, Bind, HttpPort, RespPort };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        string hub = parsed.GetValue(Hub)!;
        int colon = hub.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(hub.AsSpan(colon + 1), out int hubPort))
        {
            throw new CommandException(ExitCode.Usage, $"--hub: '{hub}' is not HOST:PORT.");
        }

        EdgeOptions options = new()
        {
            Name = parsed.GetValue(Name)!,
            Bind = parsed.GetValue(Bind)!,
            HttpPort = parsed.GetValue(HttpPort),
            RespPort = parsed.GetValue(RespPort),
            HubHost = hub[..colon],
            HubPort = hubPort,
        };
        IReadOnlyList<string> problems = options.Problems();
        if (problems.Count > 0)
        {
            throw new CommandException(ExitCode.Usage, string.Join('\n', problems));
        }

        await using EdgeServer edge = new(options, TimeProvider.System);
        await edge.RunAsync(stop);
        return ExitCode.Done;
    }
}
