using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>What one engine process does.</summary>
internal sealed record EngineOptions
{
    /// <summary>Null: what the control log says that <see cref="Name"/> runs.</summary>
    public TopologyPlan? Topology { get; set; }

    /// <summary>The topology's.</summary>
    public required string Name { get; set; }

    public TopicNames Topics { get; set; } = new();

    public required KafkaOptions Kafka { get; set; }

    public required string Redis { get; set; }

    /// <summary>Partition tasks over the events.</summary>
    public bool RunsTasks { get; set; } = true;

    public bool RunsLearner { get; set; } = true;

    public bool RunsHub { get; set; } = true;

    public string HubBind { get; set; } = "127.0.0.1";

    public int HubPort { get; set; } = 7_171;

    public string ControlBind { get; set; } = "127.0.0.1";

    public int ControlPort { get; set; } = 7_170;

    /// <summary>Partitions of topics that do not exist yet; the topics of scores and events get the same number.</summary>
    public int Partitions { get; set; } = 16;

    public int VisitorsInMemory { get; set; } = 50_000;
}
