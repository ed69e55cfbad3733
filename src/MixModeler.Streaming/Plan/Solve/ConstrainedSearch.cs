using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>
/// Branch and bound like <see cref="GlobalSearch"/>, for plans with groups, linear constraints and carry-over: the bound of a box is an
/// outer approximation by linear programs, and boxes are cut in the inputs of the curves.
/// </summary>
internal sealed class ConstrainedSearch
{
    private readonly PlanModel model;
    private readonly SearchEffort effort;
    private readonly PriorityQueue<Box, double> open = new();
    private double[]? best;
    private double[] multipliers = [];
    private double bestValue = double.NegativeInfinity;
    private double closedBound = double.NegativeInfinity;
    private int nodes;

    private ConstrainedSearch(PlanModel model, SearchEffort effort)
    {
        this.model = model;
        this.effort = effort;
    }

    private sealed record Box(IConcaveEnvelope[] Envelopes, Approximation Approximation);

    /// <returns>Null where the rows leave no plan.</returns>
    public static Found? Solve(PlanModel model, double[]? known, SearchEffort effort)
    {
        ConstrainedSearch search = new(model, effort);
        IConcaveEnvelope[] envelopes =
            [.. model.Terms.Select(term => term.Curve.EnvelopeOver(term.Input(model.Lower), Math.Max(term.Input(model.Lower), term.Input(model.Upper))))];
        // What was a plan before may have been forbidden since.
        if (known is not null && model.Allows(known))
        {
            search.Try(known, []);
        }

        search.Enter(envelopes);
        while (search.open.TryDequeue(out Box? box, out double negated))
        {
            if (-negated <= search.bestValue + search.Tolerance || search.nodes >= effort.NodesMax)
            {
                search.closedBound = Math.Max(search.closedBound, -negated);
                break;
            }

            search.Cut(box);
        }

        return search.best is { } spend
            ? new Found(spend, search.bestValue, Math.Max(search.closedBound, search.bestValue), search.multipliers.FirstOrDefault(), search.nodes)
            : null;
    }

    private double Tolerance => effort.RelativeGap * Math.Abs(bestValue);

    private void Cut(Box box)
    {
        int widest = 0;
        double missing = double.NegativeInfinity;
        for (int j = 0; j < model.Terms.Length; j++)
        {
            double input = Input(box, j);
            double below = box.Envelopes[j].Value(input) - model.Terms[j].Curve.Value(input);
            if (below > missing)
            {
                (widest, missing) = (j, below);
            }
        }

        if (missing <= Tolerance / model.Terms.Length)
        {
            closedBound = Math.Max(closedBound, box.Approximation.Bound);
            return;
        }

        IConcaveEnvelope cut = box.Envelopes[widest];
        double width = cut.Upper - cut.Lower;
        double at = Math.Clamp(Input(box, widest), cut.Lower + (0.1 * width), cut.Upper - (0.1 * width));
        foreach ((double lower, double upper) in new[] { (cut.Lower, at), (at, cut.Upper) })
        {
            IConcaveEnvelope[] envelopes = [.. box.Envelopes];
            envelopes[widest] = model.Terms[widest].Curve.EnvelopeOver(lower, upper);
            Enter(envelopes);
        }
    }

    private double Input(Box box, int j) =>
        Math.Clamp(model.Terms[j].Input(box.Approximation.Spend), box.Envelopes[j].Lower, box.Envelopes[j].Upper);

    private void Enter(IConcaveEnvelope[] envelopes)
    {
        nodes++;
        if (OuterApproximation.Solve(model, envelopes, effort.RelativeGap / 2) is not { } approximation)
        {
            return;
        }

        Try(approximation.Spend, approximation.Multipliers);
        if (approximation.Bound > bestValue + Tolerance)
        {
            open.Enqueue(new Box(envelopes, approximation), -approximation.Bound);
        }
        else
        {
            closedBound = Math.Max(closedBound, approximation.Bound);
        }
    }

    private void Try(double[] spend, double[] duals)
    {
        double value = model.Value(spend);
        if (value > bestValue)
        {
            (best, bestValue, multipliers) = (spend, value, duals);
        }
    }
}
