using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>What a channel is credited with over all conversions.</summary>
public readonly record struct ChannelTotals(
    double Influenced, double Incremental, double IncrementalValue, double Decay, double First, double Last, double Linear, double UShape);

/// <summary>
/// Shares of scores by channel: sums from which a score can be taken back without a trace, so they are the same in whatever order scores came
/// and went.
/// </summary>
internal sealed class ChannelSums
{
    private const int Parts = 8;

    private ExactSum[] sums = [];

    /// <summary>Adds a score's shares (sign 1) or takes them back (-1).</summary>
    public void Apply(EventScore score, int sign)
    {
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

    /// <summary>Adds what another partition has.</summary>
    public void Add(ChannelSums other)
    {
        if (other.sums.Length > sums.Length)
        {
            Array.Resize(ref sums, other.sums.Length);
        }

        for (int i = 0; i < other.sums.Length; i++)
        {
            sums[i].Add(other.sums[i]);
        }
    }

    public ChannelTotals Of(int channel)
    {
        double Part(int part) => (channel * Parts) + part < sums.Length ? sums[(channel * Parts) + part].Value : 0;
        return new ChannelTotals(Part(0), Part(1), Part(2), Part(3), Part(4), Part(5), Part(6), Part(7));
    }

    public void Save(PackedWriter to)
    {
        // A channel whose scores were all taken back is as if it had never been.
        int used = sums.Length;
        while (used > 0 && sums[used - 1].Value == 0)
        {
            used--;
        }

        int parts = (used + Parts - 1) / Parts * Parts;
        to.VarUInt((ulong)parts);
        foreach (ref readonly ExactSum sum in sums.AsSpan(0, parts))
        {
            sum.Save(to);
        }
    }

    public static ChannelSums Load(ref PackedReader from)
    {
        ChannelSums loaded = new() { sums = new ExactSum[from.Count(16)] };
        for (int i = 0; i < loaded.sums.Length; i++)
        {
            loaded.sums[i] = ExactSum.Load(ref from);
        }

        return loaded;
    }
}
