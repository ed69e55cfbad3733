using System.Diagnostics;
using System.Threading.Channels;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>The task of the shipped attribution over generated events in memory: JSON read, journeys kept, conversions scored, state committed.</summary>
internal static class AttributionRun
{
    public static async Task<IEnumerable<BenchRow>> RowsAsync(int users, CancellationToken stop)
    {
        TopologyPlan topology = TopologyLoader.Load(Path.Combine(Shipped.Root(), "topologies/attribution/topology.yaml")).Plan!;
        AttributionPlan model = topology.Attributions.First(each => each.Name == "subscriptions");
        long events = Fill(users, out List<RecordBatch> batches);
        Channel<RecordBatch> log = Channel.CreateUnbounded<RecordBatch>();
        batches.ForEach(batch => log.Writer.TryWrite(batch));
        log.Writer.Complete();
        CountingSink sink = new();
        using AttributionTask task = AttributionWork.TaskOf(topology, model, 0, new MemoryStateStore(), sink);
        await task.AcquireAsync(0, stop);
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        await task.RunAsync(log.Reader, _ => { }, stop);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double allocated = (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)events;
        return
        [
            new BenchRow("events/s through an attribution's task, state in memory", events / seconds, "events/s"),
            new BenchRow("records sent for each event", (double)sink.Sent / events, "records"),
            new BenchRow("allocated by the task", allocated, "B/event"),
        ];
    }

    private static long Fill(int users, out List<RecordBatch> batches)
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = users, LateShare = 0.03 });
        batches = [new RecordBatch()];
        long events = 0;
        while (generator.TryNext(out GeneratedRecord record))
        {
            if (batches[^1].IsFull)
            {
                batches.Add(new RecordBatch());
            }

            batches[^1].Add(events++, long.MaxValue / 2, record.Key, record.Value);
        }

        return events;
    }

    private sealed class CountingSink : IRecordSink
    {
        public long Sent { get; private set; }

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Sent++;

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
