using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Edge.Http;
using MixModeler.Streaming.Edge.Push;
using MixModeler.Streaming.Edge.Resp;

namespace MixModeler.Streaming.Edge;

/// <summary>
/// The edge runtime: takes plan, model and rows from a hub, and answers decisions over HTTP and the Redis protocol. Needs
/// nothing else, and goes on with what it has when the hub is away.
/// </summary>
public sealed class EdgeServer : IAsyncDisposable
{
    // What is decided but not yet reported gets this long when the edge stops.
    private static readonly TimeSpan DrainFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DrainLookEvery = TimeSpan.FromMilliseconds(20);

    private readonly EdgeOptions options;
    private readonly TimeProvider time;
    private readonly EdgeState state = new();
    private readonly PushCounters push = new();
    private readonly CancellationTokenSource leaving = new();
    private readonly FrontConnections connections;
    private readonly DecisionOutbox outbox;
    private readonly EdgeMonitor monitor;
    private readonly FrontListener http;
    private readonly FrontListener resp;
    private readonly PushClient client;
    private Task linking = Task.CompletedTask;
    private long nextConnection;
    private bool isStopped;

    /// <exception cref="EdgeStartException">The options contradict themselves.</exception>
    public EdgeServer(EdgeOptions options, TimeProvider time)
    {
        IReadOnlyList<string> problems = options.Problems();
        if (problems.Count > 0)
        {
            throw new EdgeStartException(string.Join("; ", problems));
        }

        this.options = options;
        this.time = time;
        DecisionLog log = new(options.DecisionsHeldMax);
        Decider decider = new(state, log);
        connections = new FrontConnections(options.ConnectionsMax, time);
        monitor = new EdgeMonitor(options.Name, state, push, log, connections, time);
        outbox = new DecisionOutbox(log, options.Name);
        client = new PushClient(options, state, push, outbox, time);
        FrontLoop loop = new(time);
        http = new FrontListener(connections, loop, () => new HttpSession(decider, monitor, state, connections));
        resp = new FrontListener(
            connections, loop, () => new RespSession(decider, monitor, state, Interlocked.Increment(ref nextConnection)));
    }

    /// <summary>Where HTTP is answered, after the start.</summary>
    public int HttpPort => http.Port;

    /// <summary>Where the Redis protocol is answered, after the start.</summary>
    public int RespPort => resp.Port;

    public EdgeStatus Status() => monitor.Read();

    /// <summary>Starts and serves until <paramref name="stop"/>; then takes no more and hands over what was decided.</summary>
    /// <exception cref="EdgeStartException">A port is taken.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        await StartAsync(stop);
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(stopped.SetResult))
        {
            await stopped.Task;
        }

        await DisposeAsync();
    }

    /// <summary>Listens and connects; returns as soon as both ports are open, before the first snapshot.</summary>
    /// <exception cref="EdgeStartException">A port is taken.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        try
        {
            await http.StartAsync("HTTP", options.Bind, options.HttpPort, stop);
            await resp.StartAsync("RESP", options.Bind, options.RespPort, stop);
        }
        catch (EdgeStartException)
        {
            await DisposeAsync();
            throw;
        }

        linking = client.RunAsync(leaving.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (isStopped)
        {
            return;
        }

        isStopped = true;
        await http.StopAcceptingAsync();
        await resp.StopAcceptingAsync();
        connections.AbortAll();
        await http.StopAsync();
        await resp.StopAsync();
        await DrainAsync();
        await leaving.CancelAsync();
        await linking;
        await connections.DisposeAsync();
        leaving.Dispose();
    }

    private async Task DrainAsync()
    {
        long began = time.GetTimestamp();
        using PeriodicTimer look = new(DrainLookEvery, time);
        while (push.IsConnected && !outbox.IsEmpty && time.GetElapsedTime(began) < DrainFor)
        {
            await look.WaitForNextTickAsync();
        }
    }
}
