using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// The audiences that a visitor is in. In memory a bit each; packed by the hash of its name, so that audiences can come and go
/// in the topology and the others stay what they are.
/// <code>count | hashes, ascending</code>
/// </summary>
/// <param name="names">Hashes of the audiences' names, in the topology's order.</param>
internal sealed class AudienceMemory(ulong[] names) : OperatorMemory
{
    private readonly ulong[] bits = new ulong[(names.Length + 63) / 64];

    public override bool IsEmpty => !bits.AsSpan().ContainsAnyExcept(0UL);

    public bool Has(int audience) => (bits[audience >> 6] >> (audience & 63) & 1) != 0;

    public void Set(int audience, bool isIn)
    {
        ulong bit = 1UL << (audience & 63);
        ref ulong word = ref bits[audience >> 6];
        word = isIn ? word | bit : word & ~bit;
    }

    public override void Pack(PackedWriter writer)
    {
        ulong[] inside = [.. names.Where((_, audience) => Has(audience)).Order()];
        writer.VarUInt((ulong)inside.Length);
        foreach (ulong name in inside)
        {
            writer.UInt64(name);
        }
    }

    public override void Unpack(ref PackedReader reader)
    {
        Clear();
        for (int left = reader.Count(8); left > 0; left--)
        {
            int audience = Array.IndexOf(names, reader.UInt64());
            if (audience >= 0)
            {
                Set(audience, true);
            }
        }
    }

    public override void Clear() => Array.Clear(bits);
}
