using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Perf;

// POST /v1/decide of random visitors beside nginx' `return 200` with a body of as many bytes, which looks at nothing: wrk with
// the same requests for both, servers on processor 0 and wrk on processor 1, one after the other in every round.
internal static partial class EdgeBenchHttp
{
    private const int ServerProcessor = 0;
    private const int LoadProcessor = 1;
    private const int Connections = 64;

    private sealed record Sample(double PerSecond, double CpuMicroseconds);

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("mixmodeler-bench").FullName;
        try
        {
            await using PeerProcess edge = EdgeBenchResp.StartEdge(ServerProcessor);
            int edgePort = int.Parse((await edge.ReadLineAsync(stop)).Split(' ')[0], CultureInfo.InvariantCulture);
            int nginxPort = PeerProcess.FreePort();
            string configuration = Path.Combine(folder, "nginx.conf");
            await File.WriteAllTextAsync(configuration, NginxConfiguration(folder, nginxPort, await AnswerAsync(edgePort, stop)), stop);
            await using PeerProcess nginx = PeerProcess.Start(
                ServerProcessor, new Dictionary<string, string>(), "nginx", "-p", folder, "-c", configuration);
            await PeerProcess.WaitForPortAsync(nginxPort, stop);
            string script = Path.Combine(folder, "decide.lua");
            await File.WriteAllTextAsync(script, Script(), stop);
            List<Sample> ours = [];
            List<Sample> peers = [];
            int rounds = settings.Quick ? 1 : 5;
            // On a saturated processor the compiler gets to the hot methods late: until then these would be other programs' figures.
            for (int warm = 0; warm < (settings.Quick ? 1 : 5); warm++)
            {
                await MeasureAsync(edge, edgePort, script, settings.Quick, stop);
            }

            for (int round = 0; round < rounds; round++)
            {
                settings.Say($"HTTP -c {Connections}, round {round + 1} of {rounds} …");
                peers.Add(await MeasureAsync(nginx, nginxPort, script, settings.Quick, stop));
                ours.Add(await MeasureAsync(edge, edgePort, script, settings.Quick, stop));
            }

            string peer = "nginx return 200 (wrk)";
            return
            [
                new BenchRow($"HTTP POST /v1/decide -c {Connections}", Median(ours, each => each.PerSecond), "requests/s",
                    peer, Median(peers, each => each.PerSecond)),
                new BenchRow($"HTTP POST /v1/decide -c {Connections}, server's CPU", Median(ours, each => each.CpuMicroseconds), "us/request",
                    peer, Median(peers, each => each.CpuMicroseconds)),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Sample> MeasureAsync(PeerProcess server, int port, string script, bool quick, CancellationToken stop)
    {
        TimeSpan before = server.CpuTime();
        string output = await PeerProcess.RunAsync(
            LoadProcessor, stop, "wrk", "-t1", $"-c{Connections}", quick ? "-d1s" : "-d3s", "-s", script, $"http://127.0.0.1:{port}/v1/decide");
        if (output.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"not every request was answered with 200: {output}");
        }

        double requests = double.Parse(Requests().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        double perSecond = double.Parse(PerSecond().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        return new Sample(perSecond, (server.CpuTime() - before).TotalMicroseconds / requests);
    }

    private static async Task<string> AnswerAsync(int port, CancellationToken stop)
    {
        using HttpClient client = new();
        using StringContent body = new("""{"scope":"home-hero","visitor":"visitor-000000000001"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/v1/decide"), body, stop);
        return await response.Content.ReadAsStringAsync(stop);
    }

    // One process without a master, so that its processor time is the server's.
    private static string NginxConfiguration(string folder, int port, string answer) => $$"""
        daemon off; master_process off; worker_processes 1; pid {{folder}}/nginx.pid; error_log {{folder}}/error.log crit;
        events { worker_connections 1024; }
        http {
          access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
          client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
          server { listen 127.0.0.1:{{port}}; location / { default_type application/json; return 200 '{{answer}}'; } }
        }
        """;

    // Requests are made once: the script must not be what is measured.
    private static string Script() => $$"""
        local requests = {}
        init = function(args)
          for i = 1, 1000 do
            local visitor = string.format("visitor-%012d", (i * 7919) % {{EdgeBenchSample.Visitors}})
            requests[i] = wrk.format("POST", "/v1/decide", {["Content-Type"] = "application/json"}, '{"scope":"home-hero","visitor":"' .. visitor .. '"}')
          end
        end
        local at = 0
        request = function()
          at = at % 1000 + 1
          return requests[at]
        end
        """;

    private static double Median(List<Sample> samples, Func<Sample, double> figure)
    {
        double[] sorted = [.. samples.Select(figure).Order()];
        return sorted[sorted.Length / 2];
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();
}
