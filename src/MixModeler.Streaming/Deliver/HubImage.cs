using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Deliver;

// What the hub serves at one moment, immutable but for its table. A plan of another layout begins a new instance: rows of the
// old layout mean nothing to it, so edges get a snapshot.
internal sealed record HubImage(ulong Instance)
{
    public HubTable? Table { get; init; }

    public DecisionPlan? Plan { get; init; }

    // Null where only a document was published: then rows cannot be brought into another layout.
    public TopologyPlan? Topology { get; init; }

    public byte[]? PlanJson { get; init; }

    // Fits the plan.
    public ModelDocument? Model { get; init; }

    public byte[]? ModelJson { get; init; }

    // The table holds all that the topic held when the hub started, so a snapshot is one.
    public bool IsComplete { get; init; }
}
