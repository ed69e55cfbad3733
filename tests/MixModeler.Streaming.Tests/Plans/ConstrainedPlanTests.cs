using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class ConstrainedPlanTests
{
    private const int Seed = 977;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Constraints_hold_and_no_plan_on_a_grid_exceeds_the_bound(bool concave)
    {
        Random random = new(Seed);
        for (int round = 0; round < 12; round++)
        {
            BudgetProblem problem = PlanProblems.Random(random, 3, concave);
            PlanResult free = PlanSolver.Solve(problem);
            // What binds: the two that get most together get less, and the third keeps up with the first.
            problem = problem with
            {
                Constraints =
                [
                    new PlanConstraint(
                        "pair", [1, 1, 0], double.NegativeInfinity,
                        Math.Max(problem.Lower[0] + problem.Lower[1] + 1, problem.Budget - problem.Upper[2] + 1), null),
                    new PlanConstraint("ratio", [-0.3, 0, 1], 0, double.PositiveInfinity, null),
                ],
            };
            if (PlanSolver.Blocking(problem) is not null)
            {
                continue;
            }

            PlanResult plan = PlanSolver.Solve(problem);

            PlanProblems.AssertFeasible(problem, plan);
            double tried = PlanProblems.BruteForce(problem.Lower, problem.Upper, problem.Budget, 100, spend => Keeps(problem, spend)
                ? PlanProblems.Value(problem, spend)
                : double.NegativeInfinity);
            Assert.True(tried <= plan.Bound * (1 + 1e-9), $"seed {Seed}, round {round}: {tried:R} exceeds the bound {plan.Bound:R}");
            Assert.True(plan.Gap <= 1e-6, $"seed {Seed}, round {round}: gap {plan.Gap:R} after {plan.Nodes} boxes");
            Assert.True(plan.Value <= free.Bound * (1 + 1e-9));
        }
    }

    [Fact]
    public void Without_a_binding_row_linear_programs_find_what_water_filling_finds()
    {
        BudgetProblem problem = PlanProblems.Reference("concave8");
        double[] all = [.. problem.Lower.Select(_ => 1.0)];
        PlanResult plan = PlanSolver.Solve(problem with { Constraints = [new PlanConstraint("loose", all, 0, problem.Budget * 2, null)] });
        PlanResult exact = PlanSolver.Solve(problem);

        Assert.Equal(exact.Value, plan.Value, 1e-7 * exact.Value);
        Assert.Equal(exact.Price, plan.Price, 1e-3 * exact.Price);
        Assert.True(plan.Bound >= exact.Value * (1 - 1e-12));
    }

    [Fact]
    public void Groups_of_eight_steep_curves_are_proven()
    {
        BudgetProblem problem = PlanProblems.Reference("sshape8");
        problem = problem with
        {
            Constraints =
            [
                new PlanConstraint("online", [1, 1, 1, 0, 0, 0, 0, 0], double.NegativeInfinity, 200, null),
                new PlanConstraint("tv", [0, 0, 0, 1, 1, 0, 0, 0], 0.2 * problem.Budget, double.PositiveInfinity, null),
                new PlanConstraint("ratio", [0, 0, -1, 0, 0, 0, 1, 0], double.NegativeInfinity, 0, null),
            ],
        };

        PlanResult plan = PlanSolver.Solve(problem);

        PlanProblems.AssertFeasible(problem, plan);
        Assert.True(plan.Gap <= 1e-6, $"gap {plan.Gap:R} after {plan.Nodes} boxes");
    }

    private static bool Keeps(BudgetProblem problem, double[] spend) =>
        problem.Constraints.All(row => spend.Select((x, c) => x * row.Weights[c]).Sum() is var sum && sum >= row.Min - 1e-9 && sum <= row.Max + 1e-9);
}
