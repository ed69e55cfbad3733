namespace MixModeler.Streaming.Mix;

/// <summary>
/// How well periods were foretold, each before it was learned: the only honest error of a model that learns while it runs. Reused
/// workspaces; owned by one thread.
/// </summary>
public sealed class MixScores
{
    public const int PitBins = 10;
    private readonly long[] pit = new long[PitBins];
    private double[] sorted = [];
    private int[] order = [];

    /// <summary>Periods scored.</summary>
    public long Count { get; private set; }

    public double CrpsSum { get; private set; }

    public double AbsoluteSum { get; private set; }

    public double SquaredSum { get; private set; }

    public double PercentageSum { get; private set; }

    /// <summary>Outcomes between the 5 % and the 95 % quantile of what was foretold.</summary>
    public long Covered { get; private set; }

    /// <summary>Mean continuous ranked probability score, in units of the outcome: E|Y - y| - E|Y - Y'| / 2.</summary>
    public double Crps => Count == 0 ? double.NaN : CrpsSum / Count;

    /// <summary>Mean absolute error of the median.</summary>
    public double Mae => Count == 0 ? double.NaN : AbsoluteSum / Count;

    public double Rmse => Count == 0 ? double.NaN : Math.Sqrt(SquaredSum / Count);

    public double Mape => Count == 0 ? double.NaN : PercentageSum / Count;

    public double Coverage90 => Count == 0 ? double.NaN : (double)Covered / Count;

    /// <summary>How many outcomes fell into each tenth of what was foretold; even where the model is right.</summary>
    public ReadOnlySpan<long> Pit => pit;

    internal void Add(double outcome, ReadOnlySpan<double> foretold, ReadOnlySpan<double> weights)
    {
        if (sorted.Length != foretold.Length)
        {
            (sorted, order) = (new double[foretold.Length], new int[foretold.Length]);
        }

        foretold.CopyTo(sorted);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        (double below, double distance, double spread) = (0, 0, 0);
        (double low, double middle, double high) = (sorted[^1], sorted[^1], sorted[^1]);
        double reached = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double weight = weights[order[i]];
            double before = reached;
            reached += weight;
            distance += weight * Math.Abs(sorted[i] - outcome);
            spread += weight * sorted[i] * (before + reached - 1);
            below += sorted[i] < outcome ? weight : 0;
            low = before < 0.05 && reached >= 0.05 ? sorted[i] : low;
            middle = before < 0.5 && reached >= 0.5 ? sorted[i] : middle;
            high = before < 0.95 && reached >= 0.95 ? sorted[i] : high;
        }

        Count++;
        CrpsSum += distance - spread;
        AbsoluteSum += Math.Abs(middle - outcome);
        SquaredSum += (middle - outcome) * (middle - outcome);
        PercentageSum += outcome != 0 ? Math.Abs((middle - outcome) / outcome) : 0;
        Covered += outcome >= low && outcome <= high ? 1 : 0;
        pit[Math.Min(PitBins - 1, (int)(below * PitBins))]++;
    }

    internal void Write(Wire.PackedWriter writer)
    {
        writer.Int64(Count);
        writer.Double(CrpsSum);
        writer.Double(AbsoluteSum);
        writer.Double(SquaredSum);
        writer.Double(PercentageSum);
        writer.Int64(Covered);
        foreach (long bin in pit)
        {
            writer.Int64(bin);
        }
    }

    internal static MixScores Read(ref Wire.PackedReader reader)
    {
        MixScores scores = new()
        {
            Count = reader.Int64(),
            CrpsSum = reader.Double(),
            AbsoluteSum = reader.Double(),
            SquaredSum = reader.Double(),
            PercentageSum = reader.Double(),
            Covered = reader.Int64(),
        };
        for (int i = 0; i < PitBins; i++)
        {
            scores.pit[i] = reader.Int64();
        }

        return scores;
    }
}
