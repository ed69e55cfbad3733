using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench freshness`: from an event's record timestamp to the moment an edge answers with it, at 5,000 events/s through every
/// process of the demo. Beside it: from the same timestamp to a client that only reads the topic.
/// </summary>
internal sealed class FreshnessBench : IBench
{
    private const double Rate = 5_000;

    public string Name => "freshness";

    public string Summary => "event to visible at the edge at 5,000 events/s, beside a client that only reads the topic";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        int seconds = settings.Quick ? 5 : 30;
        settings.Say("running the demo's processes");
        JsonElement end;
        await using (ProductProcess demo = ProductProcess.Start(
            "demo", "--seconds", ProductProcess.Text(seconds), "--rate", ProductProcess.Text(Rate), "--decisions", "50", "--json"))
        {
            end = JsonDocument.Parse(await demo.ReadToEndAsync(stop)).RootElement;
        }

        settings.Say("reading the topic alone");
        long[] readMs = await ReadAloneAsync(seconds, stop);
        JsonElement edge = end.GetProperty("eventToEdgeMs");
        return
        [
            new("event to edge p50", edge.GetProperty("p50").GetDouble(), "ms", "reading alone", readMs[readMs.Length / 2]),
            new("event to edge p99", edge.GetProperty("p99").GetDouble(), "ms", "reading alone", readMs[readMs.Length * 99 / 100]),
            new("events", end.GetProperty("events").GetInt64(), "events"),
            new("lost + duplicated", end.GetProperty("lost").GetInt64() + end.GetProperty("duplicated").GetInt64(), "events"),
        ];
    }

    private static async Task<long[]> ReadAloneAsync(int seconds, CancellationToken stop)
    {
        await using ProductProcess broker = ProductProcess.Start("broker");
        KafkaOptions kafka = new() { BootstrapServers = (await broker.ReadLineAsync(stop))! };
        string topic = new TopicNames().Events;
        List<long> ages = [];
        await using KafkaTail tail = new(
            kafka,
            topic,
            batch =>
            {
                long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
                for (int i = 0; i < batch.Count; i++)
                {
                    ages.Add(Math.Max(0, nowMs - batch.TimestampMs(i)));
                }
            },
            (_, _) => { });
        tail.Start();
        using (KafkaProducer producer = new(kafka, (_, _) => { }))
        using (KafkaRecordSink sink = producer.CreateSink())
        {
            LumaGenerator generator = new(new GeneratorOptions { Users = (int)(Rate * seconds / 10.4) });
            await new GeneratorRun(generator, new RecordPace(Rate, TimeProvider.System)).ToSinkAsync(sink, topic, stop);
        }

        await tail.DisposeAsync();
        return [.. ages.Order()];
    }
}
