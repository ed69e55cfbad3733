using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>Somebody who makes something of a model whenever it changed. Called by the models' owner, one call at a time.</summary>
public interface IMixWitness
{
    /// <summary>The owner works by this version from now on; what the witness keeps of versions before and is no more can go.</summary>
    /// <exception cref="TaskLostException">A store is away.</exception>
    Task SeatAsync(TopologyPlan topology, CancellationToken stop);

    /// <summary>Says through the sink what it made; the owner waits until that is in the log.</summary>
    /// <param name="topology">That runs.</param>
    /// <param name="plan">The model's.</param>
    /// <param name="stored">As it was put away just now.</param>
    /// <param name="sink">Of the owner.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="TaskLostException">Somebody else is the owner, or a store is away.</exception>
    Task RefreshedAsync(TopologyPlan topology, MixPlan plan, StoredMix stored, IRecordSink sink, CancellationToken stop);

    /// <summary>The owner is none any more: nothing of what is in memory counts.</summary>
    void Forget();
}
