using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// `synergies`: for each pair the mixed second difference of the outcome at today's levels, and how the posterior ties the two channels'
/// contributions together.
/// </summary>
internal static class SynergyInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        MixModel model = mix.Model;
        bool isMultiplicative = model.Spec.Form == MixForm.Multiplicative;
        MixWalk walk = MixWalk.Of(model, query);
        Insight insight = MixInsights.Begin(mix, "synergies", walk);
        InsightTable pairs = insight.Add("pairs", "first", "second", "synergy", "synergyQ05", "synergyQ95", "score", "correlation");
        SteadyResponse[] responses = [.. walk.Channels.Select(channel => new SteadyResponse(model, channel.Name, query))];
        List<(int A, int B, MixEstimate Synergy)> found = [];
        for (int a = 0; a < responses.Length; a++)
        {
            for (int b = a + 1; b < responses.Length; b++)
            {
                double[] draws = isMultiplicative ? SecondDifferences(model, responses[a], responses[b]) : new double[model.Cloud.Count];
                found.Add((a, b, walk.Estimate("", draws)));
            }
        }

        double most = found.Count == 0 ? 0 : found.Max(pair => pair.Synergy.Mean);
        foreach ((int a, int b, MixEstimate synergy) in found.OrderByDescending(pair => pair.Synergy.Mean).Take(query.Top))
        {
            pairs.Add(
                walk.Channels[a].Name, walk.Channels[b].Name, synergy.Mean, synergy.Q05, synergy.Q95, most > 0 ? 10 * synergy.Mean / most : 0.0,
                Correlation(model.Cloud.Weights, walk.Sums[a], walk.Sums[b]));
        }

        insight.Fact("form", isMultiplicative ? "multiplicative" : "additive");
        insight.Notes.Add(isMultiplicative
            ? "synergy: what a unit of spend in both channels brings beyond what it brings in each alone, per period and unit of spend in each, at today's levels with the other parts at their mean; score is 10 for the strongest pair."
            : "The form is additive: channels do not strengthen each other by its construction, so every synergy is 0. That is no finding.");
        insight.Notes.Add("correlation is of the two contributions over the posterior: near -1, the data cannot tell which of the two it was.");
        return insight;
    }

    // f(a + h, b + k) − f(a + h, b) − f(a, b + k) + f(a, b) of a product is the rest times both differences of multipliers.
    private static double[] SecondDifferences(MixModel model, SteadyResponse a, SteadyResponse b)
    {
        double stepA = (a.Current > 0 ? a.Current : a.Most) / 100;
        double stepB = (b.Current > 0 ? b.Current : b.Most) / 100;
        if (stepA <= 0 || stepB <= 0)
        {
            return new double[model.Cloud.Count];
        }

        double[] draws = Rest(model, a.Name, b.Name);
        double unit = model.Spec.RevenuePerUnit / (stepA * a.CostPerMedia * stepB * b.CostPerMedia);
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] *= (a.Multiplier(i, a.Current + stepA) - a.Multiplier(i, a.Current))
                * (b.Multiplier(i, b.Current + stepB) - b.Multiplier(i, b.Current)) * unit;
        }

        return draws;
    }

    // The mean outcome without either channel, by particle.
    private static double[] Rest(MixModel model, string a, string b)
    {
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        MixPath path = new(model.Layout, model.ParticleLayout, model.History);
        int first = Array.FindIndex(model.Layout.Channels, each => each.Name == a);
        int second = Array.FindIndex(model.Layout.Channels, each => each.Name == b);
        double[] rest = new double[model.Cloud.Count];
        for (int i = 0; i < rest.Length; i++)
        {
            path.Fill(likelihood, model.Cloud[i]);
            for (int t = 0; t < model.Periods; t++)
            {
                double logs = (likelihood.Paths.Effect(first, t, model.Cloud[i]) * likelihood.Transform.Series(first)[t])
                    + (likelihood.Paths.Effect(second, t, model.Cloud[i]) * likelihood.Transform.Series(second)[t]);
                rest[i] += path.Expected[t] / Math.Exp(logs) / model.Periods;
            }
        }

        return rest;
    }

    internal static double Correlation(ReadOnlySpan<double> weights, double[] x, double[] y)
    {
        (double mx, double my) = (0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            mx += weights[i] * x[i];
            my += weights[i] * y[i];
        }

        (double xx, double yy, double xy) = (0, 0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            xx += weights[i] * (x[i] - mx) * (x[i] - mx);
            yy += weights[i] * (y[i] - my) * (y[i] - my);
            xy += weights[i] * (x[i] - mx) * (y[i] - my);
        }

        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }
}
