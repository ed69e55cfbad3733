using System.Collections.Immutable;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>The harmonized table as all engines keep it, for whoever asks this process: read from Redis when it is asked for.</summary>
internal sealed class HarmonizedView : IHarmonizedSource, IAsyncDisposable
{
    // Whoever asks more often gets what was there a moment ago.
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(100);

    private readonly RedisTableFollower follower;
    private readonly Func<TopologyPlan> plan;
    private readonly TimeProvider clock;
    private readonly LogReader logs;
    private readonly SemaphoreSlim looking = new(1);
    private long? lookedAt;
    private TopologyPlan? lookedBy;

    public HarmonizedView(KafkaOptions kafka, DatasetCatalog catalog, Func<TopologyPlan> plan, TimeProvider clock)
    {
        follower = new RedisTableFollower(catalog);
        this.plan = plan;
        this.clock = clock;
        logs = new LogReader(kafka);
    }

    public TopologyPlan Plan => plan();

    public async Task<HarmonizedTable> LookAsync(CancellationToken stop)
    {
        await looking.WaitAsync(stop);
        try
        {
            await BringUpAsync(stop);
            return follower.Table;
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>The table, and for each dataset that is shown the newest day that any of its records, or a time marker, told of.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<(HarmonizedTable Table, HarmonizePlan Plan, IReadOnlyDictionary<string, DateOnly> ToldThrough)> LookWithDaysAsync(CancellationToken stop)
    {
        await looking.WaitAsync(stop);
        try
        {
            TopologyPlan now = await BringUpAsync(stop);
            Dictionary<string, DateOnly> told = new(StringComparer.Ordinal);
            foreach (DatasetPlan dataset in now.Harmonized.Datasets)
            {
                string identity = follower.Catalog.Active.GetValueOrDefault(dataset.Name)?.Plan.Identity ?? dataset.Identity;
                DateOnly[] days = [.. follower.ProgressOf(dataset.Name, identity).Select(each => each.Progress?.NewestDay).OfType<DateOnly>()];
                if (days.Length > 0)
                {
                    told[dataset.Name] = days.Max();
                }
            }

            return (follower.Table, now.Harmonized, told);
        }
        finally
        {
            looking.Release();
        }
    }

    public async Task<IReadOnlyList<DatasetStanding>> StandingsAsync(CancellationToken stop)
    {
        List<DatasetStanding> standings = [];
        await looking.WaitAsync(stop);
        try
        {
            foreach (DatasetPlan dataset in Plan.Harmonized.Datasets)
            {
                DatasetPlan? shown = follower.Catalog.Active.GetValueOrDefault(dataset.Name)?.Plan;
                if (shown is not null && shown.Identity != dataset.Identity)
                {
                    standings.Add(await StandingOfAsync(shown, isShown: true, stop));
                }

                standings.Add(await StandingOfAsync(dataset, shown is null || shown.Identity == dataset.Identity, stop));
            }

            return standings;
        }
        finally
        {
            looking.Release();
        }
    }

    public async Task<IReadOnlyList<StoredRecord>> RecordsAsync(LineagePart part, int recordsMax, CancellationToken stop)
    {
        DatasetPlan? dataset = follower.Catalog.Active.GetValueOrDefault(part.Dataset)?.Plan
            ?? Plan.Harmonized.Datasets.FirstOrDefault(each => each.Name == part.Dataset);
        if (dataset is null)
        {
            return [];
        }

        string topic = Plan.Topics.Prefix + part.Topic;
        // The log is read by a library that waits.
        List<StoredRecord> between = await Task.Run(
            () => logs.Read(topic, part.Partition, part.FirstOffset, part.LastOffset + 1, stop)
                .Take(recordsMax)
                .Select(record => new StoredRecord(
                    record.Topic, record.Partition, record.Offset, record.TimestampMs, record.Key.ToArray(), record.Value.ToArray()))
                .ToList(),
            stop);
        return await PartRecords.ChooseAsync(Plan, dataset, part.Partition, part.Key, between, stop);
    }

    public ValueTask DisposeAsync()
    {
        logs.Dispose();
        looking.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<TopologyPlan> BringUpAsync(CancellationToken stop)
    {
        TopologyPlan now = Plan;
        if (lookedAt is not { } last || clock.GetElapsedTime(last) >= FreshFor || lookedBy != now)
        {
            await follower.LookAsync(now.Harmonized, stop);
            lookedAt = clock.GetTimestamp();
            lookedBy = now;
        }

        return now;
    }

    private async Task<DatasetStanding> StandingOfAsync(DatasetPlan dataset, bool isShown, CancellationToken stop)
    {
        DatasetLane? lane = follower.Catalog.Lane(dataset.Name, dataset.Identity);
        IReadOnlyList<(long NextOffset, DatasetProgress? Progress)> progress = follower.ProgressOf(dataset.Name, dataset.Identity);
        if (lane is null)
        {
            return new DatasetStanding(dataset, isShown, null, []);
        }

        (long Low, long High)[] bounds = await Task.Run(
            () => Enumerable.Range(0, lane.Ends.Length).Select(partition => logs.Bounds(lane.Topic, partition)).ToArray(), stop);
        ImmutableArray<PartitionStanding> partitions =
        [
            .. bounds.Select((each, partition) => new PartitionStanding(
                partition,
                partition < progress.Count ? progress[partition].NextOffset : 0,
                each.Low,
                each.High,
                lane.Ends[partition],
                partition < progress.Count ? progress[partition].Progress : null)),
        ];
        return new DatasetStanding(dataset, isShown, lane.Began, partitions);
    }
}
