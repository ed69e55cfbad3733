using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>
/// How far a channel's spend can be moved, with all others made best for it, before the mean value falls by more than the posterior
/// knows about the gain: inside, one plan is as good as the other.
/// </summary>
internal static class NoiseBand
{
    private const int Halvings = 20;

    public static double[] Of(PlanValue value, Found found, int variable, double noise)
    {
        PlanShape shape = value.Shape;
        PlanModel model = value.Model(null, shape.Lower, shape.Upper, CurveTable.Coarse);
        return
        [
            Farthest(model, found, variable, noise, shape.Lower[variable]),
            Farthest(model, found, variable, noise, shape.Upper[variable]),
        ];
    }

    private static double Farthest(PlanModel model, Found found, int variable, double noise, double end)
    {
        double inside = found.Spend[variable];
        double outside = end;
        if (IsWithin(model, found, variable, noise, end))
        {
            return end;
        }

        for (int step = 0; step < Halvings; step++)
        {
            double middle = (inside + outside) / 2;
            (inside, outside) = IsWithin(model, found, variable, noise, middle) ? (middle, outside) : (inside, middle);
        }

        return inside;
    }

    private static bool IsWithin(PlanModel model, Found found, int variable, double noise, double spend)
    {
        double[] lower = [.. model.Lower];
        double[] upper = [.. model.Upper];
        lower[variable] = upper[variable] = spend;
        return ModelSearch.Solve(model with { Lower = lower, Upper = upper }, new PlanStart(found.Spend, found.Price)) is { } plan
            && plan.Value >= found.Value - noise;
    }
}
