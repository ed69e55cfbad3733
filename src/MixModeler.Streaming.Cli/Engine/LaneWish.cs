using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>A lane that should run: a version of a dataset, or the warden of a topic. Two wishes are one if their texts are.</summary>
internal sealed class LaneWish : IEquatable<LaneWish>
{
    private readonly string text;

    private LaneWish(string topic, string text)
    {
        Topic = topic;
        this.text = text;
    }

    /// <summary>Full name.</summary>
    public string Topic { get; }

    /// <summary>Null for a warden.</summary>
    public DatasetPlan? Dataset { get; private init; }

    public static LaneWish Of(TopologyPlan plan, DatasetPlan dataset) => new(plan.Topics.Prefix + dataset.Topic, TextOf(dataset)) { Dataset = dataset };

    /// <summary>
    /// A warden for each topic of datasets but that of the events, where the main job judges what is malformed; without a main job that
    /// one too.
    /// </summary>
    public static IEnumerable<LaneWish> WardensOf(TopologyPlan plan) => plan.Harmonized.Datasets
        .GroupBy(dataset => plan.Topics.Prefix + dataset.Topic, StringComparer.Ordinal)
        .Where(topic => topic.Key != plan.Topics.Events || !plan.ReadsEvents)
        // Another set of datasets knows other records.
        .Select(topic => new LaneWish(topic.Key, string.Join('\n', topic.Select(TextOf))));

    /// <summary>Names the consumer group of a lane; versions of a dataset are different groups.</summary>
    public string GroupOf(string topology) => Dataset is null ? $"{topology}-data-{Topic}" : $"{topology}-data-{Dataset.Name}-{Dataset.Identity}";

    public bool Equals(LaneWish? other) => other is not null && Topic == other.Topic && text == other.text && (Dataset is null) == (other.Dataset is null);

    public override bool Equals(object? obj) => Equals(obj as LaneWish);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    private static string TextOf(DatasetPlan dataset) => new DatasetVersion { Plan = dataset, Partitions = 0 }.ToText();
}

/// <summary>A lane that runs here.</summary>
internal sealed record RunningLane(LaneWish Wish, KafkaTaskHost Host);
