namespace MixModeler.Streaming.Plan.Solve;

/// <summary>Writes out what a plan is expected to bring: by channel, by week, over the draws, and against what is spent now.</summary>
internal sealed class PlanForecast
{
    private const int CurvePoints = 60;

    private readonly PlanValue value;
    private readonly PlanShape shape;
    private readonly BudgetProblem problem;
    private readonly Found found;

    public PlanForecast(PlanValue value, Found found)
    {
        this.value = value;
        this.found = found;
        shape = value.Shape;
        problem = shape.Problem;
    }

    // One week, no carry-over: each channel's response is a curve of its spend, and can be drawn.
    private bool IsCurves => shape.Places.Length == shape.Variables.Length && shape.Weeks == 1
        && shape.Places.All(place => place.Variables.Length == 1 && place.Offset == 0);

    public PlanResult Result(GoalOutcome? goal, double? residual)
    {
        PlanWeek[] weeks = WeeksOf(found.Spend);
        double[] spend = [.. problem.Channels.Select((_, c) => weeks.Sum(week => week.Spend[c]))];
        double[] draws = problem.Draws > 0 ? value.OfDraws(found.Spend) : [];
        PlanMove? move = shape.Current() is { } current ? Move(current, draws) : null;
        return new PlanResult
        {
            Name = problem.Name,
            Channels = problem.Channels,
            Spend = spend,
            Value = found.Value,
            Bound = found.Bound,
            KktResidual = residual,
            Price = found.Price,
            Nodes = found.Nodes,
            ByChannel = ChannelsOf(weeks, spend, move, goal is null),
            Weeks = weeks,
            Periods = [.. problem.Periods.Select(period => period.Name)],
            Goal = goal,
            Spread = draws.Length > 0 ? Spread(draws) : null,
            Move = move,
            Curves = IsCurves ? [.. problem.Channels.Select((_, c) => Curve(c))] : [],
            Adstock = problem.Adstock.Any(weights => weights.Length > 1) ? problem.Adstock : [],
            Decided = found.Spend,
        };
    }

    private PlanWeek[] WeeksOf(double[] decided)
    {
        double[][] spends = shape.ByWeek(decided);
        int count = shape.Places.Max(place => place.Week) >= shape.Weeks ? shape.Weeks + 1 : shape.Weeks;
        PlanWeek[] weeks = new PlanWeek[count];
        int[] periodOf = [.. problem.Periods.SelectMany((period, p) => Enumerable.Repeat(p, period.Weeks))];
        for (int w = 0; w < count; w++)
        {
            bool isAfter = w == shape.Weeks;
            PlanPeriod period = problem.Periods[periodOf[Math.Min(w, shape.Weeks - 1)]];
            int inPeriod = w - Array.IndexOf(periodOf, periodOf[Math.Min(w, shape.Weeks - 1)]);
            weeks[w] = new PlanWeek(
                isAfter ? "after the plan" : period.Name,
                period.Start?.AddDays(7 * inPeriod),
                isAfter ? new double[problem.Channels.Length] : spends[w],
                new double[problem.Channels.Length],
                new double[problem.Channels.Length],
                isAfter ? 0 : problem.Conversions.Sum(conversion => conversion.Baseline),
                isAfter ? 0 : problem.Conversions.Sum(conversion => conversion.Baseline * conversion.Weight * (period.Revenue ?? conversion.Revenue)));
        }

        foreach (ResponsePlace place in shape.Places)
        {
            PlanWeek week = weeks[Math.Min(place.Week, count - 1)];
            double input = place.Input(decided);
            week.Revenue[place.Channel] += value.Response(place, input, null);
            for (int k = 0; k < problem.Conversions.Length; k++)
            {
                week.Conversions[place.Channel] += value.Conversions(place, input, k, null);
            }
        }

        return weeks;
    }

