using System.Diagnostics;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench harmonize`: events through a dataset of 40 mapping rules (JSON bytes in memory → rules → cells) on one core, beside a
/// loop written by hand for exactly these rules; then many summary rows and events through tasks, with the memory they took.
/// </summary>
internal sealed class HarmonizeBench : IBench
{
    public string Name => "harmonize";

    public string Summary => "events through 40 mapping rules beside a hand-written loop, and summary and event records through tasks in bounded memory";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        int count = settings.Quick ? 20_000 : 200_000;
        List<RecordBatch> batches = Events(count, out double bytesPerEvent);
        CellLoop ours = new();
        HandWrittenCells byHand = new();
        (Rate rate, Rate peer) = Measure.ByTurns(settings.Quick ? 3 : 7, count, () => ours.Run(batches), () => byHand.Run(batches));
        if (ours.Sum != byHand.Sum)
        {
            throw new InvalidOperationException($"the loops disagree: the rules make {ours.Sum}, the hand-written loop {byHand.Sum}");
        }

        ThroughTasks tasks = await ThroughTasks.RunAsync(settings.Quick ? 200_000 : 10_000_000, stop);
        return
        [
            new("harmonize events/s", rate.PerSecond, "events/s", "hand-written loop", peer.PerSecond),
            new("harmonize bytes allocated", rate.BytesPerOperation, "B/event", "hand-written loop", peer.BytesPerOperation),
            new("event size", bytesPerEvent, "B"),
            new("records through tasks", tasks.Records, "records"),
            new("records/s through tasks and stores", tasks.PerSecond, "records/s"),
            new("rows and cells in the table", tasks.Parts, "parts"),
            new("peak managed memory", tasks.ManagedMegabytes, "MB"),
            new("peak working set", tasks.WorkingSetMegabytes, "MB"),
        ];
    }

    /// <summary>Events of one month: nine dimensions by name, one by cases of 22 conditions, eight metrics.</summary>
    internal static List<RecordBatch> Events(int count, out double bytesPerEvent)
    {
        Random random = new(11);
        List<RecordBatch> batches = [new()];
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            if (batches[^1].IsFull)
            {
                batches.Add(new RecordBatch());
            }

            byte[] value = HarmonizeRecords.Event(random, i);
            bytes += value.Length;
            batches[^1].Add(i, HarmonizeRecords.NowMs, [], value);
        }

        bytesPerEvent = (double)bytes / count;
        return batches;
    }

    /// <summary>The stages of a task, without store and outputs.</summary>
    private sealed class CellLoop
    {
        private readonly DatasetReader reader = new(HarmonizeRecords.EventPlan, HarmonizeRecords.Source with { DeduplicateWithin = TimeSpan.Zero }, 0);
        private readonly KeyTable<CellMemory> cells = new();

        public Int128 Sum { get; private set; }

        public void Run(List<RecordBatch> batches)
        {
            Sum = 0;
            foreach (RecordBatch batch in batches)
            {
                DatasetBatch rows = reader.Read(batch);
                for (int i = 0; i < rows.Count; i++)
                {
                    ref DatasetRow row = ref rows[i];
                    if (!cells.TryFind(row.Key, out CellMemory? cell))
                    {
                        cell = new CellMemory(HarmonizeRecords.EventPlan.Metrics.Length);
                        cells.Add(row.Key, cell);
                    }

                    cell.Add(in row, rows.Amounts(i), rows.Present(i), 0);
                    Sum += rows.Amounts(i)[0].Units;
                }
            }
        }
    }
}

/// <summary>Many records of two datasets through their tasks.</summary>
internal sealed record ThroughTasks(long Records, double PerSecond, long Parts, double ManagedMegabytes, double WorkingSetMegabytes)
{
    private const int DistinctRows = 50_000;

    public static async Task<ThroughTasks> RunAsync(long records, CancellationToken stop)
    {
        MemoryStateStore eventStore = new();
        MemoryStateStore rowStore = new();
        SilentSink sink = new();
        using HarmonizeTask events = new(PartsOf(HarmonizeRecords.EventPlan, eventStore, sink));
        using HarmonizeTask rows = new(PartsOf(HarmonizeRecords.RowPlan, rowStore, sink));
        await events.AcquireAsync(0, stop);
        await rows.AcquireAsync(0, stop);
        Random random = new(5);
        RecordBatch batch = new();
        (long managed, long workingSet, long done) = (0, 0, 0);
        (long eventOffset, long rowOffset) = (0, 0);
        using Process self = Process.GetCurrentProcess();
        long began = Stopwatch.GetTimestamp();
        while (done < records)
        {
            batch.Clear();
            bool isEvents = done / RecordBatch.RecordsMax % 2 == 0;
            while (!batch.IsFull)
            {
                // Everything is restated again and again: rows by their key, events over the same cells.
                byte[] value = isEvents ? HarmonizeRecords.Event(random, (int)eventOffset) : HarmonizeRecords.Row(random, random.Next(DistinctRows), rowOffset);
                batch.Add(isEvents ? eventOffset++ : rowOffset++, HarmonizeRecords.NowMs, [], value);
            }

            HarmonizeTask task = isEvents ? events : rows;
            await task.ApplyAsync(batch, stop);
            await task.CommitAsync(stop);
            done += batch.Count;
            if (done % (64 * RecordBatch.RecordsMax) == 0)
            {
                managed = Math.Max(managed, GC.GetTotalMemory(forceFullCollection: false));
                self.Refresh();
                workingSet = Math.Max(workingSet, self.WorkingSet64);
            }
        }

        double perSecond = done / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new ThroughTasks(done, perSecond, rowStore.Count + eventStore.Count, managed / 1e6, workingSet / 1e6);
    }

    private static HarmonizeParts PartsOf(DatasetPlan plan, MemoryStateStore store, SilentSink sink) => new()
    {
        Dataset = plan,
        Source = HarmonizeRecords.Source,
        Partition = 0,
        Store = store,
        Sink = sink,
        Topic = "mm." + plan.Topic,
        DeadLetterTopic = "mm.deadletter",
    };

    private sealed class SilentSink : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            throw new InvalidOperationException($"a record was refused: {Encoding.UTF8.GetString(value)}");

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
