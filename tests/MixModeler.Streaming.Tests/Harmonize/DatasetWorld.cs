using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize;

/// <summary>Plans, records and stores for tests of one dataset's task.</summary>
internal static class DatasetWorld
{
    public const long NowMs = 1_641_000_000_000;

    public static readonly SourcePlan Source = new()
    {
        IdentityPaths = ["_luma.userid", "identityMap.ECID"],
        Lateness = TimeSpan.FromDays(4_000),
        DeduplicateWithin = TimeSpan.FromDays(4_000),
        FutureMax = TimeSpan.FromDays(4_000),
    };

    public static DatasetPlan Plan => new()
    {
        Name = "youtube",
        Category = DatasetCategory.Summary,
        Topic = "summary",
        Identity = "0123456789ab",
        DatePath = "Date",
        Dimensions = [Into("channel", "Channel")],
        Metrics = [Sum("clicks", "Clicks"), Sum("spend", "Spend")],
    };

    public static DimensionMapping Into(string field, string path) => new(field, [], new MappingValue(true, path), []);

    public static MetricMapping Sum(string field, string path) => new(field, MetricRule.Sum, path, []);

    public static HarmonizeTask Task(DatasetPlan plan, IStateStore store, RecordingSink sink, SourcePlan? source = null, int keysMax = 50_000) =>
        new(new HarmonizeParts
        {
            Dataset = plan,
            Source = source ?? Source,
            Partition = 3,
            Store = store,
            Sink = sink,
            Topic = "mm.summary",
            DeadLetterTopic = "mm.deadletter",
            KeysMax = keysMax,
        });

    /// <summary>Runs a new task over records in the order of the log.</summary>
    public static async Task<DatasetProgress> RunAsync(
        DatasetPlan plan, MemoryStateStore store, RecordingSink sink, SourcePlan? source, params string[] values)
    {
        using HarmonizeTask task = Task(plan, store, sink, source);
        long offset = await task.AcquireAsync(0, CancellationToken.None);
        await task.RunAsync(Batches(values, offset, values.Length), _ => { }, CancellationToken.None);
        return task.Progress;
    }

    public static async Task<TablePart> OnePartAsync(DatasetPlan plan, params string[] values) =>
        Assert.Single(await PartsAsync(plan, null, values));

    public static async Task<TablePart[]> PartsAsync(DatasetPlan plan, SourcePlan? source, params string[] values)
    {
        MemoryStateStore store = new();
        await RunAsync(plan, store, new RecordingSink(), source, values);
        return [.. (await TableAsync(store)).Values];
    }

    public static ChannelReader<RecordBatch> Batches(string[] values, long from, int size)
    {
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        for (long offset = from; offset < values.Length; offset += size)
        {
            RecordBatch batch = new() { Partition = 3 };
            for (long at = offset; at < Math.Min(values.Length, offset + size); at++)
            {
                batch.Add(at, NowMs, [], Encoding.UTF8.GetBytes(values[at]));
            }

            channel.Writer.TryWrite(batch);
        }

        channel.Writer.Complete();
        return channel.Reader;
    }

    /// <summary>All parts of a store, by the hexadecimal key.</summary>
    public static async Task<Dictionary<string, TablePart>> TableAsync(MemoryStateStore store)
    {
        Dictionary<string, TablePart> parts = [];
        foreach ((string key, byte[] record) in await BytesAsync(store))
        {
            if (TableRecord.Unpack(Convert.FromHexString(key), record) is TablePart part)
            {
                parts.Add(key, part);
            }
        }

        return parts;
    }

    public static async Task<SortedDictionary<string, byte[]>> BytesAsync(MemoryStateStore store)
    {
        SortedDictionary<string, byte[]> found = new(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            StoredKeys keys = await store.ScanAsync(cursor, 10_000, CancellationToken.None);
            byte[]?[] records = await store.LoadAsync(keys.Keys, CancellationToken.None);
            for (int i = 0; i < records.Length; i++)
            {
                found[Convert.ToHexString(keys.Keys[i])] = records[i]!;
            }

            cursor = keys.Cursor;
        }
        while (cursor is not null);
        return found;
    }

    /// <summary>All of a part, exactly.</summary>
    public static string Text(TablePart part) => string.Join(
        ' ',
        part.Date.ToString("O"),
        string.Join(',', part.Dimensions.Select(value => value is null ? "Null" : $"'{value}'")),
        string.Join(',', part.Metrics.Select(metric => metric.ToString())),
        part.Records,
        part.First,
        part.Last,
        part.UpdatedMs);

    public static string[] Text(Dictionary<string, TablePart> parts) =>
        [.. parts.OrderBy(part => part.Key, StringComparer.Ordinal).Select(part => $"{part.Key} {Text(part.Value)}")];
}
