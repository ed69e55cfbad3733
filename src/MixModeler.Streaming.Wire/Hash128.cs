using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MixModeler.Streaming.Wire;

/// <summary>
/// 128-bit hash of a visitor id or an event id: the key of every table, in the engine and at the edge.
/// MurmurHash3 x64 128 (Austin Appleby, public domain algorithm), seed 0, so that any language can compute the same key.
/// </summary>
/// <remarks>With 10⁹ ids the chance of any collision is below 10⁻²⁰, so equal hashes are treated as equal ids.</remarks>
public readonly record struct Hash128(ulong High, ulong Low)
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    public bool IsZero => (High | Low) == 0;

    public override string ToString() => $"{High:x16}{Low:x16}";

    // Both halves are already well mixed.
    public override int GetHashCode() => (int)Low;

    public static Hash128 Of(ReadOnlySpan<byte> bytes)
    {
        ulong h1 = 0;
        ulong h2 = 0;
        ReadOnlySpan<byte> rest = bytes;
        while (rest.Length >= 16)
        {
            ulong k1 = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            ulong k2 = BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]);
            h1 = (BitOperations.RotateLeft(h1 ^ MixFirst(k1), 27) + h2) * 5 + 0x52dce729;
            h2 = (BitOperations.RotateLeft(h2 ^ MixSecond(k2), 31) + h1) * 5 + 0x38495ab5;
            rest = rest[16..];
        }

        if (rest.Length > 8)
        {
            h2 ^= MixSecond(ReadTail(rest[8..]));
        }

        if (rest.Length > 0)
        {
            h1 ^= MixFirst(ReadTail(rest.Length > 8 ? rest[..8] : rest));
        }

        h1 ^= (ulong)bytes.Length;
        h2 ^= (ulong)bytes.Length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        return new Hash128(h1, h2);
    }

    private static ulong ReadTail(ReadOnlySpan<byte> tail)
    {
        ulong value = 0;
        for (int i = tail.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | tail[i];
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MixFirst(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MixSecond(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static ulong Finish(ulong k)
    {
        k ^= k >> 33;
        k *= 0xff51afd7ed558ccd;
        k ^= k >> 33;
        k *= 0xc4ceb9fe1a85ec53;
        return k ^ (k >> 33);
    }
}
