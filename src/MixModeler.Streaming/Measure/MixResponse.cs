using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Curves;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// Curves of a mix's posterior for plans. Each draw has its own saturation, effect and sum of carry-over weights, so its response to a constant
/// spend is exactly the model's; how carry-over is spread over the weeks is the posterior mean.
/// </summary>
public static class MixResponse
{
    public const int DrawsDefault = 200;
    private const int DaysPerWeek = 7;
    private const int TablePoints = 257;

    // Today is what the last weeks spent.
    private const int CurrentWeeks = 52;

    /// <param name="mix">Additive, with a spend for each channel, by weeks.</param>
    /// <param name="draws">Of the posterior, drawn from the particles by their weights without chance.</param>
    /// <param name="problem">A sentence where there is no response.</param>
    /// <param name="start">
    /// The first day of the plan, before which its history ends; weeks between the newest one and the plan are taken to be as today. Null for a
    /// plan that follows the newest week.
    /// </param>
    public static PlanResponse? Of(MeasuredMix mix, int draws, out string? problem, DateOnly? start = null)
    {
        ArgumentNullException.ThrowIfNull(mix);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 2);
        problem = Objection(mix);
        if (problem is not null)
        {
            return null;
        }

        MixModel model = mix.Model;
        string[] channels = [.. model.Spec.Channels.Select(channel => channel.Name)];
        int[] order = [.. channels.Select(name => Array.FindIndex(model.Layout.Channels, channel => channel.Name == name))];
        int[] picked = Picked(model.Cloud, draws);
        MixTransform transform = new(model.Layout);
        EffectPaths paths = new(model.Layout, model.ParticleLayout);
        IResponseCurve[][] curves = [.. picked.Select(particle => order.Select(c => Curve(model, transform, paths, c, particle)).ToArray())];
        SteadyResponse[] steady = [.. channels.Select(name => new SteadyResponse(model, name, new InsightQuery()))];
        int weeks = Math.Min(CurrentWeeks, model.Periods);
        double[] costs = [.. steady.Select(its => its.CostPerMedia)];
        double[] weekly = [.. order.Select(c => Tail(model.History.Input(model.Layout.SpendInputs[c]), weeks).Average())];
        double[][] volumes = [.. order.Select((c, i) => Volumes(model, c, start ?? model.History.Dates[^1].AddDays(DaysPerWeek), weekly[i] / costs[i]))];
        return new PlanResponse
        {
            Channels = channels,
            Conversion = new PlanConversion(
                model.Spec.Target, 1, model.Spec.RevenuePerUnit, [.. steady.Select((its, c) => Table(its, curves, c))], curves, Baseline(model, weeks)),
            Adstock = [.. order.Select(c => Kernel(model, transform, c, picked))],
            Volumes = volumes,
            Costs = costs,
            WeeklySpend = weekly,
        };
    }

    private static string? Objection(MeasuredMix mix)
    {
        MixModel model = mix.Model;
        IReadOnlyList<DateOnly> dates = model.History.Dates;
        if (model.Spec.Form == MixForm.Multiplicative)
        {
            return $"The mix '{mix.Name}' is multiplicative; plans know sums over channels only.";
        }

        if (model.Spec.Channels.FirstOrDefault(channel => channel.SpendColumn is null) is { } unpaid)
        {
            return $"The channel '{unpaid.Name}' of the mix '{mix.Name}' has no spend; a plan is about spend.";
        }

        if (dates.Count < 2 || Enumerable.Range(1, dates.Count - 1).Any(t => dates[t].DayNumber - dates[t - 1].DayNumber != DaysPerWeek))
        {
            return $"The mix '{mix.Name}' does not go by weeks without a gap; plans do.";
        }

        string? silent = model.Layout.Channels.Where((_, c) => !(model.History.Spend[c] > 0)).Select(channel => channel.Name).FirstOrDefault();
        return silent is null ? null : $"The channel '{silent}' of the mix '{mix.Name}' has never spent anything; what a unit of its media costs is not known.";
    }

    // Systematic: every particle as often as its weight says, rounded.
    private static int[] Picked(ParticleCloud cloud, int draws)
    {
        int[] picked = new int[draws];
        double reached = cloud.Weights[0];
        int at = 0;
        for (int d = 0; d < draws; d++)
        {
            double wanted = (d + 0.5) / draws;
            while (reached < wanted && at < cloud.Count - 1)
            {
                reached += cloud.Weights[++at];
            }

            picked[d] = at;
        }

        return picked;
    }

    private static IResponseCurve Curve(MixModel model, MixTransform transform, EffectPaths paths, int channel, int particle)
    {
        Span<double> values = model.Cloud[particle];
        // An effect whose path went below nothing is none: a plan has no use for less.
        double beta = Math.Max(0, paths.Effect(channel, model.Periods - 1, values)) * model.History.Scales.Target;
        // A plan's weights sum to 1, a draw's to this.
        double unit = model.History.Scales.Media[channel] / Sum(transform.Weights(channel, values));
        SaturationSpec saturation = model.Layout.Channels[channel].Saturation;
        double[] its = new double[saturation.Parameters.Count];
        for (int i = 0; i < its.Length; i++)
        {
            int place = model.Layout.Places[channel].Saturation[i];
            Prior prior = saturation.Parameters[i].Prior;
            its[i] = place < 0 ? prior.A : prior.Value(values[place]);
        }

        IResponseCurve curve = saturation.Curve switch
        {
            SaturationCurve.Logistic => new TanhCurve(1, its[0] / 2),
            SaturationCurve.InverseLogistic => new TanhCurve(1, Math.Log(3) / its[0] / 2),
            SaturationCurve.Tanh => new TanhCurve(1, 1 / its[0]),
            SaturationCurve.Hill => new HillCurve(1, its[1], its[0]),
            SaturationCurve.MichaelisMenten => new HillCurve(1, its[0], 1),
            SaturationCurve.Power => new PowerCurve(1, its[0]),
            _ => new PowerCurve(1, 1),
        };
        return curve.Scaled(beta, unit);
    }

    private static double[] Kernel(MixModel model, MixTransform transform, int channel, int[] picked)
    {
        double[] kernel = new double[model.Layout.Channels[channel].Adstock.Terms];
        foreach (int particle in picked)
        {
            ReadOnlySpan<double> weights = transform.Weights(channel, model.Cloud[particle]);
            double sum = Sum(weights);
            for (int lag = 0; lag < kernel.Length; lag++)
            {
                kernel[lag] += weights[lag] / sum / picked.Length;
            }
        }

        return kernel;
    }

    // For pictures and for whoever asks for one curve: the mean of the draws up to four times what was seen.
    private static PointsCurve Table(SteadyResponse its, IResponseCurve[][] curves, int channel)
    {
        double[] volumes = [.. Enumerable.Range(0, TablePoints).Select(k => 4 * its.Most * k / (TablePoints - 1))];
        return new PointsCurve(volumes, [.. volumes.Select(volume => curves.Average(draw => draw[channel].Value(volume)))]);
    }

    // Of the weeks that still reach into the plan: as they were, and as today where they are to come.
    private static double[] Volumes(MixModel model, int channel, DateOnly start, double today)
    {
        int terms = model.Layout.Channels[channel].Adstock.Terms;
        IReadOnlyList<DateOnly> dates = model.History.Dates;
        List<double> volumes = [];
        for (int lag = terms - 1; lag >= 1; lag--)
        {
            int at = (int)Math.Floor((start.DayNumber - dates[0].DayNumber) / (double)DaysPerWeek) - lag;
            if (at >= 0)
            {
                volumes.Add(at < dates.Count ? model.History.Media(channel)[at] * model.History.Scales.Media[channel] : today);
            }
        }

        return [.. volumes];
    }

    private static double Baseline(MixModel model, int weeks)
    {
        InsightQuery query = new() { From = model.History.Dates[model.Periods - weeks] };
        MixWalk walk = MixWalk.Of(model, query);
        return Math.Max(0, walk.Estimate("base", walk.BaseSums).Mean / weeks);
    }

    private static double[] Tail(ReadOnlySpan<double> values, int count) => values[^count..].ToArray();

    private static double Sum(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        return sum > 0 ? sum : 1;
    }
}
