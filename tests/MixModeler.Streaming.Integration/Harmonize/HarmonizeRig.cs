using System.Net;
using System.Text.Json;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Integration.Harmonize;

/// <summary>Engines that harmonize, and the same over the same logs in memory.</summary>
internal sealed class HarmonizeRig : IAsyncDisposable
{
    public const string Grid = "grid?size=0&grain=finest&sort=event_date,dataset&columns=" + HarmonizeWorld.Columns;

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly string folder = Directory.CreateTempSubdirectory("mixmodeler-blend-").FullName;

    private HarmonizeRig()
    {
    }

    public MainJobRig Job { get; private set; } = null!;

    public TopologyPlan Plan => Job.Plan;

    public static async Task<HarmonizeRig> StartAsync(LocalRedisKind kind, int partitions, CancellationToken stop, string topology = HarmonizeWorld.Topology)
    {
        HarmonizeRig rig = new();
        rig.Job = await MainJobRig.StartAsync(kind, partitions, stop, rig.Write("topology", topology));
        return rig;
    }

    /// <summary>A topology file.</summary>
    public string Write(string name, string topology)
    {
        string file = Path.Combine(folder, $"{name}.yaml");
        File.WriteAllText(file, topology);
        return file;
    }

    public EngineChild StartEngine() => Job.StartEngine("tasks");

    public async Task ProduceAsync(IEnumerable<(string Topic, string Key, string Value)> records, int perSecond, CancellationToken stop)
    {
        using KafkaProducer producer = new(Job.Kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(50));
        int sent = 0;
        foreach ((string topic, string key, string value) in records)
        {
            sink.Send(Plan.Topics.Prefix + topic, Deliver.IRecordSink.ByKey, HarmonizeWorld.Bytes(key), HarmonizeWorld.Bytes(value));
            if (perSecond > 0 && ++sent % Math.Max(1, perSecond / 20) == 0)
            {
                await tick.WaitForNextTickAsync(stop);
            }
        }

        await sink.FlushAsync(stop);
    }

    public async Task<(HttpStatusCode Code, string Text, string? Tag)> GetAsync(EngineChild engine, string path, CancellationToken stop, string? known = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"http://127.0.0.1:{engine.ControlPort}/v1/harmonized/{Plan.Name}/{path}"));
        if (known is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        }

        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, stop);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(stop), answer.Headers.ETag?.ToString());
        }
        catch (HttpRequestException)
        {
            return (0, "", null);
        }
    }

    public async Task<GridResult> GridAsync(EngineChild engine, CancellationToken stop, string path = Grid)
    {
        (HttpStatusCode code, string text, _) = await GetAsync(engine, path, stop);
        Assert.True(code == HttpStatusCode.OK, $"{path}: {code} {text}\n{string.Join('\n', engine.Process.LastLines)}");
        return JsonSerializer.Deserialize(text, HarmonizedTableJson.Default.GridResult)!;
    }

    public async Task<SyncDocument[]> SyncAsync(EngineChild engine, CancellationToken stop)
    {
        (HttpStatusCode code, string text, _) = await GetAsync(engine, "sync", stop);
        return code == HttpStatusCode.OK ? JsonSerializer.Deserialize(text, HarmonizedDocumentJson.Default.SyncDocumentArray)! : [];
    }

    /// <summary>Everything that is in the logs stands in the table, under the rules of these identities.</summary>
    public async Task SettledAsync(EngineChild engine, CancellationToken stop, HarmonizePlan? plan = null)
    {
        SyncDocument[] last = [];
        await Until.HoldsAsync(
            async () =>
            {
                last = await SyncAsync(engine, stop);
                return last.Length > 0 && last.All(each => each.CaughtUp)
                    && (plan ?? Plan.Harmonized).Datasets.All(dataset => last.Any(each => each.Dataset == dataset.Name && each.Identity == dataset.Identity));
            },
            () => $"{JsonSerializer.Serialize(last, HarmonizedDocumentJson.Default.SyncDocumentArray)}\n{string.Join('\n', engine.Process.LastLines)}",
            stop);
    }

    /// <summary>The table and the counts as one undisturbed process makes them of the same logs.</summary>
    public async Task<(HarmonizedTable Table, Dictionary<string, long> Accepted)> UndisturbedAsync(TopologyPlan plan, CancellationToken stop)
    {
        HarmonizedTable table = new();
        table.Use(plan.Harmonized);
        Dictionary<string, long> accepted = [];
        using LogReader logs = new(Job.Kafka);
        foreach (DatasetPlan dataset in plan.Harmonized.Datasets)
        {
            string topic = plan.Topics.Prefix + dataset.Topic;
            for (int partition = 0; partition < logs.Partitions(topic); partition++)
            {
                MemoryStateStore store = new();
                using HarmonizeTask task = DatasetWork.TaskOf(plan, dataset, partition, store, new Nowhere());
                await task.AcquireAsync(0, stop);
                (long low, long high) = logs.Bounds(topic, partition);
                List<RecordBatch> batches = [];
                foreach (LogRecord record in logs.Read(topic, partition, low, high, stop))
                {
                    if (batches.Count == 0 || batches[^1].IsFull)
                    {
                        batches.Add(new RecordBatch { Partition = partition });
                    }

                    batches[^1].Add(record.Offset, record.TimestampMs, record.Key.Span, record.Value.Span);
                }

                System.Threading.Channels.Channel<RecordBatch> channel = System.Threading.Channels.Channel.CreateUnbounded<RecordBatch>();
                batches.ForEach(batch => channel.Writer.TryWrite(batch));
                channel.Writer.Complete();
                await task.RunAsync(channel.Reader, static _ => { }, stop);
                await new PartitionFollower(store, dataset, partition, table).FollowAsync(stop);
                accepted[dataset.Name] = accepted.GetValueOrDefault(dataset.Name) + task.Progress.Accepted;
            }
        }

        return (table, accepted);
    }

    /// <summary>The engine's table equals that of an undisturbed run, to the last digit, and so do the counts.</summary>
    public async Task AssertUndisturbedAsync(EngineChild engine, TopologyPlan plan, CancellationToken stop)
    {
        (HarmonizedTable expected, Dictionary<string, long> accepted) = await UndisturbedAsync(plan, stop);
        string[] parts = Grid[(Grid.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&');
        QueryText query = new(name => parts.Select(each => each.Split('=')).FirstOrDefault(each => each[0] == name)?[1]);
        GridResult wanted = expected.Grid(query.Grid());
        GridResult found = await GridAsync(engine, stop);
        Assert.Equal(wanted.Columns.Select(column => column.Name), found.Columns.Select(column => column.Name));
        Assert.True(wanted.Rows.Length > 50, $"{wanted.Rows.Length} rows are no test");
        Assert.Equal(wanted.Rows.Select(Line), found.Rows.Select(Line));
        (_, string text, _) = await GetAsync(engine, "quality", stop);
        QualityReport quality = JsonSerializer.Deserialize(text, HarmonizedTableJson.Default.QualityReport)!;
        Dictionary<string, long> counted = quality.Datasets.ToDictionary(each => each.Name, each => each.Counts!.Accepted);
        Assert.Equal(accepted.OrderBy(each => each.Key), counted.OrderBy(each => each.Key));
    }

    public async ValueTask DisposeAsync()
    {
        await Job.DisposeAsync();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public static string Line(string?[] row) => string.Join(" | ", row.Select(cell => cell ?? "Null"));

    private sealed class Nowhere : Deliver.IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
