namespace MixModeler.Streaming.Mix;

/// <summary>
/// A particle is one run of doubles:
/// <code>
/// coordinates | normals of signed coefficients | log likelihood | log prior | coefficients drawn
///   | per channel: products with the baseline's columns and with the channels, product with the target, sum, lift precision, lift product,
///     squares and product with the credit where there is a credit
/// </code>
/// </summary>
internal sealed class ParticleLayout
{
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
        LiftPrecisionAt = Coefficients + 2;
        LiftProductAt = Coefficients + 3;
        CreditSquaresAt = Coefficients + 4;
        CreditProductAt = Coefficients + 5;
        ChannelStride = Coefficients + 6;
        Channels = layout.Channels.Length;
        Length = ChannelsAt + Channels * ChannelStride;
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

    public int LiftPrecisionAt { get; }

    public int LiftProductAt { get; }

    public int CreditSquaresAt { get; }

    public int CreditProductAt { get; }

    public int Length { get; }

    /// <summary>The sums of a channel.</summary>
    public Span<double> Channel(Span<double> particle, int channel) =>
        particle.Slice(ChannelsAt + channel * ChannelStride, ChannelStride);

    public Span<double> CoefficientsOf(Span<double> particle) => particle.Slice(CoefficientsAt, Coefficients);
}
