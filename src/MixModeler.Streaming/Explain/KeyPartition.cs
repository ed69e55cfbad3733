using System.Buffers.Binary;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// The partition that Kafka's Java clients, and our producer, give a key: murmur2 (Austin Appleby, public domain algorithm)
/// with the seed of the clients, its sign bit cut off, modulo the number of partitions.
/// </summary>
public static class KeyPartition
{
    private const uint Seed = 0x9747b28c;
    private const uint M = 0x5bd1e995;

    public static int Of(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & 0x7fffffff) % partitions;

    internal static uint Hash(ReadOnlySpan<byte> key)
    {
        uint h = Seed ^ (uint)key.Length;
        ReadOnlySpan<byte> rest = key;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            uint k = BinaryPrimitives.ReadUInt32LittleEndian(rest) * M;
            h = (h * M) ^ ((k ^ (k >> 24)) * M);
        }

        for (int i = rest.Length - 1; i >= 0; i--)
        {
            h ^= (uint)rest[i] << (8 * i);
        }

        h = rest.IsEmpty ? h : h * M;
        h = (h ^ (h >> 13)) * M;
        return h ^ (h >> 15);
    }
}
