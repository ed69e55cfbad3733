using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

/// <summary>Makes sure that topics are there.</summary>
public static class KafkaTopics
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    /// <summary>Creates the topic if there is none of this name, and tells how many partitions it has.</summary>
    /// <param name="options">How to reach Kafka.</param>
    /// <param name="name">Full topic name.</param>
    /// <param name="partitions">For a new topic; one that exists keeps its own.</param>
    /// <param name="compacted">Keep the newest record of every key for ever, instead of all records for a while.</param>
    /// <exception cref="InvalidOperationException">
    /// With a sentence: no broker answers, or the topic cannot be created. The embedded broker never creates topics on request; whoever
    /// starts it does (<see cref="EmbeddedBroker.CreateTopic"/>).
    /// </exception>
    public static async Task<int> EnsureAsync(KafkaOptions options, string name, int partitions, bool compacted)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        NativeLibrdkafka.Load();
        using IAdminClient admin = new AdminClientBuilder(options.ForAdmin()).SetLogHandler((_, _) => { }).Build();
        try
        {
            // Metadata is asked for synchronously in this library.
            int existing = await Task.Run(() => Count(admin, name)).ConfigureAwait(false);
            if (existing > 0)
            {
                return existing;
            }

            TopicSpecification topic = new() { Name = name, NumPartitions = partitions };
            if (compacted)
            {
                topic.Configs = new() { ["cleanup.policy"] = "compact" };
            }

            await admin.CreateTopicsAsync([topic], new() { RequestTimeout = Wait, OperationTimeout = Wait }).ConfigureAwait(false);
            return partitions;
        }
        catch (CreateTopicsException race) when (race.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            return await Task.Run(() => Count(admin, name)).ConfigureAwait(false);
        }
        catch (KafkaException refused)
        {
            throw new InvalidOperationException(
                $"The topic {name} does not exist and could not be created at {options.BootstrapServers} ({refused.Error.Reason.TrimEnd('.')}). Create it with the tools of your Kafka, or give the user the right to.",
                refused);
        }
    }

    internal static int Count(IAdminClient admin, string name)
    {
        TopicMetadata? topic = admin.GetMetadata(name, Wait).Topics.FirstOrDefault(topic => topic.Topic == name);
        return topic is null || topic.Error.IsError ? 0 : topic.Partitions.Count;
    }
}
