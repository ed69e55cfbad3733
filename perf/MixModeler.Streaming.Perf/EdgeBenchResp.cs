using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Edge;

namespace MixModeler.Streaming.Perf;

// MM.DECIDE of random visitors beside redis-server's GET of random keys whose answers have as many bytes, and beside its HMGET
// of six fields, whose answers have the same shape: redis-benchmark builds an object for every element of an answer, which at
// depth 16 costs it more than the answer costs a server. Same redis-benchmark arguments for all, servers on processor 0, load on
// processor 1, one after the other in every round.
internal sealed class EdgeBenchResp : IAsyncDisposable
{
    private const int ServerProcessor = 0;
    private const int LoadProcessor = 1;
    private const string Visitor = "visitor-__rand_int__";

    private static readonly string[] Fields = ["experience", "score", "modelVersion", "rule", "known", "ageMs"];

    private readonly BenchSettings settings;
    private readonly List<PeerProcess> processes = [];
    private readonly HubServer hub = EdgeServeCommand.StartHub();
    private PeerProcess alone = null!;
    private PeerProcess reporting = null!;
    private PeerProcess redis = null!;
    private int alonePort;
    private int reportingPort;
    private int redisPort;

    private EdgeBenchResp(BenchSettings settings) => this.settings = settings;

    private sealed record Sample(double PerSecond, double CpuMicroseconds);