    private PlanChannel[] ChannelsOf(PlanWeek[] weeks, double[] spend, PlanMove? move, bool hasBudget)
    {
        double[] gradient = value.Gradient(found.Spend, null);
        double[]? current = shape.Current();
        return [.. problem.Channels.Select((name, c) =>
        {
            int[] own = [.. Enumerable.Range(0, shape.Variables.Length).Where(v => shape.Variables[v].Channel == c)];
            // The next unit is spent like those before it; where there are none, where it brings most.
            double marginal = spend[c] > 0 ? own.Sum(v => gradient[v] * found.Spend[v]) / spend[c] : own.Max(v => gradient[v]);
            return new PlanChannel(
                name,
                spend[c],
                current is null ? null : own.Sum(v => current[v]),
                weeks.Sum(week => week.Conversions[c]),
                weeks.Sum(week => week.Revenue[c]),
                marginal,
                IsCurves ? BreakEven(c) : null,
                IsCurves && hasBudget && move is { Noise: > 0 } && problem.Risk.Measure == RiskMeasure.Mean ? NoiseBand.Of(value, found, c, move.Noise) : null);
        })];
    }

    // The last crossing of the slope with 1, to the right of where an S is still steepening.
    private double? BreakEven(int channel)
    {
        ResponsePlace place = shape.Places.First(each => each.Channel == channel);
        double most = 100 * Math.Max(shape.Upper[channel], 1e-9);
        double Slope(double spend) => value.Slope(place, spend * place.Weights[0], null) * place.Weights[0];
        double low = 0;
        double high = most;
        for (int i = 400; i >= 0 && low == 0; i--)
        {
            double at = most * Math.Pow(10, -6 + (6.0 * i / 400));
            (low, high) = Slope(at) >= 1 ? (at, high) : (0, at);
        }

        if (low == 0 || low >= most)
        {
            return null;
        }

        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = Slope(middle) >= 1 ? (middle, high) : (low, middle);
        }

        return low;
    }

    private PlanMove Move(double[] current, double[] draws)
    {
        double currentValue = value.Of(current);
        double gain = value.Of(found.Spend) - currentValue;
        (double before, double after) = (current.Sum(), found.Spend.Sum());
        bool isSame = Math.Abs(after - before) <= 1e-9 * Math.Max(1, after);
        double? split = before > 0 && !isSame ? value.Of(found.Spend) - value.Of([.. current.Select(spend => spend * after / before)]) : null;
        if (draws.Length == 0)
        {
            return new PlanMove(gain > 1e-9 * Math.Abs(currentValue), currentValue, gain, gain, gain, null, 0) { SplitGain = split };
        }

        double[] now = value.OfDraws(current);
        double[] gains = [.. draws.Select((v, d) => v - now[d])];
        double sure = (double)gains.Count(g => g > 0) / gains.Length;
        double mean = gains.Average();
        double noise = Math.Sqrt(gains.Average(g => (g - mean) * (g - mean)));
        return new PlanMove(
            mean > 0 && sure >= problem.Confidence, currentValue, gain, Quantile(gains, 0.05), Quantile(gains, 0.95), sure, noise)
        {
            SplitGain = split,
        };
    }

    private PlanSpread Spread(double[] draws)
    {
        PlanRisk risk = problem.Risk;
        double? reached = risk.Measure == RiskMeasure.Probability ? RiskSearch.Measure(risk, draws) : null;
        return new PlanSpread(
            draws.Length, draws.Average(), Quantile(draws, 0.05), Quantile(draws, 0.95), RiskSearch.WorstMean(draws, risk.Level), risk.Level, reached);
    }

    private CurveSample Curve(int channel)
    {
        ResponsePlace place = shape.Places.First(each => each.Channel == channel);
        double most = 1.05 * Math.Max(shape.Upper[channel], Math.Max(found.Spend[channel], shape.Current()?[channel] ?? 0));
        double[] spends = [.. Enumerable.Range(0, CurvePoints + 1).Select(i => most * i / CurvePoints)];
        double[] mean = [.. spends.Select(x => value.Response(place, x * place.Weights[0], null))];
        if (problem.Draws == 0)
        {
            return new CurveSample(spends, mean, null, null);
        }

        double[][] draws = [.. spends.Select(x => value.OfDrawsAt(place, x * place.Weights[0]))];
        return new CurveSample(spends, mean, [.. draws.Select(values => Quantile(values, 0.05))], [.. draws.Select(values => Quantile(values, 0.95))]);
    }

    // Linear between order statistics, as most packages have it.
    private static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        double at = share * (sorted.Length - 1);
        int low = (int)at;
        return low + 1 < sorted.Length ? sorted[low] + ((at - low) * (sorted[low + 1] - sorted[low])) : sorted[low];
    }
}
