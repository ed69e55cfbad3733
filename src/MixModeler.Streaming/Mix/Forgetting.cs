namespace MixModeler.Streaming.Mix;

/// <summary>
/// The past counts less with each period: the likelihood of a period enters to the power of its weight. Sums that grew period by period are
/// discounted, sums that are made at once are weighed. Holds a workspace; one thread.
/// </summary>
internal sealed class Forgetting(ParticleLayout particles)
{
    private double[] weighed = [];

    /// <summary>Another period came: what a channel's sums hold counts less. What media there were, and what experiments said, stays.</summary>
    public void Forget(double discount, Span<double> sums)
    {
        Columns.Scale(discount, sums[..particles.Coefficients]);
        sums[particles.RhsAt] *= discount;
        Columns.Scale(discount, sums.Slice(particles.CreditSquaresAt, particles.Told));
        sums[particles.CreditProductAt] *= discount;
    }

    /// <summary>A series with each period as it counts now; valid until the next call.</summary>
    public ReadOnlySpan<double> Weighed(MixHistory history, ReadOnlySpan<double> values)
    {
        if (history.Discount == 1)
        {
            return values;
        }

        if (weighed.Length < values.Length)
        {
            weighed = new double[2 * values.Length];
        }

        for (int t = 0; t < values.Length; t++)
        {
            weighed[t] = history.Weights[t] * values[t];
        }

        return weighed.AsSpan(0, values.Length);
    }
}
