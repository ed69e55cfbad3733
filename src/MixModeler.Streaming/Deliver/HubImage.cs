using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Deliver;

// What the hub serves at one moment, immutable but for its table. A plan with other features begins a new instance: rows
// of the old layout mean nothing to it, so edges come back for a snapshot.
internal sealed record HubImage(ulong Instance)
{
    public HubTable? Table { get; init; }

    public DecisionPlan? Plan { get; init; }

    public byte[]? PlanJson { get; init; }

    public byte[]? ModelJson { get; init; }

    // The table holds all that the topic held when the hub started, so a snapshot is one.
    public bool IsComplete { get; init; }
}
