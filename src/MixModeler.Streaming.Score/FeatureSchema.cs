using System.Collections.Immutable;

namespace MixModeler.Streaming.Score;

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
    public FeatureSchema(IEnumerable<Feature> features)
    {
        Features = [.. features];
        List<string> names = [];
        foreach (Feature feature in Features)
        {
            if (feature.Kind == FeatureKind.MinutesSince)
            {
                names.Add(feature.Name + ".known");
            }

            names.Add(feature.Name + ".log1p");
        }

        InputNames = [.. names];
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
        for (int i = 0; i < Features.Length; i++)
        {
            values[i] = ReadValue(row, i, nowMs);
        }
    }

    public double ReadValue(ReadOnlySpan<long> row, int feature, long nowMs)
    {
        long word = row[1 + feature];
        switch (Features[feature].Kind)
        {
            case FeatureKind.Count:
                return word;
            case FeatureKind.MinutesSince:
                // A reader whose clock is behind the newest event sees "just now", never a negative age.
                return word == 0 ? double.NaN : Math.Max(0, nowMs - word) / 60_000.0;
            default:
                double sum = BitConverter.Int64BitsToDouble(word);
                return sum == 0 ? 0 : sum * double.Exp2(-(double)Math.Max(0, nowMs - row[0]) / Features[feature].HalfLifeMs);
        }
    }

    public void WriteInputs(ReadOnlySpan<double> values, Span<double> inputs)
    {
        int at = 0;
        for (int i = 0; i < Features.Length; i++)
        {
            double value = values[i];
            if (Features[i].Kind == FeatureKind.MinutesSince)
            {
                bool known = !double.IsNaN(value);
                inputs[at++] = known ? 1 : 0;
                inputs[at++] = known ? Math.Log(1 + value) : 0;
            }
            else
            {
                inputs[at++] = Math.CopySign(Math.Log(1 + Math.Abs(value)), value);
            }
        }
    }
}
