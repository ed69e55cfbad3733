using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Push;

/// <summary>A hub on loopback, edges that find it through a cable that can be cut, and what came back from them.</summary>
internal sealed class LinkFixture : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> owned = [];

    public ConcurrentQueue<string> Decisions { get; } = [];

    /// <summary>While set, the sink of decisions waits for it.</summary>
    public Task SinkGate { get; set; } = Task.CompletedTask;

    public HubServer StartHub(int port = 0, Func<string, TopologyPlan?>? planOf = null)
    {
        HubServer hub = new(new HubOptions { Port = port }, TakeAsync, TimeProvider.System, planOf);
        owned.Add(hub);
        hub.Start();
        return hub;
    }

    public HubServer StartHubWithSample(int port = 0)
    {
        HubServer hub = StartHub(port);
        hub.Publish(Sample.Plan());
        hub.Publish(Sample.Model(7, 0, 0.1));
        return hub;
    }

    public async Task<EdgeServer> StartEdge(int hubPort)
    {
        EdgeServer edge = new(new EdgeOptions { HttpPort = 0, RespPort = 0, HubPort = hubPort, VisitorsMax = 1_000_000 }, TimeProvider.System);
        owned.Add(edge);
        await edge.StartAsync(TestContext.Current.CancellationToken);
        return edge;
    }

    public Cable StartCable(int port)
    {
        Cable cable = new(port);
        owned.Add(cable);
        return cable;
    }

    public static async Task<string> Ask(EdgeServer edge, string command)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", edge.RespPort, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\nQUIT\r\n"), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream);
        string answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return answer[..^"+OK\r\n".Length];
    }

    /// <summary>So many visitors, each changed so many times.</summary>
    public static void FillHub(HubServer hub, int visitors, int rounds)
    {
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        (string, long)[] rows = new (string, long)[500];
        for (long at = 0; at < (long)visitors * rounds; at += rows.Length)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = (string.Create(CultureInfo.InvariantCulture, $"v{(at + i) % visitors}"), at + i);
            }

            RecordBatch batch = Sample.Scores(0, at, nowMs, rows);
            Assert.Equal(rows.Length, hub.Apply(batch).Applied);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable each in Enumerable.Reverse(owned))
        {
            await each.DisposeAsync().AsTask().WaitAsync(Wait.LongDeadline);
        }
    }

    private async Task TakeAsync(IReadOnlyList<DecisionLine> decisions, CancellationToken stop)
    {
        // The lines are only valid during the call.
        string[] lines = [.. decisions.Select(line => Encoding.UTF8.GetString(line.Json.Span))];
        string[] visitors = [.. decisions.Select(line => Encoding.UTF8.GetString(line.Visitor.Span))];
        await SinkGate.WaitAsync(stop);
        for (int i = 0; i < lines.Length; i++)
        {
            using JsonDocument json = JsonDocument.Parse(lines[i]);
            Assert.Equal(visitors[i], json.RootElement.GetProperty("visitor").GetString());
            Decisions.Enqueue(lines[i]);
        }
    }
}
