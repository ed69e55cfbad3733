namespace MixModeler.Streaming.Plan.Solve;

/// <summary>One input of one curve: what a channel's response of one week hangs on.</summary>
/// <param name="Week">Counted over all periods; behind the last one for what is carried out.</param>
/// <param name="Period">The week's, or the last one.</param>
/// <param name="Channel">Whose.</param>
/// <param name="Variables">The spends that reach this week.</param>
/// <param name="Weights">What of a unit of spend reaches it, as volume.</param>
/// <param name="Offset">What is carried in from before the plan, as volume.</param>
internal sealed record ResponsePlace(int Week, int Period, int Channel, int[] Variables, double[] Weights, double Offset)
{
    public double Input(double[] spend)
    {
        double input = Offset;
        for (int i = 0; i < Variables.Length; i++)
        {
            input += Weights[i] * spend[Variables[i]];
        }

        return input;
    }
}

/// <summary>One spend that a plan decides: of a channel in a period, spread over its weeks by a pattern, or of one of its weeks.</summary>
internal sealed record PlanVariable(int Period, int Channel, int FirstWeek, double[] Pattern);

/// <summary>
/// What a problem's plans are made of, whatever its curves: variables with bounds, rows, and where responses arise. Carry-over is linear:
/// the volume of a week is spread over the weeks behind it by the channel's adstock weights.
/// </summary>
internal sealed class PlanShape
{
    private PlanShape(BudgetProblem problem, PlanVariable[] variables, ResponsePlace[] places, double[] lower, double[] upper, PlanRow[] rows, int weeks)
    {
        Problem = problem;
        Variables = variables;
        Places = places;
        Lower = lower;
        Upper = upper;
        Rows = rows;
        Weeks = weeks;
    }

    public BudgetProblem Problem { get; }

    public PlanVariable[] Variables { get; }

    public ResponsePlace[] Places { get; }

    public double[] Lower { get; }

    public double[] Upper { get; }

    /// <summary>The budget first.</summary>
    public PlanRow[] Rows { get; }

    public int Weeks { get; }

    public static PlanShape Of(BudgetProblem problem)
    {
        List<PlanVariable> variables = [];
        int week = 0;
        for (int p = 0; p < problem.Periods.Length; p++)
        {
            PlanPeriod period = problem.Periods[p];
            bool isOne = period.Weeks == 1 || period.Pattern is not null;
            for (int w = 0; w < (isOne ? 1 : period.Weeks); w++)
            {
                for (int c = 0; c < problem.Channels.Length; c++)
                {
                    variables.Add(new PlanVariable(p, c, week + w, isOne ? period.Pattern ?? [1] : [1]));
                }
            }

            week += period.Weeks;
        }

        PlanVariable[] all = [.. variables];
        (double[] lower, double[] upper) = Bounds(problem, all);
        return new PlanShape(problem, all, PlacesOf(problem, all, week), lower, upper, [.. RowsOf(problem, all, upper)], week);
    }

    /// <summary>Spend of each week and channel.</summary>
    public double[][] ByWeek(double[] spend)
    {
        double[][] weeks = [.. Enumerable.Range(0, Weeks).Select(_ => new double[Problem.Channels.Length])];
        for (int v = 0; v < Variables.Length; v++)
        {
            PlanVariable variable = Variables[v];
            for (int w = 0; w < variable.Pattern.Length; w++)
            {
                weeks[variable.FirstWeek + w][variable.Channel] += spend[v] * variable.Pattern[w];
            }
        }

        return weeks;
    }

    /// <summary>The current spend as a plan, or null where it is not known: evenly over weeks where nothing else is said.</summary>
    public double[]? Current()
    {
        if (Problem.CurrentDecided is { } decided)
        {
            return decided;
        }

        double[] current = new double[Variables.Length];
        for (int v = 0; v < current.Length; v++)
        {
            PlanVariable variable = Variables[v];
            PlanPeriod period = Problem.Periods[variable.Period];
            double share = (double)variable.Pattern.Length / period.Weeks;
            if (period.CurrentSpend is { } own)
            {
                current[v] = own[variable.Channel] * share;
            }
            else if (Problem.CurrentSpend is { } all)
            {
                current[v] = all[variable.Channel] * period.Weeks / Weeks * share;
            }
            else
            {
                return null;
            }
        }

        return current;
    }

