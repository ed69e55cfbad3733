using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>Several witnesses, one after the other.</summary>
public sealed class MixWitnesses(params IReadOnlyList<IMixWitness> all) : IMixWitness
{
    public async Task SeatAsync(TopologyPlan topology, CancellationToken stop)
    {
        foreach (IMixWitness each in all)
        {
            await each.SeatAsync(topology, stop).ConfigureAwait(false);
        }
    }

    public async Task RefreshedAsync(TopologyPlan topology, MixPlan plan, StoredMix stored, IRecordSink sink, CancellationToken stop)
    {
        foreach (IMixWitness each in all)
        {
            await each.RefreshedAsync(topology, plan, stored, sink, stop).ConfigureAwait(false);
        }
    }

    public void Forget()
    {
        foreach (IMixWitness each in all)
        {
            each.Forget();
        }
    }
}
