using System.Collections.Immutable;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>The marketing-mix models of a topology: how they stand, and what may be asked of them. Thread-safe.</summary>
public interface IMixDesk
{
    /// <summary>As the version that runs declares them, in the order of their names.</summary>
    ImmutableArray<MixPlan> Plans { get; }

    /// <summary>How a model stands, as its owner put it away.</summary>
    /// <exception cref="TaskLostException">The store is away.</exception>
    Task<MixStanding> StandingAsync(MixPlan plan, CancellationToken stop);

    /// <summary>Completes when the order is in the log; the models' owner takes it from there.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.OutputAway"/>.</exception>
    Task OrderAsync(MixOrder order, CancellationToken stop);
}
