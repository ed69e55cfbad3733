using System.Diagnostics;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

// How often each predicted log-odds occurred, with and without the label: 4,096 bins of 1/128 over ±16 (p from 10⁻⁷ to
// 1-10⁻⁷; what lies beyond falls into the outermost bins). Two predictions in one bin count as tied, so the AUC read here is
// off by at most half the share of (positive, negative) pairs that share a bin, which AucErrorMax states exactly.
internal sealed class ScoreHistogram
{
    public const int Bins = 4_096;

    private readonly long[] positives = new long[Bins];
    private readonly long[] negatives = new long[Bins];

    public long Positives { get; private set; }

    public long Negatives { get; private set; }

    public long Examples => Positives + Negatives;

    public void Add(int bin, bool label, int times)
    {
        (label ? positives : negatives)[bin] += times;
        if (label)
        {
            Positives += times;
        }
        else
        {
            Negatives += times;
        }
    }

    public void Clear()
    {
        Array.Clear(positives);
        Array.Clear(negatives);
        Positives = 0;
        Negatives = 0;
    }

    public double Auc(out double errorMax)
    {
        double ordered = 0;
        double tied = 0;
        double below = 0;
        for (int i = 0; i < Bins; i++)
        {
            ordered += positives[i] * below;
            tied += (double)positives[i] * negatives[i];
            below += negatives[i];
        }

        double pairs = (double)Positives * Negatives;
        errorMax = tied / 2 / pairs;
        return (ordered + (tied / 2)) / pairs;
    }

    /// <summary>
    /// Bins of equal numbers of examples, lowest predictions first, as even as the histogram's bins allow. Equal numbers and
    /// not equal widths: where 2 % convert, equal widths would put nearly everybody into one bin.
    /// </summary>
    public ReliabilityBin[] Reliability(int bins)
    {
        Debug.Assert(bins > 0);
        List<ReliabilityBin> found = [];
        long seen = 0;
        long inBin = 0;
        long positivesInBin = 0;
        double predicted = 0;
        for (int i = 0; i < Bins; i++)
        {
            long here = positives[i] + negatives[i];
            seen += here;
            inBin += here;
            positivesInBin += positives[i];
            predicted += here * LinearModel.Sigmoid(((i + 0.5) / 128) - 16);
            if (inBin > 0 && seen * bins >= Examples * (found.Count + 1))
            {
                found.Add(new ReliabilityBin(inBin, predicted / inBin, (double)positivesInBin / inBin));
                inBin = 0;
                positivesInBin = 0;
                predicted = 0;
            }
        }

        return [.. found];
    }

    public void Save(PackedWriter writer)
    {
        int last = 0;
        int used = 0;
        for (int i = 0; i < Bins; i++)
        {
            used += positives[i] + negatives[i] > 0 ? 1 : 0;
        }

        writer.VarUInt((ulong)used);
        for (int i = 0; i < Bins; i++)
        {
            if (positives[i] + negatives[i] > 0)
            {
                writer.VarUInt((ulong)(i - last));
                writer.VarUInt((ulong)positives[i]);
                writer.VarUInt((ulong)negatives[i]);
                last = i;
            }
        }
    }

    public void Load(ref PackedReader reader)
    {
        Clear();
        int used = reader.Count(3);
        ulong at = 0;
        for (int i = 0; i < used; i++)
        {
            at += reader.VarUInt();
            if (at >= Bins)
            {
                throw new InvalidDataException("metrics record: a bin lies outside the histogram");
            }

            positives[at] = (long)reader.VarUInt();
            negatives[at] = (long)reader.VarUInt();
            Positives += positives[at];
            Negatives += negatives[at];
        }
    }
}
