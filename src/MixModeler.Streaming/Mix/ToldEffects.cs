// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What others say of channels' effects, experiments and attribution: normal observations of coefficients given a particle.</summary>
internal sealed class ToldEffects(MixLayout layout, ParticleLayout particles, EffectPaths paths)
{
    // Of the outcome's scale. Credits that are all 0 would be fitted the better the smaller the error, without end: no credit is as sure as that.
    private const double ErrorLeast = 0.01;

    /// <summary>
    /// An experiment on one channel is a noisy observation of its coefficient times the change of saturated media, carry-over
    /// included, summed over the measured periods.
    /// </summary>
    public void AddLift(MixHistory history, LiftTest test, MixTransform transform, Span<double> particle)
    {
        int channel = Array.FindIndex(layout.Channels, each => each.Name == test.Channel);
        int steps = layout.Channels[channel].Path?.Steps ?? 0;
        Span<double> changes = stackalloc double[1 + steps];
        double delta = test.MediaDelta / history.Scales.Media[channel];
        transform.Change(channel, history.Media(channel), delta, history, particle, test, paths, changes);
        double deviation = test.StandardError / history.Scales.Target;
        double lift = test.Lift / history.Scales.Target;
        for (int i = 0; i <= steps; i++)
        {
            Span<double> sums = particles.Channel(particle, ColumnOf(channel, i));
            Columns.AddScaled(changes[i] / (deviation * deviation), changes, sums.Slice(particles.LiftPrecisionAt, changes.Length));
            sums[particles.LiftProductAt] += changes[i] * lift / (deviation * deviation);
        }
    }

    /// <summary>Adds what attribution credits a channel with in a period, as it counts, if it says anything of it.</summary>
    public void AddCredit(MixHistory history, int channel, int period, double saturated, double weight, Span<double> particle)
    {
        double credit = history.CreditOf(channel, period) / history.Scales.Target;
        if (double.IsNaN(credit))
        {
            return;
        }

        int steps = layout.Channels[channel].Path?.Steps ?? 0;
        for (int i = 0; i <= steps; i++)
        {
            double own = saturated * paths.Ramp(ColumnOf(channel, i), period);
            Span<double> sums = particles.Channel(particle, ColumnOf(channel, i));
            for (int other = 0; other <= steps; other++)
            {
                sums[particles.CreditSquaresAt + other] += weight * own * saturated * paths.Ramp(ColumnOf(channel, other), period);
            }

            sums[particles.CreditProductAt] += weight * own * credit;
        }
    }

    /// <summary>Of a column of media: precision with a column of the same channel (0 its own, then its steps), and precision times what is said.</summary>
    public (double Precision, double Product) Of(int column, int other, Span<double> particle)
    {
        int channel = layout.MediaColumns[column].Channel;
        ReadOnlySpan<double> sums = particles.Channel(particle, column);
        (double precision, double product) = (sums[particles.LiftPrecisionAt + other], sums[particles.LiftProductAt]);
        if (layout.CreditInputs[channel] >= 0)
        {
            (double bias, double error) = CreditOf(channel, particle);
            precision += bias * bias / (error * error) * sums[particles.CreditSquaresAt + other];
            product += bias / (error * error) * sums[particles.CreditProductAt];
        }

        return (precision, product);
    }

    /// <summary>The part of the credits' density that does not depend on coefficients.</summary>
    public double CreditConstant(MixHistory history, ReadOnlySpan<double> particle)
    {
        double sum = 0;
        for (int c = 0; c < layout.Channels.Length; c++)
        {
            if (history.Credits[c] > 0)
            {
                double error = CreditOf(c, particle).Error;
                sum -= history.Credits[c] * Math.Log(error) + 0.5 * history.CreditSquares[c] / (error * error);
            }
        }

        return sum;
    }

    /// <summary>A credit's numbers by a particle; an error that is learned has a least beside it.</summary>
    public (double Bias, double Error) CreditOf(int channel, ReadOnlySpan<double> particle)
    {
        (CreditSpec credit, ChannelPlace place) = (layout.Channels[channel].Credit!, layout.Places[channel]);
        return (
            place.Bias < 0 ? credit.Bias.A : credit.Bias.Value(particle[place.Bias]),
            place.CreditError < 0 ? credit.Error.A : Math.Sqrt(Squared(credit.Error.Value(particle[place.CreditError])) + Squared(ErrorLeast)));
    }

    // A channel's own column, then its steps.
    private int ColumnOf(int channel, int told) => told == 0 ? channel : layout.FirstSteps[channel] + told - 1;

    private static double Squared(double value) => value * value;
}
