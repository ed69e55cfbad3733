using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Mix;

/// <summary>What the owner of a topology's mixes works with.</summary>
public sealed record MixParts
{
    /// <summary>Says which models there are.</summary>
    public required LiveTopology Live { get; init; }

    /// <summary>Where the numbers come from.</summary>
    public required IMixSource Source { get; init; }

    /// <summary>How far the log of orders was read.</summary>
    public required IStateStore Store { get; init; }

    /// <summary>The store of a scope, one for each model.</summary>
    public required Func<string, IStateStore> Open { get; init; }

    public required IRecordSink Sink { get; init; }

    public required Report Report { get; init; }

    /// <summary>Follows what a model has come to: plans, say.</summary>
    public IMixWitness? Witness { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How often the table is looked at.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a model has to rest before it is certified: a batch is as much work as hundreds of periods.</summary>
    public TimeSpan CertifyAfter { get; init; } = TimeSpan.FromSeconds(3);
}