    private static (double[] Lower, double[] Upper) Bounds(BudgetProblem problem, PlanVariable[] variables)
    {
        double[] lower = new double[variables.Length];
        double[] upper = new double[variables.Length];
        for (int v = 0; v < variables.Length; v++)
        {
            PlanVariable variable = variables[v];
            PlanPeriod period = problem.Periods[variable.Period];
            bool isWhole = variable.Pattern.Length == period.Weeks;
            lower[v] = isWhole ? period.Lower[variable.Channel] : 0;
            upper[v] = Math.Min(period.Upper[variable.Channel], problem.Upper[variable.Channel]);
            if (problem.Periods.Length == 1 && isWhole)
            {
                lower[v] = Math.Max(lower[v], problem.Lower[variable.Channel]);
            }
        }

        return (lower, upper);
    }

    private static IEnumerable<PlanRow> RowsOf(BudgetProblem problem, PlanVariable[] variables, double[] upper)
    {
        double[] Weights(Func<PlanVariable, double> weight) => [.. variables.Select(weight)];
        yield return new PlanRow("budget", Weights(_ => 1), problem.SpendAll ? problem.Budget : double.NegativeInfinity, problem.Budget);
        for (int p = 0; p < problem.Periods.Length; p++)
        {
            PlanPeriod period = problem.Periods[p];
            int at = p;
            if (period.Budget is { } budget && problem.Periods.Length > 1)
            {
                yield return new PlanRow(
                    $"the budget of {period.Name}", Weights(v => v.Period == at ? 1 : 0), problem.SpendAll ? budget : double.NegativeInfinity, budget);
            }

            for (int c = 0; c < problem.Channels.Length && period.Weeks > 1 && period.Pattern is null; c++)
            {
                int channel = c;
                yield return new PlanRow(
                    $"{problem.Channels[c]} in {period.Name}", Weights(v => v.Period == at && v.Channel == channel ? 1 : 0), period.Lower[c], period.Upper[c]);
            }
        }

        // One period says it all by itself.
        for (int c = 0; c < problem.Channels.Length && problem.Periods.Length > 1; c++)
        {
            int channel = c;
            double most = variables.Select((v, i) => v.Channel == channel ? upper[i] : 0).Sum();
            if (problem.Lower[c] > 0 || problem.Upper[c] < most)
            {
                yield return new PlanRow(problem.Channels[c], Weights(v => v.Channel == channel ? 1 : 0), problem.Lower[c], problem.Upper[c]);
            }
        }

        foreach (PlanConstraint constraint in problem.Constraints)
        {
            yield return new PlanRow(
                constraint.Name,
                Weights(v => constraint.Period is null || constraint.Period == v.Period ? constraint.Weights[v.Channel] : 0),
                constraint.Min,
                constraint.Max);
        }
    }

    private static ResponsePlace[] PlacesOf(BudgetProblem problem, PlanVariable[] variables, int weeks)
    {
        List<ResponsePlace> places = [];
        int[] periodOf = [.. problem.Periods.SelectMany((period, p) => Enumerable.Repeat(p, period.Weeks))];
        int tail = problem.CarryOut ? problem.Adstock.Max(weights => weights.Length) - 1 : 0;
        for (int week = 0; week < weeks + tail; week++)
        {
            for (int c = 0; c < problem.Channels.Length; c++)
            {
                double[] adstock = problem.Adstock[c];
                SortedDictionary<int, double> reach = [];
                for (int v = 0; v < variables.Length; v++)
                {
                    Spread(problem, variables[v], v, c, week, reach);
                }

                double[] history = problem.History[c];
                double offset = 0;
                for (int lag = week + 1; lag < adstock.Length && lag - week <= history.Length; lag++)
                {
                    offset += adstock[lag] * history[history.Length - (lag - week)] / problem.Periods[0].Costs[c];
                }

                if (reach.Count > 0 || (week < weeks && offset > 0))
                {
                    places.Add(new ResponsePlace(week, periodOf[Math.Min(week, weeks - 1)], c, [.. reach.Keys], [.. reach.Values], offset));
                }
            }
        }

        return [.. places];
    }

    private static void Spread(BudgetProblem problem, PlanVariable variable, int v, int channel, int week, SortedDictionary<int, double> reach)
    {
        double[] adstock = problem.Adstock[channel];
        for (int w = 0; w < variable.Pattern.Length && variable.Channel == channel; w++)
        {
            int lag = week - variable.FirstWeek - w;
            if (lag >= 0 && lag < adstock.Length && adstock[lag] * variable.Pattern[w] > 0)
            {
                reach[v] = reach.GetValueOrDefault(v) + (adstock[lag] * variable.Pattern[w] / problem.Periods[variable.Period].Costs[channel]);
            }
        }
    }
}
