using System.Numerics;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// How many different values there were: exact up to 128, beyond that HyperLogLog (Flajolet et al., AofA 2007) with 1,024
/// registers, whose standard error is 1.04/√1024 = 3.3%. What it holds depends on the set of values alone, not on their order.
/// </summary>
internal sealed class DistinctCount
{
    public const int ExactMax = 128;
    private const int IndexBits = 10;
    private const int Registers = 1 << IndexBits;

    private ulong[] hashes = [];     // Ascending; unused once there are registers.
    private int count;
    private byte[]? registers;

    public void Add(ulong hash)
    {
        if (registers is not null)
        {
            Raise(hash);
            return;
        }

        int place = hashes.AsSpan(0, count).BinarySearch(hash);
        if (place >= 0)
        {
            return;
        }

        if (count == ExactMax)
        {
            registers = new byte[Registers];
            foreach (ulong known in hashes.AsSpan(0, count))
            {
                Raise(known);
            }

            (hashes, count) = ([], 0);
            Raise(hash);
            return;
        }

        if (count == hashes.Length)
        {
            Array.Resize(ref hashes, Math.Max(4, count * 2));
        }

        hashes.AsSpan(~place, count - ~place).CopyTo(hashes.AsSpan(~place + 1));
        hashes[~place] = hash;
        count++;
    }

    public void Merge(DistinctCount other)
    {
        if (other.registers is null)
        {
            foreach (ulong hash in other.hashes.AsSpan(0, other.count))
            {
                Add(hash);
            }

            return;
        }

        if (registers is null)
        {
            registers = new byte[Registers];
            foreach (ulong hash in hashes.AsSpan(0, count))
            {
                Raise(hash);
            }

            (hashes, count) = ([], 0);
        }

        for (int i = 0; i < Registers; i++)
        {
            registers[i] = Math.Max(registers[i], other.registers[i]);
        }
    }

    public long Estimate()
    {
        if (registers is null)
        {
            return count;
        }

        double sum = 0;
        int zeros = 0;
        foreach (byte register in registers)
        {
            sum += Math.ScaleB(1, -register);
            zeros += register == 0 ? 1 : 0;
        }

        // The paper's constant for 1,024 registers, and its correction for small counts.
        const double Alpha = 0.7213 / (1 + 1.079 / Registers);
        double estimate = Alpha * Registers * Registers / sum;
        return (long)Math.Round(estimate <= 2.5 * Registers && zeros > 0 ? Registers * Math.Log((double)Registers / zeros) : estimate);
    }

    /// <summary>`varint 1+count | hashes…`, or `0 | 1024 registers`.</summary>
    public void Pack(PackedWriter writer)
    {
        if (registers is not null)
        {
            writer.VarUInt(0);
            writer.Raw(registers);
            return;
        }

        writer.VarUInt((ulong)count + 1);
        foreach (ulong hash in hashes.AsSpan(0, count))
        {
            writer.UInt64(hash);
        }
    }

    public static DistinctCount Unpack(ref PackedReader reader)
    {
        DistinctCount read = new();
        ulong packed = reader.VarUInt();
        if (packed == 0)
        {
            read.registers = reader.Raw(Registers).ToArray();
            return read;
        }

        if (packed - 1 > ExactMax)
        {
            throw new InvalidDataException($"a distinct count lists {packed - 1} values, at most {ExactMax} are");
        }

        read.hashes = new ulong[packed - 1];
        read.count = read.hashes.Length;
        for (int i = 0; i < read.count; i++)
        {
            read.hashes[i] = reader.UInt64();
        }

        return read;
    }

    private void Raise(ulong hash)
    {
        int index = (int)(hash >> (64 - IndexBits));
        int rank = 1 + Math.Min(64 - IndexBits, BitOperations.LeadingZeroCount(hash << IndexBits));
        registers![index] = Math.Max(registers[index], (byte)rank);
    }
}
