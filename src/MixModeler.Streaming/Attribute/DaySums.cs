using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The conversions of one day and what each channel is credited with: sums from which a score can be taken back without a trace, so they
/// are the same in whatever order scores came and went.
/// </summary>
internal sealed class DaySums
{
    private const byte Format = 1;
    private const int Parts = 8;

    private ExactSum value;
    private ExactSum baseline;
    private ExactSum baselineValue;
    private ExactSum[] channels = [];

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
        foreach (ref readonly TouchScore touch in score.Touches.AsSpan())
        {
            int at = touch.Channel * Parts;
            if (at + Parts > channels.Length)
            {
                Array.Resize(ref channels, at + Parts);
            }

            TouchShares shares = touch.Shares;
            channels[at].Add(shares.Influenced, sign);
            channels[at + 1].Add(shares.Incremental, sign);
            channels[at + 2].Add(shares.Incremental * score.Value, sign);
            channels[at + 3].Add(shares.Decay, sign);
            channels[at + 4].Add(shares.First, sign);
            channels[at + 5].Add(shares.Last, sign);
            channels[at + 6].Add(shares.Linear, sign);
            channels[at + 7].Add(shares.UShape, sign);
        }
    }

    /// <summary>Adds what another partition has of the same day.</summary>
    public void Add(DaySums other)
    {
        Conversions += other.Conversions;
        value.Add(other.value);
        baseline.Add(other.baseline);
        baselineValue.Add(other.baselineValue);
        if (other.channels.Length > channels.Length)
        {
            Array.Resize(ref channels, other.channels.Length);
        }

        for (int i = 0; i < other.channels.Length; i++)
        {
            channels[i].Add(other.channels[i]);
        }
    }

    /// <summary>As it is shown.</summary>
    public AttributionDay ToDay(int day, IReadOnlyList<string> names)
    {
        Dictionary<string, ChannelTotals> totals = new(StringComparer.Ordinal);
        for (int c = 0; c < names.Count; c++)
        {
            double Of(int part) => (c * Parts) + part < channels.Length ? channels[(c * Parts) + part].Value : 0;
            totals[names[c]] = new ChannelTotals(Of(0), Of(1), Of(2), Of(3), Of(4), Of(5), Of(6), Of(7));
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
        // A channel whose scores were all taken back is as if it had never been.
        int used = channels.Length;
        while (used > 0 && channels[used - 1].Value == 0)
        {
            used--;
        }

        int parts = (used + Parts - 1) / Parts * Parts;
        to.VarUInt((ulong)parts);
        foreach (ref readonly ExactSum sum in channels.AsSpan(0, parts))
        {
            sum.Save(to);
        }
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
        DaySums sums = new()
        {
            Conversions = from.VarInt(),
            value = ExactSum.Load(ref from),
            baseline = ExactSum.Load(ref from),
            baselineValue = ExactSum.Load(ref from),
            channels = new ExactSum[from.Count(16)],
        };
        for (int i = 0; i < sums.channels.Length; i++)
        {
            sums.channels[i] = ExactSum.Load(ref from);
        }

        return sums;
    }
}
