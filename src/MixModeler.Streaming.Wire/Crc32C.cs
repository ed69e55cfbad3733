using System.Buffers.Binary;
using System.Numerics;

namespace MixModeler.Streaming.Wire;

/// <summary>CRC-32C (Castagnoli), the checksum of frames and packed records; one instruction per 8 bytes where the CPU has it.</summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
