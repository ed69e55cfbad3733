using Confluent.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Kafka;

/// <summary>The topics that a topology reads and writes.</summary>
public static class NeededTopics
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    /// <param name="topics">Their names.</param>
    /// <param name="partitions">Of the topics that are keyed by visitor; the others have one.</param>
    public static IReadOnlyList<(string Name, int Partitions, bool Compacted)> Of(TopicNames topics, int partitions) =>
    [
        (topics.Events, partitions, false),
        (topics.Scores, partitions, true),
        (topics.Decisions, partitions, false),
        (topics.Training, 1, false),
        (topics.Models, 1, true),
        (topics.DeadLetter, 1, false),
        (topics.Replays, 1, true),
        (topics.Topologies, 1, true),
    ];

    /// <summary>
    /// What the nodes of a topology write, what its key-bys send to themselves, and what its other sources and its datasets read.
    /// Topics of datasets are not compacted: a row's later record is found by its version, not by its place.
    /// </summary>
    public static IReadOnlyList<(string Name, int Partitions, bool Compacted)> OfNodes(TopologyPlan plan, int partitions) =>
        [
            .. LanePlans.TopicsOf(plan)
                .Concat(LanePlans.KeyedOf(plan).Select(lane => lane.Topics.Events))
                .Concat(plan.Harmonized.Datasets.Select(dataset => plan.Topics.Prefix + dataset.Topic))
                .Concat(plan.Attributions.IsEmpty ? [] : [plan.Topics.Attribution])
                .Distinct()
                .Select(topic => (topic, partitions, false)),
            // One partition of orders makes one owner of the models.
            .. plan.Mixes.IsEmpty ? [] : new[] { (plan.Topics.Mix, 1, false), (plan.Topics.Measurements, 1, true) },
        ];

    /// <summary>Creates what is missing of a topology's nodes.</summary>
    public static async Task EnsureNodesAsync(KafkaOptions options, TopologyPlan plan, int partitions)
    {
        foreach ((string name, int wanted, bool compacted) in OfNodes(plan, partitions))
        {
            await KafkaTopics.EnsureAsync(options, name, wanted, compacted);
        }
    }

    /// <summary>Creates what is missing, however long the brokers take to answer; says once that it waits.</summary>
    /// <returns>How many partitions the events have.</returns>
    public static async Task<int> EnsureAsync(KafkaOptions options, TopicNames topics, int partitions, Report report, CancellationToken stop)
    {
        Dictionary<string, int> found = [];
        TimeSpan pause = TimeSpan.FromMilliseconds(200);
        bool said = false;
        foreach ((string name, int wanted, bool compacted) in Of(topics, partitions))
        {
            while (!found.ContainsKey(name))
            {
                try
                {
                    found[name] = await KafkaTopics.EnsureAsync(options, name, wanted, compacted);
                }
                catch (InvalidOperationException e) when (MayPass(e))
                {
                    if (!said)
                    {
                        report(Severity.Error, $"{e.Message} Trying again until Kafka answers.");
                        said = true;
                    }

                    await Task.Delay(pause, stop);
                    pause = pause * 2 > PauseMax ? PauseMax : pause * 2;
                }
            }
        }

        if (found[topics.Scores] < found[topics.Events])
        {
            throw new InvalidOperationException(
                $"{topics.Scores} has {found[topics.Scores]} partitions and {topics.Events} {found[topics.Events]}: a score goes to the partition its event came from, so give {topics.Scores} as many.");
        }

        return found[topics.Events];
    }

    private static bool MayPass(InvalidOperationException e) =>
        e.InnerException is KafkaException { Error: { IsFatal: false, Code: not ErrorCode.Local_UnsupportedFeature } };
}
