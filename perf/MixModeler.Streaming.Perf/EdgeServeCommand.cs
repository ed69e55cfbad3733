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
        Option<int> hubPort = new("--hub-port") { Description = "Take the data from this hub and report to it; otherwise the edge is alone." };
        Command command = new("serve-edge", "An edge with made-up visitors, as `bench edge` measures it.") { hubPort };
        command.Hidden = true;
        command.SetAction((parsed, stop) => ServeAsync(parsed.GetValue(hubPort), stop));
        return command;
    }

    /// <summary>A hub that has everything an edge needs and throws away what comes back.</summary>
    public static HubServer StartHub()
    {
        HubServer hub = new(new HubOptions { Port = 0 }, (_, _) => Task.CompletedTask, TimeProvider.System);
        hub.Start();
        hub.Publish(EdgeBenchSample.Plan());
        FeatureSchema schema = new(EdgeBenchSample.Plan().Features);
        hub.Publish(EdgeBenchSample.Model(schema));
        foreach (RecordBatch batch in EdgeBenchSample.Scores(schema, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            hub.Apply(batch);
        }

        hub.CaughtUp();
        return hub;
    }

    private static async Task<int> ServeAsync(int hubPort, CancellationToken stop)
    {
        await using HubServer? own = hubPort == 0 ? StartHub() : null;
        await using EdgeServer edge = new(
            new EdgeOptions { HttpPort = 0, RespPort = 0, HubPort = own?.Port ?? hubPort }, TimeProvider.System);
        await edge.StartAsync(stop);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
        while (!edge.Status().Ready)
        {
            await look.WaitForNextTickAsync(stop);
        }

        if (own is not null)
        {
            await own.DisposeAsync();
        }

        Console.Out.WriteLine($"{edge.HttpPort} {edge.RespPort}");
        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}
