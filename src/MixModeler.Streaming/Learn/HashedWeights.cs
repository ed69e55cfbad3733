using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

// Weights of categorical inputs that are 1 where present: a table addressed by hash, collisions share a weight.
internal sealed class HashedWeights
{
    private readonly FtrlRates rates;
    private readonly FtrlCoordinate[] table;
    private readonly uint mask;

    public HashedWeights(int bits, in FtrlRates rates)
    {
        this.rates = rates;
        Bits = bits;
        table = new FtrlCoordinate[bits == 0 ? 0 : 1 << bits];
        mask = (uint)table.Length - 1;
    }

    public int Bits { get; }

    public double Sum(ReadOnlySpan<uint> hashed)
    {
        double sum = 0;
        foreach (uint hash in hashed)
        {
            sum += table[hash & mask].Weight(in rates);
        }

        return sum;
    }

    public void Learn(ReadOnlySpan<uint> hashed, double error)
    {
        foreach (uint hash in hashed)
        {
            table[hash & mask].Learn(error, in rates);
        }
    }

    // Only what was ever touched: a table of 2¹⁸ weights is mostly empty.
    public void Save(PackedWriter writer)
    {
        int touched = 0;
        foreach (ref readonly FtrlCoordinate coordinate in table.AsSpan())
        {
            touched += coordinate.N > 0 ? 1 : 0;
        }

        writer.VarUInt((ulong)touched);
        int last = 0;
        for (int i = 0; i < table.Length; i++)
        {
            if (table[i].N > 0)
            {
                writer.VarUInt((ulong)(i - last));
                writer.Double(table[i].Z);
                writer.Double(table[i].N);
                last = i;
            }
        }
    }

    public void Load(ref PackedReader reader)
    {
        Array.Clear(table);
        int touched = reader.Count(17);
        ulong at = 0;
        for (int i = 0; i < touched; i++)
        {
            at += reader.VarUInt();
            if (at >= (ulong)table.Length)
            {
                throw new InvalidDataException("learner record: a weight lies outside the table");
            }

            table[at].Z = reader.Double();
            table[at].N = reader.Double();
        }
    }
}
