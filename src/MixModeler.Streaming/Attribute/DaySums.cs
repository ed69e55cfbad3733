using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The conversions of one day and what each channel is credited with: sums from which a score can be taken back without a trace, so they
/// are the same in whatever order scores came and went.
/// </summary>
internal sealed class DaySums
{
    private const byte Format = 1;

    private ExactSum value;
    private ExactSum baseline;
    private ExactSum baselineValue;
    private ChannelSums channels = new();

    public long Conversions { get; private set; }

    public bool IsDirty { get; set; }

    /// <summary>Adds a score (sign 1) or takes it back (-1).</summary>
    public void Apply(EventScore score, int sign)
    {
        IsDirty = true;
        Conversions += sign;
        value.Add(score.Value, sign);
        baseline.Add(score.Baseline, sign);
        baselineValue.Add(score.Baseline * score.Value, sign);
        channels.Apply(score, sign);
    }

    /// <summary>Adds what another partition has of the same day.</summary>
    public void Add(DaySums other)
    {
        Conversions += other.Conversions;
        value.Add(other.value);
        baseline.Add(other.baseline);
        baselineValue.Add(other.baselineValue);
        channels.Add(other.channels);
    }

    /// <summary>As it is shown.</summary>
    public AttributionDay ToDay(int day, IReadOnlyList<string> names)
    {
        Dictionary<string, ChannelTotals> totals = new(StringComparer.Ordinal);
        for (int c = 0; c < names.Count; c++)
        {
            totals[names[c]] = channels.Of(c);
        }

        DateOnly date = DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day));
        return new AttributionDay(date, Conversions, value.Value, baseline.Value, baselineValue.Value, totals);
    }

    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.VarInt(Conversions);
        value.Save(to);
        baseline.Save(to);
        baselineValue.Save(to);
        channels.Save(to);
    }

    /// <exception cref="InvalidDataException">The bytes are no sums of this format.</exception>
    public static DaySums Load(byte[]? record)
    {
        if (record is null or { Length: 0 })
        {
            return new DaySums();
        }

        if (record[0] != Format)
        {
            throw new InvalidDataException("these are no sums of a day of a known format");
        }

        PackedReader from = new(record.AsSpan(1));
        return new DaySums
        {
            Conversions = from.VarInt(),
            value = ExactSum.Load(ref from),
            baseline = ExactSum.Load(ref from),
            baselineValue = ExactSum.Load(ref from),
            channels = ChannelSums.Load(ref from),
        };
    }
}
