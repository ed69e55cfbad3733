using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Operate;

/// <summary>The tasks that a topology's datasets need, for whoever runs them: an engine, a rehearsal, an explanation.</summary>
public static class DatasetWork
{
    /// <summary>The task of one partition of a dataset, over a store of its own.</summary>
    public static HarmonizeTask TaskOf(TopologyPlan plan, DatasetPlan dataset, int partition, IStateStore store, IRecordSink sink)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(dataset);
        return new HarmonizeTask(new HarmonizeParts
        {
            Dataset = dataset,
            Source = dataset.IsEvent ? plan.Source : null,
            Partition = partition,
            Store = store,
            Sink = sink,
            Topic = plan.Topics.Prefix + dataset.Topic,
            DeadLetterTopic = plan.Topics.DeadLetter,
        });
    }

    /// <summary>The warden of one partition of a topic, over a store of its own.</summary>
    public static DatasetWarden WardenOf(
        TopologyPlan plan, string topic, IEnumerable<DatasetPlan> datasets, int partition, IStateStore store, IRecordSink sink)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new DatasetWarden(new WardenParts
        {
            Datasets = [.. datasets],
            Partition = partition,
            Store = store,
            Sink = sink,
            Topic = topic,
            DeadLetterTopic = plan.Topics.DeadLetter,
        });
    }
}
