using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>Somebody who makes something of a model whenever it changed. Called by the model's owner, between two of its looks.</summary>
public interface IMixWitness
{
    /// <summary>Says through the sink what it made; the owner waits until that is in the log.</summary>
    /// <param name="topology">That runs.</param>
    /// <param name="plan">The model's.</param>
    /// <param name="stored">As it was put away just now.</param>
    /// <param name="sink">Of the owner.</param>
    void Refreshed(TopologyPlan topology, MixPlan plan, StoredMix stored, IRecordSink sink);

    /// <summary>A model is no more, or another owner has it.</summary>
    void Forget(string mix);
}
