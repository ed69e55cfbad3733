using System.CommandLine;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Edge;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Perf;

// The server under test: an edge that took its data from a hub. Prints its ports when it is ready.
internal static class EdgeServeCommand
{
    public static Command Create()
    {
        Option<bool> report = new("--report") { Description = "Keep the hub, which takes the decisions; otherwise the edge is alone." };
        Command command = new("serve-edge", "An edge with made-up visitors, as `bench edge` measures it.") { report };
        command.Hidden = true;
        command.SetAction((parsed, stop) => ServeAsync(parsed.GetValue(report), stop));
        return command;
    }

    private static async Task<int> ServeAsync(bool report, CancellationToken stop)
    {
        TimeProvider time = TimeProvider.System;
        await using HubServer hub = new(new HubOptions { Port = 0 }, (_, _) => Task.CompletedTask, time);
        hub.Start();
        hub.Publish(EdgeBenchSample.Plan());
        FeatureSchema schema = new(EdgeBenchSample.Plan().Features);
        hub.Publish(EdgeBenchSample.Model(schema));
        foreach (RecordBatch batch in EdgeBenchSample.Scores(schema, time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            hub.Apply(batch);
        }

        hub.CaughtUp();
        await using EdgeServer edge = new(new EdgeOptions { HttpPort = 0, RespPort = 0, HubPort = hub.Port }, time);
        await edge.StartAsync(stop);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20), time);
        while (!edge.Status().Ready)
        {
            await look.WaitForNextTickAsync(stop);
        }

        if (!report)
        {
            await hub.DisposeAsync();
        }

        Console.Out.WriteLine($"{edge.HttpPort} {edge.RespPort}");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}
