using MixModeler.Streaming.Mix;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>Reads a marketing-mix model that somebody keeps in a store. Takes no epoch and disturbs no owner; each call gives a model of its own.</summary>
/// <param name="name">In the topology.</param>
/// <param name="identity">The one wanted: what is stored under another one is no answer.</param>
/// <param name="spec">The model's.</param>
/// <param name="store">Of the scope <see cref="MixStore.ScopeOf"/>.</param>
public sealed class MixReader(string name, string identity, MixSpec spec, IStateStore store)
{
    private readonly MixStore mixes = new(store, identity, spec);

    /// <summary>Null where the model has taken in nothing yet.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    /// <exception cref="InvalidDataException">What is stored is damaged.</exception>
    public async Task<MeasuredMix?> ReadAsync(CancellationToken stop) =>
        await mixes.PeekAsync(stop).ConfigureAwait(false) is { Model: { } model } stored
            ? new MeasuredMix(name, identity, model, stored.Certificate, stored.Refreshes)
            : null;
}
