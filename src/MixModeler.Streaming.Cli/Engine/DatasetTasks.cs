using System.Collections.Concurrent;
using System.Collections.Immutable;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>Makes the tasks of datasets and of wardens, and remembers them for the status. Thread-safe.</summary>
/// <param name="catalog">Opens the state of datasets.</param>
/// <param name="producer">Of this process.</param>
/// <param name="redis">For the state of wardens.</param>
/// <param name="partitionsOfNew">Of topics that do not exist yet.</param>
internal sealed class DatasetTasks(DatasetCatalog catalog, KafkaProducer producer, RedisConnection redis, int partitionsOfNew)
{
    private readonly ConcurrentDictionary<(LaneWish Wish, int Partition), HarmonizeTask> tasks = new();

    public int PartitionsOfNew => partitionsOfNew;

    public IPartitionTask Create(TopologyPlan plan, LaneWish wish, int partition)
    {
        if (wish.Dataset is { } dataset)
        {
            RedisStateStore store = catalog.Open(dataset.Name, dataset.Identity, partition);
            return tasks[(wish, partition)] = DatasetWork.TaskOf(plan, dataset, partition, store, producer.CreateSink());
        }

        IEnumerable<DatasetPlan> judged = plan.Harmonized.Datasets.Where(each => plan.Topics.Prefix + each.Topic == wish.Topic);
        RedisStateStore offsets = new(redis, FormattableString.Invariant($"{plan.Name}.data.{wish.Topic}:{partition}"));
        return DatasetWork.WardenOf(plan, wish.Topic, judged, partition, offsets, producer.CreateSink());
    }

    /// <summary>What a lane that runs here has done.</summary>
    public DatasetReport ReportOf(string topology, RunningLane lane, bool isShown, Func<string, ScopeSize> sizeOf)
    {
        DatasetPlan dataset = lane.Wish.Dataset!;
        ImmutableArray<PartitionStatus> assigned = lane.Host.Status.Partitions;
        List<DatasetProgress> progress = [];
        DatasetReport report = new()
        {
            Name = dataset.Name,
            Identity = dataset.Identity,
            Topic = lane.Wish.Topic,
            Status = !isShown ? "replaying" : dataset.Status == DatasetStatus.Draft ? "draft" : "active",
            Lag = assigned.Sum(partition => partition.Lag),
        };
        foreach (PartitionStatus partition in assigned)
        {
            ScopeSize size = sizeOf(DatasetCatalog.ScopeOf(topology, dataset.Name, dataset.Identity, partition.Partition));
            report.Keys += size.Keys;
            report.Bytes += size.Bytes;
            if (tasks.TryGetValue((lane.Wish, partition.Partition), out HarmonizeTask? task))
            {
                progress.Add(task.Progress);
            }
        }

        DatasetTally.Add(report, dataset, progress);
        report.Partitions = [.. assigned.Select(partition => new PartitionReport(
            partition.Partition, partition.State.ToString(), partition.NextOffset, partition.Lag, 0, 0, partition.LastProblem))];
        return report;
    }
}
