using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench kafka`: a full log of events in the embedded broker, an engine process that applies all of it with its state
/// committed to Redis (append-only file on), learner and hub included; everything on this machine's cores. Beside it: a
/// client that only reads the same log.
/// </summary>
internal sealed class KafkaBench : IBench
{
    private const int Partitions = 16;

    public string Name => "kafka";

    public string Summary => "from the broker through the engine to committed state in Redis, beside a client that only reads";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("mixmodeler-bench-").FullName;
        await using ProductProcess broker = ProductProcess.Start("broker", "--partitions", ProductProcess.Text(Partitions));
        KafkaOptions kafka = new() { BootstrapServers = (await broker.ReadLineAsync(stop))! };
        await using LocalRedis redis = await LocalRedis.StartAsync(
            new LocalRedisOptions { Kind = LocalRedisKind.Redis, Directory = folder, AppendOnly = true }, stop);
        TopicNames topics = Shipped.LumaPropensity().Topics;
        settings.Say("filling the log");
        long records = await FillAsync(kafka, topics.Events, settings.Quick ? 20_000 : 60_000, stop);
        settings.Say($"{records:N0} records; reading them alone");
        double readPerSecond = await ReadAsync(kafka, topics.Events, records, stop);

        settings.Say("starting the engine");
        int port = FreePort();
        await using ProductProcess engine = ProductProcess.Start(
            "engine", "--kafka", kafka.BootstrapServers, "--redis", redis.Endpoint, "--partitions", ProductProcess.Text(Partitions),
            "--control-port", ProductProcess.Text(port), "--hub-port", "0");
        using Process redisProcess = Process.GetProcessById(redis.ProcessId);
        Func<double[]> cpuSeconds = () =>
        {
            redisProcess.Refresh();
            return [engine.CpuSeconds, redisProcess.TotalProcessorTime.TotalSeconds, broker.CpuSeconds];
        };
        (double perSecond, double[] cpuMicros, EngineStatus last) = await ApplyAsync(port, records, cpuSeconds, stop);
        long applied = Stopwatch.GetTimestamp();
        EngineStatus learned = await LearnedAsync(port, stop);
        double learnerBehind = Stopwatch.GetElapsedTime(applied).TotalSeconds;
        if (last.Lost + last.Duplicated > 0)
        {
            throw new InvalidOperationException($"the audit failed: lost {last.Lost}, duplicated {last.Duplicated}");
        }

        return
        [
            new("kafka events/s applied and committed", perSecond, "events/s", "reading alone", readPerSecond),
            new("events", records, "events"),
            new("examples learned meanwhile", last.Learner?.Examples ?? 0, "examples"),
            new("examples in all", learned.Learner?.Examples ?? 0, "examples"),
            new("until the learner had the rest", learnerBehind, "s"),
            new("engine CPU", cpuMicros[0], "µs/event"),
            new("redis CPU", cpuMicros[1], "µs/event"),
            new("broker CPU", cpuMicros[2], "µs/event"),
        ];
    }

    private static async Task<long> FillAsync(KafkaOptions kafka, string topic, int users, CancellationToken stop)
    {
        using KafkaProducer producer = new(kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        return (await new GeneratorRun(new LumaGenerator(new GeneratorOptions { Users = users })).ToSinkAsync(sink, topic, stop)).Records;
    }

    private static async Task<double> ReadAsync(KafkaOptions kafka, string topic, long records, CancellationToken stop)
    {
        long read = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long start = 0;
        await using KafkaTail tail = new(
            kafka,
            topic,
            batch =>
            {
                start = start == 0 ? Stopwatch.GetTimestamp() : start;
                if ((read += batch.Count) == records)
                {
                    all.TrySetResult();
                }
            },
            (_, _) => { });
        tail.Start();
        await all.Task.WaitAsync(TimeSpan.FromMinutes(2), stop);
        return records / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // From a twentieth of the records to the last: start-up, joining the group and most of the compiler's work are not the
    // engine's speed.
    private static async Task<(double PerSecond, double[] CpuMicros, EngineStatus Last)> ApplyAsync(
        int port, long records, Func<double[]> cpuSeconds, CancellationToken stop)
    {
        using HttpClient http = new();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(50));
        (long atFirst, long applied) = (0, 0);
        double[] cpuFirst = [];
        for (long began = Stopwatch.GetTimestamp(); ;)
        {
            EngineStatus? status = await StatusAsync(http, port, stop);
            long now = Stopwatch.GetTimestamp();
            if (status is not null && status.Applied > records / 20 && atFirst == 0)
            {
                (atFirst, applied, cpuFirst) = (now, status.Applied, cpuSeconds());
            }

            if (status is not null && status.Applied == records)
            {
                double[] micros = [.. cpuSeconds().Zip(cpuFirst, (after, before) => (after - before) / (records - applied) * 1e6)];
                return ((records - applied) / Stopwatch.GetElapsedTime(atFirst, now).TotalSeconds, micros, status);
            }

            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException($"the engine applied {status?.Applied} of {records} records in three minutes");
            }

            await tick.WaitForNextTickAsync(stop);
        }
    }

    private static async Task<EngineStatus> LearnedAsync(int port, CancellationToken stop)
    {
        using HttpClient http = new();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(50));
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1); await tick.WaitForNextTickAsync(stop))
        {
            if (await StatusAsync(http, port, stop) is { Learner: { } learner } status && learner.Examples == status.Positives + status.Negatives)
            {
                return status;
            }
        }

        throw new TimeoutException("the learner did not catch up within a minute");
    }

    private static async Task<EngineStatus?> StatusAsync(HttpClient http, int port, CancellationToken stop)
    {
        try
        {
            string json = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/v1/status"), stop);
            return JsonSerializer.Deserialize<EngineStatus>(json, JsonSerializerOptions.Web);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
