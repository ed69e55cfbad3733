using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench apply`: how long a partition applies no event when a running topology is changed, at 5,000 events/s. The changes keep all
/// state (a rule moves to and fro); beside the measured pause stands the one that `topology plan` predicted.
/// </summary>
internal sealed class ApplyBench : IBench
{
    private const double Rate = 5_000;
    private const int Partitions = 4;

    public string Name => "apply";

    public string Summary => "pause at a change of a running topology that keeps state, beside the prediction";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        int changes = settings.Quick ? 10 : 60;
        string file = Path.Combine(Shipped.Root(), "topologies/luma-propensity/topology.yaml");
        string folder = Directory.CreateTempSubdirectory("mixmodeler-apply-").FullName;
        await using ProductProcess broker = ProductProcess.Start("broker", "--partitions", ProductProcess.Text(Partitions));
        KafkaOptions kafka = new() { BootstrapServers = (await broker.ReadLineAsync(stop))! };
        await using LocalRedis redis = await LocalRedis.StartAsync(new LocalRedisOptions { Directory = folder, AppendOnly = true }, stop);
        int port = FreePort();
        settings.Say("starting an engine");
        await using ProductProcess engine = ProductProcess.Start(
            "engine", "--topology", file, "--kafka", kafka.BootstrapServers, "--redis", redis.Endpoint, "--roles", "tasks,learner",
            "--control-port", ProductProcess.Text(port), "--hub-port", "0", "--partitions", ProductProcess.Text(Partitions));
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(20) };
        await StartedAsync(http, stop);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<long> producing = Task.Run(() => ProduceAsync(kafka, enough.Token), stop);
        settings.Say($"{changes} changes at {Rate} events/s");
        (double[] measuredMs, double[] predictedMs) = await ChangeAsync(http, file, changes, stop);
        await enough.CancelAsync();
        long records = await producing;
        JsonElement end = await SettledAsync(http, records, stop);
        Directory.Delete(folder, recursive: true);
        return
        [
            new("pause p50", At(measuredMs, 0.5), "ms", "predicted p50", At(predictedMs, 0.5)),
            new("pause p99", At(measuredMs, 0.99), "ms", "predicted p99", At(predictedMs, 0.99)),
            new("pause max", measuredMs[^1], "ms", "allowed p99", 200),
            new("switches of a partition", measuredMs.Length, ""),
            new("events", records, "events"),
            new("lost + duplicated", end.GetProperty("lost").GetInt64() + end.GetProperty("duplicated").GetInt64(), "events"),
        ];
    }

    // Each partition's own pause counts: the worst of them is what the stream sees.
    private static async Task<(double[] Measured, double[] Predicted)> ChangeAsync(HttpClient http, string file, int changes, CancellationToken stop)
    {
        string text = await File.ReadAllTextAsync(file, stop);
        string name = TopologyLoader.Load(file).Plan!.Name;
        List<double> measured = [];
        List<double> predicted = [];
        for (int i = 0; i < changes; i++)
        {
            string moved = text.Replace("from: 0.1, to: 1 ", i % 2 == 0 ? "from: 0.2, to: 1 " : "from: 0.1, to: 1 ", StringComparison.Ordinal);
            using HttpRequestMessage request = new(HttpMethod.Post, $"v1/topologies/{name}/changes") { Content = JsonContent.Create(new { text = moved }) };
            request.Headers.TryAddWithoutValidation("If-Match", "*");
            using HttpResponseMessage answer = await http.SendAsync(request, stop);
            string body = await answer.Content.ReadAsStringAsync(stop);
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                throw new InvalidOperationException($"the change was answered {(int)answer.StatusCode}: {body}");
            }

            string id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
            JsonElement change = await EndedAsync(http, $"v1/topologies/{name}/changes/{id}", stop);
            predicted.Add(change.GetProperty("predictedPauseMicros").GetInt64() / 1_000d);
            measured.AddRange(change.GetProperty("partitions").EnumerateArray()
                .Where(partition => int.TryParse(partition.GetProperty("partition").GetString(), out _))
                .Select(partition => partition.GetProperty("pauseMicros").GetInt64() / 1_000d));
        }

        return ([.. measured.Order()], [.. predicted.Order()]);
    }

    private static async Task<JsonElement> EndedAsync(HttpClient http, string path, CancellationToken stop)
    {
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            JsonElement change = JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), stop)).RootElement;
            if (!change.GetProperty("open").GetBoolean())
            {
                return change.GetProperty("stage").GetString() == "done" ? change : throw new InvalidOperationException($"the change ended otherwise: {change}");
            }

            await tick.WaitForNextTickAsync(stop);
        }
    }

    private static async Task<long> ProduceAsync(KafkaOptions kafka, CancellationToken enough)
    {
        using KafkaProducer producer = new(kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        GeneratorRun run = new(new LumaGenerator(new GeneratorOptions { Users = 200_000 }), new RecordPace(Rate, TimeProvider.System));
        await ((Task)run.ToSinkAsync(sink, new TopicNames().Events, enough)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sink.FlushAsync(CancellationToken.None);
        return run.Sent;
    }

    private static Task<JsonElement> StartedAsync(HttpClient http, CancellationToken stop) =>
        StatusAsync(http, status => status.GetProperty("started").GetBoolean() && status.GetProperty("partitions").GetArrayLength() == Partitions, stop);

    private static Task<JsonElement> SettledAsync(HttpClient http, long records, CancellationToken stop) =>
        StatusAsync(http, status => status.GetProperty("applied").GetInt64() >= records, stop);

    private static async Task<JsonElement> StatusAsync(HttpClient http, Predicate<JsonElement> holds, CancellationToken stop)
    {
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                JsonElement status = JsonDocument.Parse(await http.GetStringAsync(new Uri("v1/status", UriKind.Relative), stop)).RootElement;
                if (holds(status))
                {
                    return status;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            await tick.WaitForNextTickAsync(stop);
        }
    }

    private static double At(double[] ordered, double share) => ordered[Math.Min((int)(ordered.Length * share), ordered.Length - 1)];

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
