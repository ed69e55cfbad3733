using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>Runs attribution tasks over logs in memory.</summary>
internal static class AttributionRig
{
    public static readonly DateTimeOffset Start = new(2024, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static string Event(string who, string id, string type, double day, string more = "") =>
        $"{{\"_id\":\"{id}\",\"timestamp\":\"{Start.AddDays(day):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"who\":\"{who}\",\"eventType\":\"{type}\"{more}}}";

    public static string TimeOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("timestamp").GetString()!;

    // Through tasks that die after some commits, and once between their outputs and the commit.
    public static async Task<(SortedDictionary<string, string> State, List<string> Sent, int Deaths)> RunAsync(
        TopologyPlan plan, List<string> log, int seed, int batchMax, int crashes, int visitorsMax)
    {
        Random random = new(seed);
        MemoryStateStore store = new();
        Dictionary<string, string> sent = [];
        List<string> order = [];
        int deaths = 0;
        long next = 0;
        AttributionTask? task = null;
        while (next < log.Count)
        {
            Sink sink = new();
            if (task is null)
            {
                task = Make(plan, store, sink, visitorsMax);
                next = await task.AcquireAsync(0, Stop);
            }

            int until = (int)Math.Min(log.Count, next + random.Next(1, batchMax + 1));
            bool dies = deaths < crashes && next > (deaths + 1) * log.Count / (crashes + 2);
            AttributionTask its = Make(plan, store, sink, visitorsMax);
            // A task of its own for each step tests every acquisition; the first one is only kept where nothing is to be dropped.
            await its.AcquireAsync(0, Stop);
            await its.ApplyAsync(Batch(log, (int)next, until - (int)next), Stop);
            if (!dies)
            {
                await its.CommitAsync(Stop);
                next = until;
            }
            else
            {
                deaths++;
            }

            its.Dispose();
            foreach ((string topic, string json) in sink.Sent.Where(each => each.Topic == "mm.attribution"))
            {
                string origin = JsonDocument.Parse(json).RootElement.GetProperty("origin").GetRawText();
                if (sent.TryAdd(origin, json))
                {
                    order.Add(json);
                }

                Assert.Equal(sent[origin], json);
            }
        }

        task?.Dispose();
        return (await StateAsync(store), order, deaths);
    }

    public static AttributionTask Make(TopologyPlan plan, MemoryStateStore store, Sink sink, int visitorsMax) => new(new AttributionParts
    {
        Topology = plan,
        Model = plan.Attributions[0],
        Partition = 0,
        Store = store,
        Sink = sink,
        VisitorsMax = visitorsMax,
    });

    public static RecordBatch Batch(List<string> log, int from, int count)
    {
        RecordBatch batch = new();
        for (int i = from; i < from + count; i++)
        {
            batch.Add(i, Start.AddDays(60).ToUnixTimeMilliseconds(), [], Encoding.UTF8.GetBytes(log[i]));
        }

        return batch;
    }

    public static async Task<SortedDictionary<string, string>> StateAsync(MemoryStateStore store)
    {
        SortedDictionary<string, string> state = new(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            StoredKeys some = await store.ScanAsync(cursor, 1_000, Stop);
            byte[]?[] records = await store.LoadAsync(some.Keys, Stop);
            for (int i = 0; i < records.Length; i++)
            {
                if (records[i] is { Length: > 0 })
                {
                    state[Convert.ToHexString(some.Keys[i])] = Convert.ToHexString(records[i]!);
                }
            }

            cursor = some.Cursor;
        }
        while (cursor is not null);
        state["task"] = Convert.ToHexString((await store.PeekAsync(Stop))!.TaskRecord!);
        return state;
    }

    internal sealed class Sink : MixModeler.Streaming.Deliver.IRecordSink
    {
        public List<(string Topic, string Json)> Sent { get; } = [];

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Sent.Add((topic, Encoding.UTF8.GetString(value)));

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
