// Hot path, once per journey. Budget: 0 B per journey once every channel was seen. Measured by AttributionBench.
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The Shapley value of v(S) = conversions of journeys that touch no channel outside of S: each journey's conversions, shared
/// equally among its distinct channels. (v is a sum of unanimity games, one per journey, and the value is additive.) Exact, O(path) per
/// journey, and journeys can be taken back.
/// </summary>
/// <remarks>Sums are kept by number of channels and divided when they are read, so that taking back whole numbers is exact to the last bit.</remarks>
public sealed class EqualSplitShapley
{
    private const byte Format = 1;

    // Per channel: the sums of journeys with 1, 2, 3 … distinct channels.
    private double[][] conversions = [];
    private double[][] values = [];
    private int[] seen = [];
    private int[] distinct = [];
    private int journey;

    /// <summary>Adds journeys of one path; channels may come in any order and more than once.</summary>
    public void Add(ReadOnlySpan<int> path, double conversions, double value) => Apply(path, conversions, value);

    /// <summary>Takes back what <see cref="Add"/> added.</summary>
    public void Remove(ReadOnlySpan<int> path, double conversions, double value) => Apply(path, -conversions, -value);

    /// <summary>Adds the sums of other journeys.</summary>
    internal void Absorb(EqualSplitShapley other)
    {
        Reserve(Math.Max(conversions.Length, other.conversions.Length));
        for (int channel = 0; channel < other.conversions.Length; channel++)
        {
            int sizes = Math.Max(conversions[channel].Length, other.conversions[channel].Length);
            Array.Resize(ref conversions[channel], sizes);
            Array.Resize(ref values[channel], sizes);
            for (int size = 0; size < other.conversions[channel].Length; size++)
            {
                conversions[channel][size] += other.conversions[channel][size];
                values[channel][size] += other.values[channel][size];
            }
        }
    }

    public double Conversions(int channel) => Sum(conversions, channel);

    public double Value(int channel) => Sum(values, channel);

    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.VarUInt((ulong)conversions.Length);
        for (int channel = 0; channel < conversions.Length; channel++)
        {
            to.VarUInt((ulong)conversions[channel].Length);
            for (int size = 0; size < conversions[channel].Length; size++)
            {
                to.Double(conversions[channel][size]);
                to.Double(values[channel][size]);
            }
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no sums of this format.</exception>
    public static EqualSplitShapley Load(ref PackedReader from)
    {
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("these are no Shapley sums of a known format");
        }

        EqualSplitShapley loaded = new();
        int channels = from.Count(1);
        loaded.Reserve(channels);
        for (int channel = 0; channel < channels; channel++)
        {
            int sizes = from.Count(16);
            (loaded.conversions[channel], loaded.values[channel]) = (new double[sizes], new double[sizes]);
            for (int size = 0; size < sizes; size++)
            {
                loaded.conversions[channel][size] = from.Double();
                loaded.values[channel][size] = from.Double();
            }
        }

        return loaded;
    }

    private static double Sum(double[][] sums, int channel)
    {
        double total = 0;
        for (int size = 0; channel < sums.Length && size < sums[channel].Length; size++)
        {
            total += sums[channel][size] / (size + 1);
        }

        return total;
    }

    private void Apply(ReadOnlySpan<int> path, double converted, double value)
    {
        if (converted == 0 && value == 0)
        {
            return;
        }

        journey++;
        int count = 0;
        foreach (int channel in path)
        {
            if (channel >= conversions.Length)
            {
                Reserve(channel + 1);
            }

            if (seen[channel] != journey)
            {
                seen[channel] = journey;
                distinct[count++] = channel;
            }
        }

        for (int i = 0; i < count; i++)
        {
            int channel = distinct[i];
            if (conversions[channel].Length < count)
            {
                Array.Resize(ref conversions[channel], count);
                Array.Resize(ref values[channel], count);
            }

            conversions[channel][count - 1] += converted;
            values[channel][count - 1] += value;
        }
    }

    private void Reserve(int channels)
    {
        int before = conversions.Length;
        Array.Resize(ref conversions, channels);
        Array.Resize(ref values, channels);
        Array.Resize(ref seen, channels);
        Array.Resize(ref distinct, channels);
        for (int channel = before; channel < channels; channel++)
        {
            (conversions[channel], values[channel]) = ([], []);
        }
    }
}
