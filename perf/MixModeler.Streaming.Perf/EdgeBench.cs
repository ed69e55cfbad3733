namespace MixModeler.Streaming.Perf;

/// <summary>How fast the edge decides: in process, beside redis-server's GET, and beside nginx' `return 200`.</summary>
public sealed class EdgeBench : IBench
{
    public string Name => "edge";

    public string Summary => "Decisions in process, over RESP beside redis-server GET, over HTTP beside nginx return 200.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        List<BenchRow> rows = [];
        settings.Say("in process …");
        rows.AddRange(EdgeBenchInProcess.Run(settings.Quick));
        if (PeerProcess.Exists("redis-server") && PeerProcess.Exists("redis-benchmark") && PeerProcess.Exists("taskset"))
        {
            await using EdgeBenchResp resp = await EdgeBenchResp.StartAsync(settings, stop);
            rows.AddRange(await resp.RunAsync(stop));
        }
        else
        {
            settings.Say("left out RESP: redis-server, redis-benchmark and taskset are needed");
        }

        if (PeerProcess.Exists("nginx") && PeerProcess.Exists("wrk") && PeerProcess.Exists("taskset"))
        {
            rows.AddRange(await EdgeBenchHttp.RunAsync(settings, stop));
        }
        else
        {
            settings.Say("left out HTTP: nginx, wrk and taskset are needed");
        }

        return rows;
    }
}
