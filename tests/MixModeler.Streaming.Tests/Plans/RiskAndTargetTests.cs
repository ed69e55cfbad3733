using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class RiskAndTargetTests
{
    private const int Seed = 31;

    [Fact]
    public void A_plan_for_the_worst_draws_is_better_in_them_than_a_plan_for_the_mean()
    {
        BudgetProblem problem = Uncertain(80);
        PlanResult mean = PlanSolver.Solve(problem);

        PlanResult careful = PlanSolver.Solve(problem with { Risk = new PlanRisk { Measure = RiskMeasure.CVaR, Level = 0.1 } });

        double tried = PlanProblems.BruteForce([0, 0, 0], [100, 100, 100], 100, 50, spend => WorstMean(problem, spend, 0.1));
        Assert.Equal(WorstMean(problem, careful.Spend, 0.1), careful.Value, 1e-9 * careful.Value);
        Assert.True(careful.Value >= mean.Spread!.CVaR * 1.005, $"seed {Seed}: {careful.Value:R} for the worst, {mean.Spread.CVaR:R} for the mean");
        Assert.True(tried <= careful.Bound * (1 + 1e-12), $"seed {Seed}: a plan of {tried:R} exceeds the bound {careful.Bound:R}");
        Assert.True(careful.Value >= tried * (1 - 2e-3), $"seed {Seed}: {careful.Value:R} of {tried:R}");
        PlanProblems.AssertFeasible(problem, careful);
    }

    [Fact]
    public void A_plan_for_the_mean_is_the_best_mean_over_the_draws()
    {
        BudgetProblem problem = Uncertain(60);

        PlanResult plan = PlanSolver.Solve(problem);

        double tried = PlanProblems.BruteForce([0, 0, 0], [100, 100, 100], 100, 80, spend => Draws(problem, spend).Average());
        Assert.Equal(Draws(problem, plan.Spend).Average(), plan.Value, 1e-9 * plan.Value);
        Assert.InRange(tried, plan.Value * (1 - 1e-2), plan.Bound);
        // What the chords of the tables may miss near no spend at all, where slopes have no end.
        Assert.InRange(plan.Gap, 0, 1e-4);
    }

    [Fact]
    public void A_plan_for_a_probability_reaches_the_target_as_often_as_the_plan_for_the_mean_at_least()
    {
        BudgetProblem problem = Uncertain(80);
        PlanResult mean = PlanSolver.Solve(problem);
        double target = mean.Spread!.Mean * 0.9;

        PlanResult plan = PlanSolver.Solve(problem with { Risk = new PlanRisk { Measure = RiskMeasure.Probability, Target = target } });

        Assert.Equal(Share(plan.Spend), plan.Value, 1e-12);
        Assert.True(plan.Value >= Share(mean.Spend));
        double tried = PlanProblems.BruteForce([0, 0, 0], [100, 100, 100], 100, 30, Share);
        Assert.True(tried <= plan.Bound + 1e-12, $"seed {Seed}: {tried:R} exceeds the bound {plan.Bound:R}");

        double Share(double[] spend) => Draws(problem, spend).Count(v => v >= target) / 80.0;
    }

    [Fact]
    public void A_gain_within_the_noise_of_the_posterior_moves_nothing()
    {
        BudgetProblem problem = Uncertain(100);
        PlanResult best = PlanSolver.Solve(problem);
        double[] near = [best.Spend[0] + 1, best.Spend[1] - 1, best.Spend[2]];
        double[] far = [0, 100, 0];

        PlanMove small = PlanSolver.Solve(problem with { CurrentSpend = near }).Move!;
        PlanResult moved = PlanSolver.Solve(problem with { CurrentSpend = far });

        Assert.True(small is { Advise: false, Gain: >= 0, Probability: < 0.9 }, $"{small}");
        Assert.True(moved.Move is { Advise: true, Probability: >= 0.9, Q05: > 0 }, $"{moved.Move}");
        Assert.All(moved.ByChannel, channel => Assert.InRange(channel.Spend, channel.Band![0] - 1e-6, channel.Band[1] + 1e-6));
    }

    [Theory]
    [InlineData("concave5", 500)]
    [InlineData("sshape8", 500)]
    public void The_smallest_budget_for_a_response_reaches_it_and_a_smaller_one_does_not(string name, double target)
    {
        BudgetProblem problem = PlanProblems.Reference(name);
        double[] nothing = [.. problem.Lower.Select(_ => 0.0)];
        problem = problem with { Lower = [.. nothing], Periods = [problem.Periods[0] with { Lower = [.. nothing] }] };

        PlanResult plan = PlanSolver.Solve(problem with { Goal = new PlanGoal(GoalMetric.Response, target) });

        Assert.True(plan.Goal is { IsAchievable: true, IsProven: true } && plan.Value >= target);
        PlanResult less = PlanSolver.Solve(problem with { Budget = plan.Goal.Budget * 0.9999, SpendAll = false });
        Assert.True(less.Bound < target, $"{less.Bound:R} is possible with less");
    }

    [Fact]
    public void A_target_out_of_reach_is_said_to_be_so()
    {
        BudgetProblem problem = PlanProblems.Reference("sshape8");

        PlanResult plan = PlanSolver.Solve(problem with { Goal = new PlanGoal(GoalMetric.Response, 700) });

        Assert.True(plan.Goal is { IsAchievable: false, IsProven: true });
        Assert.Equal(622.7509, plan.Goal.Reached, 1e-3);
        PlanProblems.AssertFeasible(problem, plan);
    }

    [Theory]
    [InlineData(GoalMetric.Roi, 0.6)]
    [InlineData(GoalMetric.Cpa, 0.6)]
    [InlineData(GoalMetric.MarginalRoi, 1.0)]
    public void The_largest_budget_that_keeps_a_ratio_keeps_it_and_a_larger_one_does_not(GoalMetric metric, double target)
    {
        BudgetProblem problem = PlanProblems.Reference("concave5");
        double[] none = [.. problem.Lower.Select(_ => 0.0)];
        problem = problem with { Lower = none, Periods = [problem.Periods[0] with { Lower = none }] };

        PlanResult plan = PlanSolver.Solve(problem with { Goal = new PlanGoal(metric, target) });

        double budget = plan.Goal!.Budget;
        Assert.True(plan.Goal.IsAchievable && budget < problem.Budget);
        PlanResult more = PlanSolver.Solve(problem with { Budget = budget * 1.001 });
        double Measured(PlanResult at) => metric switch
        {
            GoalMetric.Roi => (at.Value - at.Spend.Sum()) / at.Spend.Sum(),
            GoalMetric.Cpa => -at.Spend.Sum() / at.Value,
            _ => at.Price,
        };
        double wanted = metric == GoalMetric.Cpa ? -target : target;
        Assert.Equal(wanted, Measured(plan), 1e-6);
        Assert.True(Measured(more) < wanted);
    }

    // Three channels of the same mean; the second is the best in the mean and the least certain.
    private static BudgetProblem Uncertain(int draws)
    {
        Random random = new(Seed);
        double Scatter(double by) => Math.Exp(by * ((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2));
        HillCurve[] curves = [new HillCurve(100, 40, 0.9), new HillCurve(120, 40, 0.9), new HillCurve(60, 20, 1.8)];
        HillCurve[][] drawn = [.. Enumerable.Range(0, draws).Select(_ => new[]
        {
            new HillCurve(100 * Scatter(0.05), 40, 0.9), new HillCurve(120 * Scatter(0.6), 40, 0.9), new HillCurve(60 * Scatter(0.2), 20 * Scatter(0.1), 1.8),
        })];
        BudgetProblem problem = PlanProblems.Of(curves, [0, 0, 0], [100, 100, 100], 100);
        return problem with { Conversions = [problem.Conversions[0] with { Draws = drawn }] };
    }

    private static double[] Draws(BudgetProblem problem, double[] spend) =>
        [.. problem.Conversions[0].Draws!.Select(draw => spend.Select((x, c) => draw[c].Value(x)).Sum())];

    private static double WorstMean(BudgetProblem problem, double[] spend, double level)
    {
        double[] sorted = [.. Draws(problem, spend).Order()];
        return sorted.Take((int)Math.Round(level * sorted.Length)).Average();
    }
}
