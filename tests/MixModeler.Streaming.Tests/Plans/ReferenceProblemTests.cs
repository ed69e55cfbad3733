using System.Text.Json;
using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class ReferenceProblemTests
{
    [Theory]
    [InlineData("concave5")]
    [InlineData("concave8")]
    [InlineData("sshape5")]
    [InlineData("sshape8")]
    [InlineData("mixed12")]
    public void A_reference_problem_is_solved_to_its_optimum_and_proven(string name)
    {
        using JsonDocument references = JsonDocument.Parse(PlanProblems.ReferenceJson());
        JsonElement reference = references.RootElement.GetProperty("hill_problems").GetProperty("problems").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == name);
        BudgetProblem problem = PlanProblems.Reference(name);

        PlanResult plan = PlanSolver.Solve(problem);

        double best = reference.GetProperty("global_best").GetDouble();
        Assert.InRange(plan.Value, best * (1 - 1e-9), best * (1 + 1e-6));
        Assert.True(plan.Value >= reference.GetProperty("slsqp_from_current").GetDouble() * (1 - 1e-12));
        Assert.True(plan.Bound >= best, $"the bound {plan.Bound:R} is below a plan of {best:R}");
        Assert.InRange(plan.Gap, 0, 1e-9);
        Assert.InRange(plan.KktResidual!.Value, 0, 1e-9);
        Assert.Equal(plan.Value, PlanProblems.Value(problem, plan.Spend), 1e-9 * plan.Value);
        PlanProblems.AssertFeasible(problem, plan);
    }

    [Fact]
    public void Published_curves_are_planned_better_than_they_were_published()
    {
        BudgetProblem problem = PlanProblems.Reference("meridian_geo_all_channels");

        PlanResult plan = PlanSolver.Solve(problem);

        Assert.True(plan.Value >= 265_205_000);
        Assert.InRange(plan.Gap, 0, 1e-9);
        Assert.Equal(258_497_426, plan.Move!.CurrentValue, 1_000.0);
        Assert.Equal(40_501_712 * 0.7, problem.Lower[0], 1e-6);
        PlanProblems.AssertFeasible(problem, plan);
    }

    [Fact]
    public void A_plan_from_yesterdays_is_as_good_as_one_from_nothing()
    {
        BudgetProblem problem = PlanProblems.Reference("sshape8");
        PlanResult yesterday = PlanSolver.Solve(problem);
        BudgetProblem today = problem with { Budget = problem.Budget * 1.02 };

        PlanResult warm = PlanSolver.Solve(today, yesterday);
        PlanResult cold = PlanSolver.Solve(today);

        Assert.Equal(cold.Value, warm.Value, 1e-8 * cold.Value);
        Assert.InRange(warm.Gap, 0, 1e-9);
        PlanProblems.AssertFeasible(today, warm);
    }
}
