using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>The best plan of a model, by the search that fits it.</summary>
internal static class ModelSearch
{
    // Each round looks at a fiftieth of the range before, with a table as fine as before.
    private const int ZoomRounds = 2;
    private const double ZoomShare = 0.01;

    /// <summary>The best plan under weights of the draws (equal ones for null), with its exact value and a bound on every plan's.</summary>
    public static Found? Solve(PlanValue value, double[]? drawWeights, PlanStart start, int chords)
    {
        PlanShape shape = value.Shape;
        PlanModel model = value.Model(drawWeights, shape.Lower, shape.Upper, chords);
        if (Solve(model, start) is not { } found)
        {
            return null;
        }

        double slack = model.Slack;
        if (!value.IsTabulated)
        {
            return found;
        }

        Found exact = found with { Value = value.Of(found.Spend, drawWeights) };
        double width = ZoomShare;
        for (int round = 0; round < ZoomRounds && chords == CurveTable.Fine; round++)
        {
            double[] lower = [.. exact.Spend.Select((x, v) => Math.Max(shape.Lower[v], x - (width * (shape.Upper[v] - shape.Lower[v]))))];
            double[] upper = [.. exact.Spend.Select((x, v) => Math.Min(shape.Upper[v], x + (width * (shape.Upper[v] - shape.Lower[v]))))];
            PlanStart near = new(exact.Spend, exact.Price);
            if (Solve(value.Model(drawWeights, lower, upper, chords), near) is { } closer && value.Of(closer.Spend, drawWeights) is var better
                && better > exact.Value)
            {
                exact = closer with { Value = better };
            }

            width *= ZoomShare;
        }

        return exact with { Bound = Math.Max(exact.Value, found.Bound + slack), Nodes = found.Nodes };
    }

    public static Found? Solve(PlanModel model, PlanStart start)
    {
        if (!model.IsSeparable)
        {
            return ConstrainedSearch.Solve(model, start.Spend, SearchEffort.Constrained);
        }

        PlanRow budget = model.Rows[0];
        return GlobalSearch.Solve(
            [.. model.Terms.Select(term => term.Curve)], model.Lower, model.Upper, budget.Max, budget.Min > double.NegativeInfinity,
            start.Spend, start.Price, SearchEffort.Exact);
    }

    /// <summary>What no plan of a model exceeds, without a search; minus infinity where there is no plan.</summary>
    public static double Bound(PlanModel model)
    {
        IConcaveEnvelope[] envelopes =
            [.. model.Terms.Select(term => term.Curve.EnvelopeOver(term.Input(model.Lower), Math.Max(term.Input(model.Lower), term.Input(model.Upper))))];
        double? bound = model.IsSeparable
            ? WaterFilling.Solve(envelopes, model.Rows[0].Max, model.Rows[0].Min > double.NegativeInfinity, 0)?.Bound
            : OuterApproximation.Solve(model, envelopes, SearchEffort.Constrained.RelativeGap)?.Bound;
        return (bound ?? double.NegativeInfinity) + model.Slack;
    }
}

/// <summary>Where a search begins: a plan and a price of before, or nothing.</summary>
internal readonly record struct PlanStart(double[]? Spend, double Price)
{
    public static readonly PlanStart Cold;
}
