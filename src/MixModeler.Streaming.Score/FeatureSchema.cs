using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MixModeler.Streaming.Score;

// Hot path of engine, learner and edge, once per event or decision. Budget: 0 B. Four features at a time and without branches
// on what a visitor has done: that is random, and a mispredicted branch costs more than a feature. Measured by `bench edge`.

/// <summary>
/// The features of a topology in order, and the one way from a visitor's row to a model's inputs. Engine, learner and edge
/// run this same code, so a score computed anywhere from the same row at the same time is the same to the last bit.
/// </summary>
/// <remarks>
/// <code>
/// row    long[1+F]  word 0: time of the visitor's newest event, ms since 1970
///                   word 1+i: feature i — a count; the time of the newest match in ms, 0 = never;
///                             the bits of a double, the decayed sum as of word 0
/// values double[F]  what a person reads: counts, minutes, sums; NaN = never
/// inputs double[D]  what a model reads: log1p of counts and of sums; for minutes a pair
///                   (is known, log1p of minutes), (0, 0) when never — so "never" is not "just now"
/// </code>
/// </remarks>
public sealed class FeatureSchema
{
    private const double MsPerMinute = 60_000;

    // All bits of a lane set where the feature is a time: what ConditionalSelect takes.
    private readonly long[] isMinutes;

    // Where each feature's logarithm stands among the inputs; where "is known" stands for those that are times.
    private readonly int[] logInputs;
    private readonly (int Feature, int Input)[] knownInputs;
    private readonly int[] sums;

    public FeatureSchema(IEnumerable<Feature> features)
    {
        Features = [.. features];
        List<string> names = [];
        List<int> logs = [];
        List<(int, int)> knowns = [];
        for (int i = 0; i < Features.Length; i++)
        {
            if (Features[i].Kind == FeatureKind.MinutesSince)
            {
                knowns.Add((i, names.Count));
                names.Add(Features[i].Name + ".known");
            }

            logs.Add(names.Count);
            names.Add(Features[i].Name + ".log1p");
        }

        InputNames = [.. names];
        logInputs = [.. logs];
        knownInputs = [.. knowns];
        isMinutes = [.. Features.Select(feature => feature.Kind == FeatureKind.MinutesSince ? -1L : 0)];
        sums = [.. Enumerable.Range(0, Features.Length).Where(i => Features[i].Kind == FeatureKind.DecayedSum)];
    }

    public ImmutableArray<Feature> Features { get; }

    /// <summary>Words (8 bytes each) of a visitor's row.</summary>
    public int RowWords => 1 + Features.Length;

    public int InputCount => InputNames.Length;

    public ImmutableArray<string> InputNames { get; }

    /// <summary>The position of a feature by its name, or -1.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Features.Length; i++)
        {
            if (Features[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Reads a row at a moment: "minutes since" and decayed sums age without new events.</summary>
    public void ReadValues(ReadOnlySpan<long> row, long nowMs, Span<double> values)
    {
        ReadOnlySpan<long> words = row.Slice(1, isMinutes.Length);
        values = values[..isMinutes.Length];
        int i = 0;
        for (; i + Vector256<long>.Count <= words.Length; i += Vector256<long>.Count)
        {
            Vector256<long> word = Vector256.LoadUnsafe(in words[i]);
            Vector256<long> ageMs = Vector256.Max(Vector256.Create(nowMs) - word, Vector256<long>.Zero);
            Vector256<double> minutes = Vector256.ConvertToDouble(ageMs) / Vector256.Create(MsPerMinute);
            Vector256<double> never = Vector256.Equals(word, Vector256<long>.Zero).AsDouble();
            minutes = Vector256.ConditionalSelect(never, Vector256.Create(double.NaN), minutes);
            Vector256<double> isTime = Vector256.LoadUnsafe(in isMinutes[i]).AsDouble();
            Vector256.ConditionalSelect(isTime, minutes, Vector256.ConvertToDouble(word)).StoreUnsafe(ref values[i]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = ReadValue(row, i, nowMs);
        }

        foreach (int sum in sums)
        {
            values[sum] = ReadValue(row, sum, nowMs);
        }
    }

    /// <summary>One feature alone: the same value to the last bit as <see cref="ReadValues"/> gives.</summary>
    public double ReadValue(ReadOnlySpan<long> row, int feature, long nowMs)
    {
        long word = row[1 + feature];
        switch (Features[feature].Kind)
        {
            case FeatureKind.Count:
                return word;
            case FeatureKind.MinutesSince:
                // A reader whose clock is behind the newest event sees "just now", never a negative age.
                return word == 0 ? double.NaN : Math.Max(0, nowMs - word) / MsPerMinute;
            default:
                double sum = BitConverter.Int64BitsToDouble(word);
                return sum == 0 ? 0 : sum * double.Exp2(-(double)Math.Max(0, nowMs - row[0]) / Features[feature].HalfLifeMs);
        }
    }

    public void WriteInputs(ReadOnlySpan<double> values, Span<double> inputs)
    {
        // The logarithms go to the end of the inputs first; from there each moves forward or stays, in order.
        int[] to = logInputs;
        Span<double> logs = inputs[(InputCount - to.Length)..InputCount];
        WriteLogs(values[..to.Length], logs);
        for (int i = 0; i < to.Length; i++)
        {
            inputs[to[i]] = logs[i];
        }

        foreach ((int feature, int input) in knownInputs)
        {
            inputs[input] = double.IsNaN(values[feature]) ? 0 : 1;
        }
    }

    private static void WriteLogs(ReadOnlySpan<double> values, Span<double> logs)
    {
        int last = values.Length - Vector256<double>.Count;
        if (last < 0)
        {
            Span<double> padded = stackalloc double[Vector256<double>.Count];
            padded.Clear();
            values.CopyTo(padded);
            Log(Vector256.LoadUnsafe(in padded[0])).StoreUnsafe(ref padded[0]);
            padded[..logs.Length].CopyTo(logs);
            return;
        }

        for (int i = 0; i < last; i += Vector256<double>.Count)
        {
            Log(Vector256.LoadUnsafe(in values[i])).StoreUnsafe(ref logs[i]);
        }

        // The last four, some of them perhaps for the second time.
        Log(Vector256.LoadUnsafe(in values[last])).StoreUnsafe(ref logs[last]);
    }

    // sign(x)·ln(1+|x|), and 0 for NaN, which is taken out first: Vector256.Log is slow where it meets one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Log(Vector256<double> value)
    {
        value &= Vector256.Equals(value, value);
        return Vector256.CopySign(Vector256.Log(Vector256.Abs(value) + Vector256<double>.One), value);
    }
}
