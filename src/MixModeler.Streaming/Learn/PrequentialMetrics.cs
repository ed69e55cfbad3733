using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Quality of predictions that were each made before their example was learned: since start, and over the last examples.
/// </summary>
/// <remarks>
/// The window keeps two bytes an example, log-odds in steps of 1/1,024 and the label, and sums integers, so that what leaves
/// takes out exactly what it brought in. Its log-loss is thereby off by at most |p-y|/2,048 per example. Owned by one thread.
/// <code>entry  bits 15…1 log-odds from -16 up in steps of 1/1,024 | bit 0 label</code>
/// </remarks>
public sealed class PrequentialMetrics
{
    private const byte Format = 1;
    private const int Levels = 1 << 15;
    private const double LogOddsMax = 16;
    private const double StepsPerUnit = Levels / (2 * LogOddsMax);
    private const int LevelsPerBinLog2 = 3;
    private const int ReliabilityBins = 10;

    // Fixed point of the window's sums: 2⁻³², so that a million losses of 16 stay below 2⁵⁷.
    private const double FixedPoint = 1L << 32;

    private readonly ScoreHistogram total = new();
    private readonly ScoreHistogram window = new();
    private readonly ushort[] ring;
    private int newest;
    private double logLoss;
    private double brier;
    private double predictedSum;
    private WindowSums sums;

    private struct WindowSums
    {
        public long LogLoss;
        public long Brier;
        public long Predicted;
    }

    public PrequentialMetrics(int windowExamples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowExamples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windowExamples, 1_000_000);
        ring = new ushort[windowExamples];
    }

    public int WindowExamples => ring.Length;

    public long Examples => total.Examples;

    /// <summary>Counts a prediction; the probability must lie within 0 and 1.</summary>
    public void Add(double predicted, bool label)
    {
        if (predicted is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(predicted), predicted, "a probability lies within 0 and 1");
        }

        // One prediction of exactly 0 that comes true must not make the mean infinite for ever.
        double given = Math.Max(label ? predicted : 1 - predicted, 1e-15);
        double miss = predicted - (label ? 1 : 0);
        logLoss -= Math.Log(given);
        brier += miss * miss;
        predictedSum += predicted;

        int level = (int)Math.Clamp((Math.Log(predicted / (1 - predicted)) + LogOddsMax) * StepsPerUnit, 0, Levels - 1);
        total.Add(level >> LevelsPerBinLog2, label, 1);
        Enter((ushort)((level << 1) | (label ? 1 : 0)));
    }

    public Quality SinceStart() => Read(total, logLoss, brier, predictedSum);

    public Quality OverWindow() => Read(window, sums.LogLoss / FixedPoint, sums.Brier / FixedPoint, sums.Predicted / FixedPoint);

    /// <summary>Ten groups from the lowest predictions to the highest, since start.</summary>
    public ReliabilityBin[] ReliabilitySinceStart() => total.Reliability(ReliabilityBins);

    public ReliabilityBin[] ReliabilityOverWindow() => window.Reliability(ReliabilityBins);

    public void Save(PackedWriter writer)
    {
        writer.Byte(Format);
        writer.Double(logLoss);
        writer.Double(brier);
        writer.Double(predictedSum);
        total.Save(writer);
        int count = (int)window.Examples;
        writer.VarUInt((ulong)count);
        for (int age = count - 1; age >= 0; age--)
        {
            ushort entry = ring[(newest - age + ring.Length) % ring.Length];
            writer.Byte((byte)entry);
            writer.Byte((byte)(entry >> 8));
        }
    }

    /// <summary>Takes over what was saved, also from a window of another size: then the newest that fit remain.</summary>
    public void Load(ref PackedReader reader)
    {
        byte format = reader.Byte();
        if (format != Format)
        {
            throw new InvalidDataException($"metrics record: format {format}, expected {Format}");
        }

        logLoss = reader.Double();
        brier = reader.Double();
        predictedSum = reader.Double();
        total.Load(ref reader);
        window.Clear();
        sums = default;
        newest = 0;
        int count = reader.Count(2);
        for (int i = 0; i < count; i++)
        {
            int entry = reader.Byte();
            Enter((ushort)(entry | (reader.Byte() << 8)));
        }
    }

    private void Enter(ushort entry)
    {
        newest = newest + 1 == ring.Length ? 0 : newest + 1;
        if (window.Examples == ring.Length)
        {
            Count(ring[newest], -1);
        }

        ring[newest] = entry;
        Count(entry, 1);
    }

    private void Count(ushort entry, int times)
    {
        int level = entry >> 1;
        bool label = (entry & 1) != 0;
        double logOdds = ((level + 0.5) / StepsPerUnit) - LogOddsMax;
        double predicted = LinearModel.Sigmoid(logOdds);
        double given = LinearModel.Sigmoid(label ? logOdds : -logOdds);
        double miss = 1 - given;
        window.Add(level >> LevelsPerBinLog2, label, times);
        sums.LogLoss -= times * (long)(Math.Log(given) * FixedPoint);
        sums.Brier += times * (long)(miss * miss * FixedPoint);
        sums.Predicted += times * (long)(predicted * FixedPoint);
    }

    private static Quality Read(ScoreHistogram histogram, double logLoss, double brier, double predicted)
    {
        long examples = histogram.Examples;
        if (examples == 0)
        {
            return new Quality();
        }

        bool bothClasses = histogram.Positives > 0 && histogram.Negatives > 0;
        double errorMax = double.NaN;
        double distance = 0;
        foreach (ReliabilityBin bin in histogram.Reliability(ReliabilityBins))
        {
            distance += bin.Examples * Math.Abs(bin.MeanPredicted - bin.MeanObserved);
        }

        return new Quality
        {
            Examples = examples,
            Positives = histogram.Positives,
            LogLoss = logLoss / examples,
            Auc = bothClasses ? histogram.Auc(out errorMax) : double.NaN,
            AucErrorMax = errorMax,
            Brier = brier / examples,
            MeanPredicted = predicted / examples,
            MeanObserved = (double)histogram.Positives / examples,
            CalibrationError = distance / examples,
        };
    }
}
