using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Sums over all journeys that hold now: scores by channel, Markov counts, both Shapley values. Journeys are taken back as they were
/// added, so the sums are those of a recount.
/// </summary>
public sealed class AttributionTotals
{
    private const byte Format = 1;

    private ChannelSums channels = new();
    private ExactSum value;
    private ExactSum baseline;
    private int[] path = new int[16];

    public AttributionTotals(int markovOrder) => Markov = new MarkovCounts(markovOrder);

    private AttributionTotals(MarkovCounts markov) => Markov = markov;

    /// <summary>Journeys with at least one touch.</summary>
    public MarkovCounts Markov { get; }

    public EqualSplitShapley EqualSplit { get; private set; } = new();

    public ChannelSetCounts Sets { get; private set; } = new();

    public long Conversions { get; private set; }

    /// <summary>Conversions without a touch before them.</summary>
    public long Untouched { get; private set; }

    /// <summary>Journeys that led to no conversion.</summary>
    public long Nulls { get; private set; }

    public double Value => value.Value;

    /// <summary>Conversions that would have come without any touch: with the incremental ones of all channels, all conversions.</summary>
    public double Baseline => baseline.Value;

    public ChannelTotals Of(int channel) => channels.Of(channel);

    /// <summary>Adds the sums of other journeys, those of another partition say.</summary>
    internal void Absorb(AttributionTotals other)
    {
        Markov.Absorb(other.Markov);
        EqualSplit.Absorb(other.EqualSplit);
        Sets.Absorb(other.Sets);
        (Conversions, Untouched, Nulls) = (Conversions + other.Conversions, Untouched + other.Untouched, Nulls + other.Nulls);
        value.Add(other.value);
        baseline.Add(other.baseline);
        channels.Add(other.channels);
    }

    /// <summary>Adds a journey (sign 1) or takes it back (-1).</summary>
    internal void Apply(Journey journey, EventScore? score, int sign)
    {
        ReadOnlySpan<int> touched = Channels(journey);
        if (score is null)
        {
            Nulls += sign;
            Count(touched, 0, 0, 1, sign);
            return;
        }

        Conversions += sign;
        value.Add(score.Value, sign);
        if (touched.IsEmpty)
        {
            Untouched += sign;
        }
        else
        {
            Count(touched, 1, score.Value, 0, sign);
        }

        ApplyScore(score, sign);
    }

    /// <summary>Adds a score's shares (sign 1) or takes them back (-1).</summary>
    internal void ApplyScore(EventScore score, int sign)
    {
        baseline.Add(score.Baseline, sign);
        channels.Apply(score, sign);
    }

    internal void Save(PackedWriter to)
    {
        to.Byte(Format);
        Markov.Save(to);
        EqualSplit.Save(to);
        Sets.Save(to);
        to.VarInt(Conversions);
        to.VarInt(Untouched);
        to.VarInt(Nulls);
        value.Save(to);
        baseline.Save(to);
        channels.Save(to);
    }

    internal static AttributionTotals Load(ref PackedReader from)
    {
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("these are no attribution totals of a known format");
        }

        return new AttributionTotals(MarkovCounts.Load(ref from))
        {
            EqualSplit = EqualSplitShapley.Load(ref from),
            Sets = ChannelSetCounts.Load(ref from),
            Conversions = from.VarInt(),
            Untouched = from.VarInt(),
            Nulls = from.VarInt(),
            value = ExactSum.Load(ref from),
            baseline = ExactSum.Load(ref from),
            channels = ChannelSums.Load(ref from),
        };
    }

    private ReadOnlySpan<int> Channels(Journey journey)
    {
        if (path.Length < journey.Touches.Length)
        {
            path = new int[journey.Touches.Length * 2];
        }

        for (int i = 0; i < journey.Touches.Length; i++)
        {
            path[i] = journey.Touches[i].Channel;
        }

        return path.AsSpan(0, journey.Touches.Length);
    }

    private void Count(ReadOnlySpan<int> touched, double conversions, double worth, double nulls, int sign)
    {
        if (sign > 0)
        {
            Markov.Add(touched, conversions, worth, nulls);
            EqualSplit.Add(touched, conversions, worth);
            Sets.Add(touched, conversions, worth, nulls);
            return;
        }

        Markov.Remove(touched, conversions, worth, nulls);
        EqualSplit.Remove(touched, conversions, worth);
        Sets.Remove(touched, conversions, worth, nulls);
    }
}
