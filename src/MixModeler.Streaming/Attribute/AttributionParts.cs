using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Attribute;

/// <summary>What a task of an attribution model works with.</summary>
public sealed record AttributionParts
{
    public required TopologyPlan Topology { get; init; }

    public required AttributionPlan Model { get; init; }

    public required int Partition { get; init; }

    /// <summary>Of this identity of this model and this partition, and of nobody else.</summary>
    public required IStateStore Store { get; init; }

    public required IRecordSink Sink { get; init; }

    /// <summary>Visitors kept in memory between batches.</summary>
    public int VisitorsMax { get; init; } = 50_000;
}
