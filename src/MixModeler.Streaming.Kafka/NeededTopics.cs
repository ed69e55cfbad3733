using Confluent.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;

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
        (topics.Topologies, 1, true),
    ];

    /// <summary>Creates what is missing, however long the brokers take to answer; says once that it waits.</summary>
    public static async Task EnsureAsync(KafkaOptions options, TopicNames topics, int partitions, Report report, CancellationToken stop)
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
    }

    private static bool MayPass(InvalidOperationException e) =>
        e.InnerException is KafkaException { Error: { IsFatal: false, Code: not ErrorCode.Local_UnsupportedFeature } };
}
