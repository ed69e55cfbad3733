using System.Text.Json;
using MixModeler.Streaming.Edge;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli.Demo;

/// <summary>What engine and edge told at one moment.</summary>
internal sealed record DemoSnapshot(EngineStatus Engine, EdgeStatus Edge, long Decisions, double Seconds)
{
    public static async Task<DemoSnapshot> TakeAsync(HttpClient http, DemoWorld world, DemoTraffic traffic, double seconds, CancellationToken stop)
    {
        EngineStatus engine = await ReadAsync<EngineStatus>(http, $"http://127.0.0.1:{world.ControlPort}/v1/status", stop);
        EdgeStatus edge = await ReadAsync<EdgeStatus>(http, $"http://127.0.0.1:{world.HttpPort}/v1/status", stop);
        return new DemoSnapshot(engine, edge, traffic.Answered, seconds);
    }

    /// <summary>Everything that was sent has been applied, learned and reached the edge, and every decision came back.</summary>
    public bool IsSettled(long recordsSent) =>
        Engine.Applied >= recordsSent
        && Engine.Learner is { Lag: 0 } learner && learner.Examples + learner.Refused >= Engine.Positives + Engine.Negatives
        && Engine.Hub is { } hub && Edge.Sequence == hub.HeadSequence
        && Edge.DecisionsWaiting == 0;

    private static async Task<T> ReadAsync<T>(HttpClient http, string url, CancellationToken stop)
    {
        string json = await http.GetStringAsync(new Uri(url), stop);
        return JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!;
    }
}
