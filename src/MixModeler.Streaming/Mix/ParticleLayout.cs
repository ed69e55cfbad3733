namespace MixModeler.Streaming.Mix;

/// <summary>
/// A particle is one run of doubles:
/// <code>
/// coordinates | normals of signed coefficients | log likelihood | log prior | coefficients drawn
///   | per channel and per step of an effect: products with the baseline's columns and with channels and steps, product with the target, sum;
///     of lifts, and of credits, products with the channel and its steps and with what is said
///   | per region: per channel products with the baseline's columns and with the channels, product with the target, sum, lift precision, lift
///     product; own numbers drawn
/// </code>
/// </summary>
internal sealed class ParticleLayout
{
    private readonly int regionsAt;
    private readonly int regionChannelStride;
    private readonly int regionStride;

    public ParticleLayout(MixLayout layout)
    {
        Coordinates = layout.CoordinatePriors.Count;
        Normals = layout.SignedCount;
        int at = Coordinates + Normals;
        LogLikelihoodAt = at++;
        LogPriorAt = at++;
        CoefficientsAt = at;
        Coefficients = layout.CoefficientCount;
        ChannelsAt = at + Coefficients;
        RhsAt = Coefficients;
        SumAt = Coefficients + 1;
        Told = 1 + layout.Channels.Max(channel => channel.Path?.Steps ?? 0);
        LiftPrecisionAt = Coefficients + 2;
        LiftProductAt = LiftPrecisionAt + Told;
        CreditSquaresAt = LiftProductAt + 1;
        CreditProductAt = CreditSquaresAt + Told;
        ChannelStride = CreditProductAt + 1;
        Channels = layout.Channels.Length;
        Regions = layout.Spec.Regions?.Members.Count ?? 0;
        Locals = 1 + layout.Spec.Controls.Count + Channels;
        regionsAt = ChannelsAt + layout.MediaColumns.Length * ChannelStride;
        RegionSumAt = layout.BaselineCount + Channels + 1;
        regionChannelStride = RegionSumAt + 3;
        regionStride = Channels * regionChannelStride + Locals;
        Length = regionsAt + Regions * regionStride;
    }

    public int Coordinates { get; }

    public int Normals { get; }

    public int LogLikelihoodAt { get; }

    public int LogPriorAt { get; }

    public int CoefficientsAt { get; }

    public int Coefficients { get; }

    public int ChannelsAt { get; }

    public int Channels { get; }

    public int ChannelStride { get; }

    public int RhsAt { get; }

    public int SumAt { get; }

    /// <summary>Columns of a channel that lifts and credits may be about: its own, then its steps.</summary>
    public int Told { get; }

    public int LiftPrecisionAt { get; }

    public int LiftProductAt { get; }

    public int CreditSquaresAt { get; }

    public int CreditProductAt { get; }

    public int Regions { get; }

    /// <summary>In a region's sums of a channel; lift precision and lift product follow.</summary>
    public int RegionSumAt { get; }

    public int RegionLiftPrecisionAt => RegionSumAt + 1;

    public int RegionLiftProductAt => RegionSumAt + 2;

    /// <summary>Numbers that a region has of its own: level, factors, channels.</summary>
    public int Locals { get; }

    public int Length { get; }

    /// <summary>The sums of a column of media: a channel's, or a step's.</summary>
    public Span<double> Channel(Span<double> particle, int column) =>
        particle.Slice(ChannelsAt + column * ChannelStride, ChannelStride);

    /// <summary>The sums of a channel in a region.</summary>
    public Span<double> RegionChannel(Span<double> particle, int region, int channel) =>
        particle.Slice(regionsAt + region * regionStride + channel * regionChannelStride, regionChannelStride);

    /// <summary>What a region has of its own: deviation of its level, of its factors, and of its channels' effects as shares.</summary>
    public Span<double> LocalsOf(Span<double> particle, int region) =>
        particle.Slice(regionsAt + region * regionStride + Channels * regionChannelStride, Locals);

    public Span<double> CoefficientsOf(Span<double> particle) => particle.Slice(CoefficientsAt, Coefficients);
}
