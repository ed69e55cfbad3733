using System.CommandLine;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize quarantine list|show|patch|replay`.</summary>
internal static class QuarantineCommand
{
    public static readonly Option<string> Topology = Settings.Topology();
    public static readonly Option<string> Kafka = Settings.Kafka();
    public static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    public static readonly Option<string?> Dataset = new("--dataset") { Description = "Only of this dataset." };
    public static readonly Option<string?> Field = new("--field") { Description = "Only of this harmonized field." };
    public static readonly Option<string?> Value = new("--value") { Description = "Only this unknown value." };
    public static readonly Option<bool> Json = Settings.Json();

    public static Command Create() => new("quarantine", """
        Records that datasets set aside, for values nobody has named and units that changed; and what to write into the topology.

        Example:  mixmodeler harmonize quarantine list --dataset youtube
        """)
    {
        QuarantineListCommand.Create(), QuarantineShowCommand.Create(), QuarantinePatchCommand.Create(), QuarantineReplayCommand.Create(),
    };

    public static QuarantineFilter FilterOf(ParseResult parsed) => new(parsed.GetValue(Dataset), parsed.GetValue(Field), parsed.GetValue(Value));

    public static LogReader ReaderOf(ParseResult parsed) => new(KafkaOf(parsed));

    public static KafkaOptions KafkaOf(ParseResult parsed) =>
        Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-quarantine");

    public static QuarantineGroups Gather(ParseResult parsed, TopologyPlan plan, CancellationToken stop)
    {
        QuarantineFilter filter = FilterOf(parsed);
        QuarantineGroups groups = new();
        using LogReader reader = ReaderOf(parsed);
        foreach (StoredDeadLetter letter in new DeadLetterLog(reader, plan.Topics).Read(stop).Where(letter => filter.Takes(letter.Letter)))
        {
            groups.Add(letter.Id, letter.Letter, letter.TimestampMs);
        }

        return groups;
    }

    /// <summary>The change that helps, or why there is none.</summary>
    public static (MappingChange? Change, string WhyNot) Suggest(TopologyPlan plan, QuarantineGroup group)
    {
        if (plan.Harmonized.Datasets.FirstOrDefault(dataset => dataset.Name == group.Dataset) is not { } declared)
        {
            return (null, "the topology has no such dataset");
        }

        MappingChange? change = MappingChange.Suggest(declared, group, out string whyNot);
        return (change, whyNot);
    }
}
