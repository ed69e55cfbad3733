using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Attribute;

/// <summary>The tasks that a topology's attribution models need, for whoever runs them: an engine, a rehearsal, a run over a file.</summary>
public static class AttributionWork
{
    public static AttributionTask TaskOf(
        TopologyPlan plan, AttributionPlan model, int partition, IStateStore store, IRecordSink sink) => new(new AttributionParts
    {
        Topology = plan,
        Model = model,
        Partition = partition,
        Store = store,
        Sink = sink,
    });

    /// <summary>The state of one partition of a model, of this identity.</summary>
    public static string ScopeOf(string topology, string model, string identity, int partition) =>
        FormattableString.Invariant($"{topology}.attribution.{model}.{identity}:{partition}");

    /// <summary>Kafka's consumer group of a model, of this identity.</summary>
    public static string GroupOf(string topology, AttributionPlan model) => $"{topology}-attribution-{model.Name}-{model.Identity}";
}
