namespace MixModeler.Streaming.Plan.Solve;

/// <summary>
/// Plans for those who do not want the mean. The mean of the worst share α of the draws (CVaR) is the least of all reweighted means whose
/// weights are at most 1 / (α N) (Rockafellar and Uryasev 2000), so for any such weights the best reweighted mean is a bound, and the
/// search for the best weights is a convex one: Frank and Wolfe's steps over them, each an ordinary plan. All plans meet the same
/// draws (common random numbers), so that their difference is one of plans.
/// </summary>
internal sealed class RiskSearch
{
    private const int RoundsMax = 40;
    private const int LineSteps = 40;

    private readonly PlanValue value;
    private readonly PlanRisk risk;
    private readonly int draws;

    private RiskSearch(PlanValue value)
    {
        this.value = value;
        risk = value.Shape.Problem.Risk;
        draws = value.Shape.Problem.Draws;
    }

    /// <summary>Value and bound are of the risk measure.</summary>
    public static Found? Solve(PlanValue value, PlanStart start)
    {
        RiskSearch search = new(value);
        return search.risk.Measure == RiskMeasure.CVaR ? search.Worst(start) : search.Likeliest(start);
    }

    /// <summary>The measure of a plan's values over the draws.</summary>
    public static double Measure(PlanRisk risk, double[] values) => risk.Measure switch
    {
        RiskMeasure.CVaR => Tail(values, risk.Level, new double[values.Length]),
        RiskMeasure.Probability => (double)values.Count(v => v >= risk.Target) / values.Length,
        _ => values.Average(),
    };

    /// <summary>The weights under which the mean is the measure at these values; null where there are none such.</summary>
    public static double[]? Weights(PlanRisk risk, double[] values)
    {
        double[] weights = new double[values.Length];
        if (risk.Measure != RiskMeasure.CVaR)
        {
            return null;
        }

        Tail(values, risk.Level, weights);
        return weights;
    }

    // The mean of the worst draws; their weights are written, the last one's in part.
    private static double Tail(double[] values, double level, double[] weights)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(d => values[d])];
        double most = 1 / (level * values.Length);
        double rest = 1;
        double sum = 0;
        Array.Clear(weights);
        foreach (int d in order)
        {
            weights[d] = Math.Min(most, rest);
            sum += weights[d] * values[d];
            rest -= weights[d];
            if (rest <= 0)
            {
                break;
            }
        }

        return sum;
    }

    public static double WorstMean(double[] values, double level) => Tail(values, level, new double[values.Length]);

    private double Measure(double[] spend) => Measure(risk, value.OfDraws(spend));

    private Found? Worst(PlanStart start)
    {
        double[] weights = new double[draws];
        double[] worst = new double[draws];
        Array.Fill(weights, 1.0 / draws);
        Found? best = null;
        double[] bestWeights = weights;
        double bound = double.PositiveInfinity;
        int nodes = 0;
        for (int round = 0; round < RoundsMax; round++)
        {
            if (ModelSearch.Solve(value, weights, best is null ? start : new PlanStart(best.Spend, best.Price), Curves.CurveTable.Coarse) is not { } found)
            {
                return null;
            }

            nodes += found.Nodes;
            if (found.Bound < bound)
            {
                (bound, bestWeights) = (found.Bound, [.. weights]);
            }

            double[] spend = best is null ? found.Spend : Along(best.Spend, found.Spend);
            double measured = Measure(spend);
            best = best is null || measured >= best.Value ? found with { Spend = spend, Value = measured } : best;
            if (bound - best.Value <= 1e-7 * Math.Abs(best.Value))
            {
                break;
            }

            Tail(value.OfDraws(found.Spend), risk.Level, worst);
            double share = 2.0 / (round + 3);
            for (int d = 0; d < draws; d++)
            {
                weights[d] += share * (worst[d] - weights[d]);
            }
        }

        // The last word on the bound has a fine table.
        Found? fine = ModelSearch.Solve(value, bestWeights, new PlanStart(best!.Spend, best.Price), Curves.CurveTable.Fine);
        return best with { Bound = Math.Max(best.Value, Math.Min(bound, fine?.Bound ?? bound)), Nodes = nodes };
    }

    // Plans are convex: what lies between two of them is one. The best of it by thirds, and never worse than the first.
    private double[] Along(double[] from, double[] to) => Along(from, to, Measure);

    private static double[] Along(double[] from, double[] to, Func<double[], double> measure)
    {
        double[] At(double share) => [.. from.Select((x, i) => x + (share * (to[i] - x)))];
        double low = 0;
        double high = 1;
        for (int step = 0; step < LineSteps; step++)
        {
            double first = low + ((high - low) / 3);
            double second = high - ((high - low) / 3);
            if (measure(At(first)) < measure(At(second)))
            {
                low = first;
            }
            else
            {
                high = second;
            }
        }

        double[][] candidates = [from, At((low + high) / 2), to];
        return candidates.MaxBy(measure)!;
    }

    // Draws near the target decide: their weights make the next plan, ever nearer ones from round to round.
    private Found? Likeliest(PlanStart start)
    {
        if (ModelSearch.Solve(value, null, start, Curves.CurveTable.Fine) is not { } mean)
        {
            return null;
        }

        double[] spend = mean.Spend;
        double spread = Math.Max(1e-12, Spread(value.OfDraws(spend)));
        for (int round = 0; round < 12; round++)
        {
            double width = spread * Math.Pow(0.75, round);
            double Smooth(double[] plan) => value.OfDraws(plan).Average(v => 1 / (1 + Math.Exp(-(v - risk.Target) / (0.3 * width))));
            double[] weights = [.. value.OfDraws(spend).Select(v => Math.Exp(-0.5 * Math.Pow((v - risk.Target) / width, 2)) + 1e-9)];
            double sum = weights.Sum();
            if (ModelSearch.Solve(value, [.. weights.Select(w => w / sum)], new PlanStart(spend, mean.Price), Curves.CurveTable.Coarse) is { } next)
            {
                double[] moved = Along(spend, next.Spend, Smooth);
                spend = Measure(moved) >= Measure(spend) ? moved : spend;
            }
        }

        double reached = Measure(spend);
        return mean with { Spend = spend, Value = reached, Bound = Math.Max(reached, Reachable()) };
    }

    // A draw in which no plan reaches the target counts for no plan: the rest of them is a bound.
    private double Reachable()
    {
        int reachable = Enumerable.Range(0, draws).Count(d => ModelSearch.Bound(value.ModelOfDraw(d)) >= risk.Target);
        return (double)reachable / draws;
    }

    private static double Spread(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }
}
