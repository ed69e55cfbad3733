using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>What is told of a plan, of what its owner put away.</summary>
public static class PlanStandings
{
    /// <param name="declaration">As the topology declares it.</param>
    /// <param name="stored">Null where nothing was put away yet.</param>
    public static PlanStanding Of(PlanDeclaration declaration, StoredPlan? stored)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        stored = stored?.Identity == declaration.Identity ? stored : null;
        return new PlanStanding
        {
            Name = declaration.Name,
            Description = declaration.Description,
            Mix = declaration.Mix,
            Identity = declaration.Identity,
            // The original's words.
            Status = stored?.Problem is not null ? "Failed" : stored?.Follower.Active is null ? "Processing" : "Complete",
            LastPeriod = stored?.LastPeriod,
            MovedAt = stored?.MovedAt,
            Spend = stored?.Follower.Active?.Spend.Sum(),
            Value = Finite(stored?.Follower.Newest?.Value),
            Gap = Finite(stored?.Follower.Newest?.Gap),
            Gain = Finite(stored?.Follower.Newest?.Move?.Gain),
            Probability = stored?.Follower.Newest?.Move?.Probability,
            Problem = stored?.Problem,
        };
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
