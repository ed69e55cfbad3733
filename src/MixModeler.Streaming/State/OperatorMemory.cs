using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// What one stateful operator keeps of one key. It is packed into the key's record with everything else, so it moves together
/// with the offset. The same state always packs to the same bytes.
/// </summary>
public abstract class OperatorMemory
{
    /// <summary>Nothing is kept: such a memory packs to nothing and costs nothing in the store.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Event time at which the operator wants to look at this key again, ms since 1970; 0 = never.</summary>
    public virtual long DueMs => 0;

    public abstract void Pack(PackedWriter writer);

    /// <summary>Replaces what is kept. The reader holds exactly what <see cref="Pack"/> wrote.</summary>
    public abstract void Unpack(ref PackedReader reader);

    public abstract void Clear();
}

/// <summary>A stateful operator of a layout.</summary>
/// <param name="Name">As in the topology.</param>
/// <param name="Identity">Of <see cref="Topology.OperatorIdentity"/>: equal identities keep their state across versions.</param>
/// <param name="Create">Makes an empty memory.</param>
public sealed record OperatorState(string Name, ulong Identity, Func<OperatorMemory> Create);
