using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>The values of one key that are young enough to be recognised again.</summary>
internal sealed class DedupeMemory : OperatorMemory
{
    private readonly EventIdSet values = new();
    private bool used;

    public override bool IsEmpty => !used;

    /// <summary>False: it was seen within the span.</summary>
    public bool TryAdd(Hash128 value, long timeMs, long limitMs)
    {
        used = true;
        return values.TryAdd(value, timeMs, limitMs);
    }

    public override void Pack(PackedWriter writer) => values.Pack(writer);

    public override void Unpack(ref PackedReader reader)
    {
        values.Unpack(ref reader);
        used = true;
    }

    public override void Clear()
    {
        values.Clear();
        used = false;
    }
}
