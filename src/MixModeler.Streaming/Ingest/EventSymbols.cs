using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Ingest;

/// <summary>Which texts and numbers of an event a topology asks for, in a fixed order that reader and featurizer share.</summary>
internal static class EventSymbols
{
    public const string EventType = "eventType";

    /// <summary>Paths compared with texts; `eventType` is always the first.</summary>
    public static string[] PathsOf(TopologyPlan topology) =>
        [EventType, .. topology.Matches.Select(m => m.Path).Where(p => p != EventType).Distinct()];

    public static string[] AmountPathsOf(TopologyPlan topology) =>
        [.. topology.Matches.Select(m => m.AmountPath).OfType<string>().Distinct()];

    public static Utf8Symbols Of(TopologyPlan topology, string path)
    {
        IEnumerable<string> values = topology.Matches.Where(m => m.Path == path).Select(m => m.Value);
        return new Utf8Symbols(path == EventType && topology.Model is not null ? values.Append(topology.Model.LabelEvent) : values);
    }
}
