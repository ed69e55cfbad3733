using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>What a channel is credited with over all conversions.</summary>
public readonly record struct ChannelTotals(
    double Influenced, double Incremental, double IncrementalValue, double Decay, double First, double Last, double Linear, double UShape);

/// <summary>
/// Sums over all journeys that hold now: scores by channel, Markov counts, both Shapley values. Journeys are taken back as they were
/// added, so the sums are those of a recount.
/// </summary>
public sealed class AttributionTotals
{
    private const byte Format = 1;
    private const int Parts = 8;

    private ExactSum[] sums = [];
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

    public ChannelTotals Of(int channel) => (channel + 1) * Parts > sums.Length ? default : new ChannelTotals(
        sums[channel * Parts].Value, sums[(channel * Parts) + 1].Value, sums[(channel * Parts) + 2].Value, sums[(channel * Parts) + 3].Value,
        sums[(channel * Parts) + 4].Value, sums[(channel * Parts) + 5].Value, sums[(channel * Parts) + 6].Value, sums[(channel * Parts) + 7].Value);

    /// <summary>Adds the sums of other journeys, those of another partition say.</summary>
    internal void Absorb(AttributionTotals other)
    {
        Markov.Absorb(other.Markov);
        EqualSplit.Absorb(other.EqualSplit);
        Sets.Absorb(other.Sets);
        (Conversions, Untouched, Nulls) = (Conversions + other.Conversions, Untouched + other.Untouched, Nulls + other.Nulls);
        value.Add(other.value);
        baseline.Add(other.baseline);
        if (other.sums.Length > sums.Length)
        {
            Array.Resize(ref sums, other.sums.Length);
        }

        for (int i = 0; i < other.sums.Length; i++)
        {
            sums[i].Add(other.sums[i]);
        }
    }

    /// <summary>Adds a journey (sign 1) or takes it back (-1).</summary>
    internal void Apply(Journey journey, EventScore? score, int sign)
    {
        ReadOnlySpan<int> channels = Channels(journey);
        if (score is null)
        {
            Nulls += sign;
            Count(channels, 0, 0, 1, sign);
            return;
        }

        Conversions += sign;
        value.Add(score.Value, sign);
        if (channels.IsEmpty)
        {
            Untouched += sign;
        }
        else
        {
            Count(channels, 1, score.Value, 0, sign);
        }

        ApplyScore(score, sign);
    }

    /// <summary>Adds a score's shares (sign 1) or takes them back (-1).</summary>
    internal void ApplyScore(EventScore score, int sign)
    {
        baseline.Add(score.Baseline, sign);
        foreach (ref readonly TouchScore touch in score.Touches.AsSpan())
        {
            int at = touch.Channel * Parts;
            if (at + Parts > sums.Length)
            {
                Array.Resize(ref sums, at + Parts);
            }

            TouchShares shares = touch.Shares;
            sums[at].Add(shares.Influenced, sign);
            sums[at + 1].Add(shares.Incremental, sign);
            sums[at + 2].Add(shares.Incremental * score.Value, sign);
            sums[at + 3].Add(shares.Decay, sign);
            sums[at + 4].Add(shares.First, sign);
            sums[at + 5].Add(shares.Last, sign);
            sums[at + 6].Add(shares.Linear, sign);
            sums[at + 7].Add(shares.UShape, sign);
        }
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
        to.VarUInt((ulong)sums.Length);
        foreach (ref readonly ExactSum sum in sums.AsSpan())
        {
            sum.Save(to);
        }
    }

    internal static AttributionTotals Load(ref PackedReader from)
    {
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("these are no attribution totals of a known format");
        }

        AttributionTotals totals = new(MarkovCounts.Load(ref from))
        {
            EqualSplit = EqualSplitShapley.Load(ref from),
            Sets = ChannelSetCounts.Load(ref from),
            Conversions = from.VarInt(),
            Untouched = from.VarInt(),
            Nulls = from.VarInt(),
            value = ExactSum.Load(ref from),
            baseline = ExactSum.Load(ref from),
        };
        totals.sums = new ExactSum[from.Count(16)];
        for (int i = 0; i < totals.sums.Length; i++)
        {
            totals.sums[i] = ExactSum.Load(ref from);
        }

        return totals;
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

    private void Count(ReadOnlySpan<int> channels, double conversions, double worth, double nulls, int sign)
    {
        if (sign > 0)
        {
            Markov.Add(channels, conversions, worth, nulls);
            EqualSplit.Add(channels, conversions, worth);
            Sets.Add(channels, conversions, worth, nulls);
            return;
        }

        Markov.Remove(channels, conversions, worth, nulls);
        EqualSplit.Remove(channels, conversions, worth);
        Sets.Remove(channels, conversions, worth, nulls);
    }
}
