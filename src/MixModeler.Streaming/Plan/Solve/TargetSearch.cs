using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>What became of a goal.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Target">What was asked.</param>
/// <param name="Reached">What the plan has.</param>
/// <param name="IsAchievable">Whether a plan within bounds and budget meets it.</param>
/// <param name="IsProven">Whether the answer is certain; else the search met no plan and no proof against one.</param>
/// <param name="Budget">What the plan spends.</param>
public sealed record GoalOutcome(GoalMetric Metric, double Target, double Reached, bool IsAchievable, bool IsProven, double Budget);

/// <summary>
/// Budgets for targets. The best value under a budget never falls as the budget grows, so the smallest one that reaches a response
/// is found by halving, each half proven by a plan or by a bound. ROI and CPA ask for the largest budget whose best plan still keeps
/// the ratio: with concave curves these budgets are an interval; with S-curves they are looked for on a grid first. A marginal
/// target is a price: the plan that is best when each unit of spend costs it.
/// </summary>
internal sealed class TargetSearch
{
    private const int Halvings = 45;
    private const int Grid = 64;

    private readonly PlanGoal goal;
    private readonly PlanValue value;
    private readonly PlanModel model;
    private readonly double cap;
    private readonly double least;
    private PlanStart near;
    private int nodes;

    private TargetSearch(PlanGoal goal, PlanValue value)
    {
        this.goal = goal;
        this.value = value;
        PlanShape shape = value.Shape;
        model = value.Model(null, shape.Lower, shape.Upper, CurveTable.Fine);
        cap = shape.Problem.Budget;
        double[] saving = new double[model.Variables];
        Array.Fill(saving, -1.0);
        least = Polytope.Best(model.WithBudget(cap, spendAll: false), saving)?.Sum() ?? double.NaN;
    }

    /// <summary>Value and bound are those of the value that was handed in, at the budget that was found.</summary>
    public static (Found Found, GoalOutcome Outcome)? Solve(PlanGoal goal, PlanValue value)
    {
        TargetSearch search = new(goal, value);
        return double.IsNaN(search.least) ? null : goal.Metric switch
        {
            GoalMetric.MarginalRoi => search.AtPrice(),
            GoalMetric.Response or GoalMetric.Conversions => search.Smallest(),
            _ => search.Largest(),
        };
    }

    private (Found, GoalOutcome) Smallest()
    {
        Found most = At(cap, spendAll: false);
        if (most.Value < goal.Target)
        {
            bool isProven = most.Bound + model.Slack < goal.Target;
            return (most, new GoalOutcome(goal.Metric, goal.Target, most.Value, false, isProven, most.Spend.Sum()));
        }

        double low = least;
        double high = cap;
        Found best = most;
        bool proven = true;
        for (int step = 0; step < Halvings && high - low > 1e-9 * cap; step++)
        {
            double budget = (low + high) / 2;
            Found found = At(budget, spendAll: false);
            if (found.Value >= goal.Target)
            {
                (high, best) = (budget, found);
            }
            else
            {
                low = budget;
                proven &= found.Bound + model.Slack < goal.Target * (1 + 1e-6);
            }
        }

        return (best, new GoalOutcome(goal.Metric, goal.Target, best.Value, true, proven, best.Spend.Sum()));
    }

    private (Found, GoalOutcome) Largest()
    {
        // What a unit of spend has to bring, in the value's unit.
        double needed = goal.Metric == GoalMetric.Roi ? 1 + goal.Target : 1 / goal.Target;
        double failed = double.NaN;
        Found? best = null;
        double bestRatio = double.NegativeInfinity;
        Found? closest = null;
        for (int i = 0; i <= Grid && best is null; i++)
        {
            double budget = cap - ((cap - least) * i / Grid);
            Found found = At(budget, spendAll: true);
            double ratio = budget > 0 ? found.Value / budget : 0;
            if (ratio >= needed)
            {
                best = found;
            }
            else
            {
                failed = budget;
            }

            if (ratio > bestRatio)
            {
                (bestRatio, closest) = (ratio, found);
            }
        }

        if (best is null)
        {
            return (closest!, new GoalOutcome(goal.Metric, goal.Target, Reached(bestRatio), false, false, closest!.Spend.Sum()));
        }

        double low = best.Spend.Sum();
        double high = double.IsNaN(failed) ? low : failed;
        for (int step = 0; step < Halvings && high - low > 1e-9 * cap; step++)
        {
            double budget = (low + high) / 2;
            Found found = At(budget, spendAll: true);
            (low, high, best) = found.Value >= needed * budget ? (budget, high, found) : (low, budget, best);
        }

        double spent = best.Spend.Sum();
        return (best, new GoalOutcome(goal.Metric, goal.Target, Reached(best.Value / spent), true, true, spent));
    }

    private double Reached(double ratio) => goal.Metric == GoalMetric.Roi ? ratio - 1 : 1 / ratio;

    private (Found, GoalOutcome) AtPrice()
    {
        Found found = ModelSearch.Solve(model.Priced(goal.Target), PlanStart.Cold)!;
        double spent = found.Spend.Sum();
        double own = value.Of(found.Spend);
        Found plan = found with { Value = own, Bound = Math.Max(own, found.Bound + (goal.Target * spent) + model.Slack), Price = goal.Target + found.Price };
        bool isAchieved = spent > least * (1 + 1e-9);
        return (plan, new GoalOutcome(goal.Metric, goal.Target, plan.Price, isAchieved, true, spent));
    }

    private Found At(double budget, bool spendAll)
    {
        Found found = ModelSearch.Solve(model.WithBudget(budget, spendAll), near)
            ?? throw new InvalidOperationException($"no plan spends {budget:R}, though plans spend less and more");
        nodes += found.Nodes;
        near = new PlanStart(found.Spend, found.Price);
        double own = value.IsTabulated ? value.Of(found.Spend) : found.Value;
        return found with { Value = own, Bound = Math.Max(own, found.Bound), Nodes = nodes };
    }
}
