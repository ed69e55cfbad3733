using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>The budget plans of a topology as they stand. Thread-safe.</summary>
public interface IPlanDesk
{
    /// <summary>As the version that runs declares them, in the order of their names.</summary>
    ImmutableArray<PlanDeclaration> Declarations { get; }

    /// <summary>A plan as its owner put it away; null before that.</summary>
    /// <exception cref="TaskLostException">The store is away.</exception>
    Task<StoredPlan?> PlanAsync(PlanDeclaration declaration, CancellationToken stop);
}
