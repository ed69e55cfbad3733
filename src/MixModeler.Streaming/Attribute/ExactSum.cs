using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// A sum that does not depend on the order of its terms and from which a term can be taken back without a trace: terms are rounded to
/// 2^-60 once, when they come, and added as integers of 128 bits. Up to 10^20 in all.
/// </summary>
internal struct ExactSum
{
    private const double Scale = 1L << 60;

    private Int128 units;

    public readonly double Value => (double)units / Scale;

    public void Add(double term, int sign) => units += sign * (Int128)(term * Scale);

    /// <summary>Adds another sum.</summary>
    public void Add(ExactSum other) => units += other.units;

    public readonly void Save(PackedWriter to)
    {
        to.UInt64((ulong)(units >> 64));
        to.UInt64((ulong)(units & ulong.MaxValue));
    }

    public static ExactSum Load(ref PackedReader from)
    {
        ulong high = from.UInt64();
        return new ExactSum { units = new Int128(high, from.UInt64()) };
    }
}
