namespace MixModeler.Streaming.Edge;

/// <summary>How an edge listens and where its data come from.</summary>
/// <remarks>
/// The fronts answer on the thread that the socket's readiness is reported on. That takes two switches: one is set here, the
/// other, <see cref="InlineCompletionsVariable"/>=1, is read by the runtime when the process starts, so whoever starts the
/// process sets it. Without it the edge works the same and needs a third more CPU per request.
/// </remarks>
public sealed record EdgeOptions
{
    /// <summary>Environment variable that must be 1 before the process starts.</summary>
    public const string InlineCompletionsVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Names the edge in decisions, to the hub and in metrics.</summary>
    public string Name { get; set; } = "edge-1";

    /// <summary>Address of both fronts. They have no authentication: anything but loopback belongs behind a proxy.</summary>
    public string Bind { get; set; } = "127.0.0.1";

    /// <summary>0 takes a free port.</summary>
    public int HttpPort { get; set; } = 8_787;

    /// <summary>0 takes a free port.</summary>
    public int RespPort { get; set; } = 6_390;

    public string HubHost { get; set; } = "127.0.0.1";

    public int HubPort { get; set; } = 7_171;

    /// <summary>Visitors beyond this many are not kept, and are counted: some 200 bytes each with 14 features.</summary>
    public int VisitorsMax { get; set; } = 10_000_000;

    /// <summary>Decisions that may wait for the hub, rounded up to a power of two; beyond, they are dropped and counted. 320 bytes each.</summary>
    public int DecisionsHeldMax { get; set; } = 32_768;

    /// <summary>Connections of both fronts together; more are closed at once.</summary>
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>What is wrong with these options, in sentences.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Check(problems, nameof(HttpPort), HttpPort, 0, 65_535);
        Check(problems, nameof(RespPort), RespPort, 0, 65_535);
        Check(problems, nameof(HubPort), HubPort, 1, 65_535);
        Check(problems, nameof(VisitorsMax), VisitorsMax, 1, 500_000_000);
        Check(problems, nameof(DecisionsHeldMax), DecisionsHeldMax, 1, 1 << 22);
        Check(problems, nameof(ConnectionsMax), ConnectionsMax, 1, 1_000_000);
        if (Name.Length is 0 or > 64 || Name.Any(char.IsControl))
        {
            problems.Add($"{nameof(Name)} must have 1 to 64 printable characters");
        }

        return problems;
    }

    private static void Check(List<string> problems, string name, int value, int from, int to)
    {
        if (value < from || value > to)
        {
            problems.Add($"{name} {value} is outside {from}..{to}");
        }
    }
}
