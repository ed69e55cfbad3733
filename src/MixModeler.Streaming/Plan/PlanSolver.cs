using MixModeler.Streaming.Plan.Curves;
using MixModeler.Streaming.Plan.Solve;

namespace MixModeler.Streaming.Plan;

/// <summary>
/// Solves budget problems. Concave curves under one budget exactly (Karush–Kuhn–Tucker), everything else to a gap that is proven and
/// reported. Every plan keeps its bounds to the letter and its rows to rounding. The same problem has the same answer on every
/// machine: no clock, no randomness.
/// </summary>
public static class PlanSolver
{
    /// <param name="problem">As <see cref="Reading.BudgetProblemReader"/> made it.</param>
    /// <param name="previous">A plan of the same channels and periods, before curves or bounds moved: the search begins there.</param>
    /// <exception cref="InvalidOperationException">Bounds and constraints leave no plan.</exception>
    public static PlanResult Solve(BudgetProblem problem, PlanResult? previous = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        PlanShape shape = PlanShape.Of(problem);
        PlanValue value = new(shape, isMoney: true);
        PlanStart start = previous is not null && previous.Decided.Length == shape.Variables.Length
            ? new PlanStart(previous.Decided, previous.Price)
            : PlanStart.Cold;
        (Found found, GoalOutcome? outcome) = Search(problem, shape, value, start);
        return new PlanForecast(value, found).Result(outcome, Residual(value, found, outcome is null));
    }

    /// <summary>What must be left out for a plan to exist, by name; null where there is one, empty where no single constraint is to blame.</summary>
    internal static string? Blocking(BudgetProblem problem)
    {
        PlanShape shape = PlanShape.Of(problem);
        PlanModel model = new(shape.Lower, shape.Upper, [], shape.Rows);
        double[] nothing = new double[shape.Variables.Length];
        if (Polytope.Best(model, nothing) is not null)
        {
            return null;
        }

        // The last ones named are those that a person added to what worked before.
        for (int row = shape.Rows.Length - 1; row >= 0; row--)
        {
            if (Polytope.Best(model with { Rows = [.. shape.Rows.Where((_, r) => r != row)] }, nothing) is not null)
            {
                return shape.Rows[row].Name;
            }
        }

        return "";
    }

    private static (Found Found, GoalOutcome? Outcome) Search(BudgetProblem problem, PlanShape shape, PlanValue value, PlanStart start)
    {
        if (problem.Goal is { } goal)
        {
            bool isMoney = goal.Metric is not (GoalMetric.Conversions or GoalMetric.Cpa);
            (Found Found, GoalOutcome Outcome) target = TargetSearch.Solve(goal, isMoney ? value : new PlanValue(shape, isMoney: false)) ?? throw None();
            double own = value.Of(target.Found.Spend);
            return (isMoney ? target.Found : target.Found with { Value = own, Bound = own * target.Found.Bound / target.Found.Value }, target.Outcome);
        }

        Found? found = problem.Risk.Measure == RiskMeasure.Mean || problem.Draws == 0
            ? ModelSearch.Solve(value, null, start, CurveTable.Fine)
            : RiskSearch.Solve(value, start);
        return (found ?? throw None(), null);

        static InvalidOperationException None() => new("The bounds and constraints leave no plan.");
    }

    // A goal's plan is judged under the budget that it has. A share of draws has no slope.
    private static double? Residual(PlanValue value, Found found, bool hasBudget)
    {
        PlanShape shape = value.Shape;
        PlanRisk risk = shape.Problem.Risk;
        bool isMean = risk.Measure == RiskMeasure.Mean || shape.Problem.Draws == 0 || !hasBudget;
        if (!isMean && risk.Measure == RiskMeasure.Probability)
        {
            return null;
        }

        double[]? drawWeights = isMean ? null : RiskSearch.Weights(risk, value.OfDraws(found.Spend));
        PlanModel plans = new(shape.Lower, shape.Upper, [], shape.Rows);
        return Polytope.KktResidual(
            hasBudget ? plans : plans.WithBudget(found.Spend.Sum(), spendAll: true), found.Spend, value.Gradient(found.Spend, drawWeights), found.Value);
    }
}
