using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>What a search found, and what it proved.</summary>
/// <param name="Spend">The best spends that it met.</param>
/// <param name="Value">Their value.</param>
/// <param name="Bound">What no feasible spends exceed.</param>
/// <param name="Price">What one more unit of the budget would bring.</param>
/// <param name="Nodes">Boxes that were looked at.</param>
internal sealed record Found(double[] Spend, double Value, double Bound, double Price, int Nodes);

/// <summary>
/// Maximises Σ f_i(x_i) under one budget for curves of any shape, to a proven gap: branch and bound over boxes of spends. The bound of
/// a box is the water-filling of the envelopes in it. At its solution at most one channel or so stands where its envelope lies above
/// its curve (Shapley–Folkman), and there the box is cut. Where all curves are concave the first box is the answer.
/// </summary>
internal sealed class GlobalSearch
{
    private readonly IResponseCurve[] curves;
    private readonly double budget;
    private readonly bool spendAll;
    private readonly PriorityQueue<Box, double> open = new();
    private double[]? best;
    private double bestValue = double.NegativeInfinity;
    private double bestPrice;
    private double closedBound = double.NegativeInfinity;
    private int nodes;

    private GlobalSearch(IResponseCurve[] curves, double budget, bool spendAll)
    {
        this.curves = curves;
        this.budget = budget;
        this.spendAll = spendAll;
    }

    private sealed record Box(IConcaveEnvelope[] Envelopes, Filling Filling);

    /// <param name="curves">One of each channel.</param>
    /// <param name="lower">The least of each.</param>
    /// <param name="upper">The most of each.</param>
    /// <param name="budget">The sum.</param>
    /// <param name="spendAll">Whether all of it must be spent.</param>
    /// <param name="known">A plan of before, which prunes; it need not be feasible.</param>
    /// <param name="priceHint">The multiplier of before; 0 for none.</param>
    /// <param name="effort">The gap to stop at, and the most boxes.</param>
    /// <returns>Null where the bounds leave no plan.</returns>
    public static Found? Solve(
        IResponseCurve[] curves, double[] lower, double[] upper, double budget, bool spendAll, double[]? known, double priceHint, SearchEffort effort)
    {
        GlobalSearch search = new(curves, budget, spendAll);
        IConcaveEnvelope[] envelopes = new IConcaveEnvelope[curves.Length];
        for (int i = 0; i < curves.Length; i++)
        {
            envelopes[i] = curves[i].EnvelopeOver(lower[i], upper[i]);
        }

        if (WaterFilling.Solve(envelopes, budget, spendAll, priceHint) is not { } filling)
        {
            return null;
        }

        if (known is not null && FeasiblePlan.Nearest(known, lower, upper, budget, spendAll) is { } near)
        {
            search.Try(near, priceHint);
        }

        search.Run(new Box(envelopes, filling), effort);
        return search.Answer(lower, upper);
    }

    private void Run(Box root, SearchEffort effort)
    {
        Enter(root, effort);
        while (open.TryDequeue(out Box? box, out double negated))
        {
            if (-negated <= bestValue + Tolerance(effort) || nodes >= effort.NodesMax)
            {
                closedBound = Math.Max(closedBound, -negated);
                return;                           // The queue is in order of bounds: what is left in it is no better.
            }

            Cut(box, effort);
        }
    }

    private void Cut(Box box, SearchEffort effort)
    {
        int widest = Widest(box, out double missing);
        if (missing <= Tolerance(effort) / curves.Length)
        {
            closedBound = Math.Max(closedBound, box.Filling.Bound);
            return;
        }

        IConcaveEnvelope cut = box.Envelopes[widest];
        double width = cut.Upper - cut.Lower;
        double at = Math.Clamp(box.Filling.Spend[widest], cut.Lower + (0.1 * width), cut.Upper - (0.1 * width));
        foreach ((double lower, double upper) in new[] { (cut.Lower, at), (at, cut.Upper) })
        {
            IConcaveEnvelope[] envelopes = [.. box.Envelopes];
            envelopes[widest] = curves[widest].EnvelopeOver(lower, upper);
            if (WaterFilling.Solve(envelopes, budget, spendAll, box.Filling.Price) is { } filling)
            {
                Enter(new Box(envelopes, filling), effort);
            }
        }
    }

    private void Enter(Box box, SearchEffort effort)
    {
        nodes++;
        Try(box.Filling.Spend, box.Filling.Price);
        if (box.Filling.Bound > bestValue + Tolerance(effort))
        {
            open.Enqueue(box, -box.Filling.Bound);
        }
        else
        {
            closedBound = Math.Max(closedBound, box.Filling.Bound);
        }
    }

    private void Try(double[] spend, double price)
    {
        double value = 0;
        for (int i = 0; i < spend.Length; i++)
        {
            value += curves[i].Value(spend[i]);
        }

        if (value > bestValue)
        {
            (best, bestValue, bestPrice) = (spend, value, price);
        }
    }

    private Found Answer(double[] lower, double[] upper)
    {
        // Rounding of the last digit only: bounds and budget are kept to the letter.
        double[] spend = FeasiblePlan.Nearest(best!, lower, upper, budget, spendAll) ?? best!;
        double value = 0;
        for (int i = 0; i < spend.Length; i++)
        {
            value += curves[i].Value(spend[i]);
        }

        return new Found(spend, value, Math.Max(closedBound, value), bestPrice, nodes);
    }

    private int Widest(Box box, out double missing)
    {
        int widest = 0;
        missing = double.NegativeInfinity;
        for (int i = 0; i < curves.Length; i++)
        {
            double below = box.Envelopes[i].Value(box.Filling.Spend[i]) - curves[i].Value(box.Filling.Spend[i]);
            if (below > missing)
            {
                (widest, missing) = (i, below);
            }
        }

        return widest;
    }

    private double Tolerance(SearchEffort effort) => effort.RelativeGap * Math.Abs(bestValue);
}