    public static async Task<EdgeBenchResp> StartAsync(BenchSettings settings, CancellationToken stop)
    {
        EdgeBenchResp bench = new(settings);
        (bench.alone, _, bench.alonePort) = await bench.StartEdgeAsync(stop);
        (bench.reporting, _, bench.reportingPort) = await bench.StartEdgeAsync(stop, "--hub-port", Text(bench.hub.Port));
        bench.redisPort = PeerProcess.FreePort();
        bench.redis = PeerProcess.Start(
            ServerProcessor, new Dictionary<string, string>(), "redis-server", "--bind", "127.0.0.1",
            "--port", Text(bench.redisPort), "--save", "", "--appendonly", "no");
        bench.processes.Add(bench.redis);
        await PeerProcess.WaitForPortAsync(bench.redisPort, stop);
        await FillRedisAsync(bench.redisPort, await AnswerBytesAsync(bench.alonePort, stop), stop);
        return bench;
    }

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken stop)
    {
        settings.Say("RESP, warming up …");
        foreach ((PeerProcess server, int port) in new[] { (alone, alonePort), (reporting, reportingPort) })
        {
            // What is measured is compiled code: 30 calls make a method hot, seconds make it compiled and its profile used.
            int warm = settings.Quick ? 300_000 : 1_500_000;
            await MeasureAsync(server, port, 16, warm, stop, "MM.DECIDE", "home-hero", Visitor);
            await MeasureAsync(server, port, 16, warm, stop, "GET", Visitor);
        }

        List<BenchRow> rows = [];
        foreach ((int pipeline, int requests) in new[] { (1, 250_000), (16, 3_000_000) })
        {
            List<Sample> decide = [];
            List<Sample> report = [];
            List<Sample> get = [];
            List<Sample> peerGet = [];
            List<Sample> peerFields = [];
            int rounds = settings.Quick ? 1 : 5;
            int count = settings.Quick ? requests / 10 : requests;
            for (int round = 0; round < rounds; round++)
            {
                settings.Say($"RESP -c 50 -P {pipeline}, round {round + 1} of {rounds} …");
                peerGet.Add(await MeasureAsync(redis, redisPort, pipeline, count, stop, "GET", Visitor));
                decide.Add(await MeasureAsync(alone, alonePort, pipeline, count, stop, "MM.DECIDE", "home-hero", Visitor));
                peerFields.Add(await MeasureAsync(redis, redisPort, pipeline, count, stop, ["HMGET", "h" + Visitor, .. Fields]));
                get.Add(await MeasureAsync(alone, alonePort, pipeline, count, stop, "GET", Visitor));
                report.Add(await MeasureAsync(reporting, reportingPort, pipeline, count, stop, "MM.DECIDE", "home-hero", Visitor));
            }

            string peerName = $"redis-server GET -P {pipeline}";
            Add(rows, $"RESP MM.DECIDE -c 50 -P {pipeline}", decide, peerName, peerGet);
            Add(rows, $"RESP MM.DECIDE -c 50 -P {pipeline}", decide, $"redis-server HMGET of 6 fields -P {pipeline}", peerFields);
            Add(rows, $"RESP GET of a score -c 50 -P {pipeline}", get, peerName, peerGet);
            Add(rows, $"RESP MM.DECIDE -c 50 -P {pipeline}, decisions reported to a hub beside it", report, peerName, peerGet);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PeerProcess process in processes)
        {
            await process.DisposeAsync();
        }

        await hub.DisposeAsync();
    }

    private static void Add(List<BenchRow> rows, string name, List<Sample> ours, string peerName, List<Sample> peers)
    {
        rows.Add(new BenchRow(name, Median(ours, each => each.PerSecond), "requests/s", peerName, Median(peers, each => each.PerSecond)));
        rows.Add(new BenchRow(
            name + ", server's CPU", Median(ours, each => each.CpuMicroseconds), "us/request", peerName, Median(peers, each => each.CpuMicroseconds)));
    }

    private async Task<(PeerProcess Process, int HttpPort, int RespPort)> StartEdgeAsync(CancellationToken stop, params string[] options)
    {
        PeerProcess edge = StartEdge(ServerProcessor, options);
        processes.Add(edge);
        string[] ports = (await edge.ReadLineAsync(stop)).Split(' ');
        return (edge, int.Parse(ports[0], CultureInfo.InvariantCulture), int.Parse(ports[1], CultureInfo.InvariantCulture));
    }

    public static PeerProcess StartEdge(int processor, params string[] options) => PeerProcess.Start(
        processor,
        new Dictionary<string, string> { [EdgeOptions.InlineCompletionsVariable] = "1", ["DOTNET_TieredPGO"] = "1" },
        ["dotnet", typeof(EdgeBenchResp).Assembly.Location, "serve-edge", .. options]);

    private static async Task<Sample> MeasureAsync(
        PeerProcess server, int port, int pipeline, int requests, CancellationToken stop, params string[] command)
    {
        TimeSpan before = server.CpuTime();
        string output = await PeerProcess.RunAsync(
            LoadProcessor, stop,
            ["redis-benchmark", "-p", Text(port), "-c", "50", "-P", Text(pipeline), "-n", Text(requests),
                "-r", Text(EdgeBenchSample.Visitors), "--csv", .. command]);
        // "test","rps","avg_latency_ms",… and one line of figures.
        string[] figures = output.TrimEnd().Split('\n')[^1].Split("\",\"");
        double microseconds = (server.CpuTime() - before).TotalMicroseconds / requests;
        return new Sample(double.Parse(figures[1], CultureInfo.InvariantCulture), microseconds);
    }

    private static double Median(List<Sample> samples, Func<Sample, double> figure)
    {
        double[] sorted = [.. samples.Select(figure).Order()];
        return sorted[sorted.Length / 2];
    }

    // How many bytes an MM.DECIDE is answered with.
    private static async Task<int> AnswerBytesAsync(int port, CancellationToken stop)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port, stop);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync("MM.DECIDE home-hero visitor-000000000001\r\n"u8.ToArray(), stop);
        return await stream.ReadAsync(new byte[4_096], stop);
    }

    // "$NN\r\n" and "\r\n" stand around the value of a GET.
    private static async Task FillRedisAsync(int port, int answerBytes, CancellationToken stop)
    {
        const string Done = "+PONG\r\n";
        string value = new('x', answerBytes - 7);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port, stop);
        await using NetworkStream stream = client.GetStream();
        StringBuilder commands = new("CLIENT REPLY OFF\r\n");
        for (int i = 0; i < EdgeBenchSample.Visitors; i++)
        {
            string visitor = Encoding.ASCII.GetString(EdgeBenchSample.Visitor(i));
            commands.Append("SET ").Append(visitor).Append(' ').Append(value).Append("\r\n");
            commands.Append("HSET h").Append(visitor).Append(" experience newsletter-benefits score 0.053312345 modelVersion 18230 ")
                .Append("rule engaged-by-email known 1 ageMs 12345\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(commands.Append("CLIENT REPLY ON\r\nPING\r\n").ToString()), stop);
        byte[] answer = new byte["+OK\r\n".Length + Done.Length];
        await stream.ReadExactlyAsync(answer, stop);
        if (!Encoding.ASCII.GetString(answer).EndsWith(Done, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("redis-server could not be filled");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
