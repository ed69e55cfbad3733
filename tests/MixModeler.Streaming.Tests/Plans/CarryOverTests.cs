using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class CarryOverTests
{
    [Fact]
    public void Weeks_with_carry_over_are_planned_as_well_as_by_trying_everything()
    {
        HillCurve[] curves = [new HillCurve(100, 40, 0.9), new HillCurve(80, 30, 0.8)];
        double[][] adstock = [[0.6, 0.3, 0.1], [1.0]];
        BudgetProblem problem = TwoWeeks(curves, adstock, [[50.0, 20.0], []]);

        PlanResult plan = PlanSolver.Solve(problem);

        // Spends by week and channel: 00, 01, 10, 11; then what is carried out in two more weeks.
        double Value(double[] x) =>
            curves[0].Value((0.6 * x[0]) + (0.3 * 20) + (0.1 * 50)) + curves[0].Value((0.6 * x[2]) + (0.3 * x[0]) + (0.1 * 20))
            + curves[0].Value((0.3 * x[2]) + (0.1 * x[0])) + curves[0].Value(0.1 * x[2]) + curves[1].Value(x[1]) + curves[1].Value(x[3]);
        double tried = PlanProblems.BruteForce([0, 0, 0, 0], [100, 100, 100, 100], 100, 50, Value);
        double[] own = [plan.Weeks[0].Spend[0], plan.Weeks[0].Spend[1], plan.Weeks[1].Spend[0], plan.Weeks[1].Spend[1]];
        Assert.Equal(100, own.Sum(), 1e-6);
        Assert.Equal(Value(own), plan.Value, 1e-9 * plan.Value);
        Assert.InRange(tried, plan.Value * (1 - 1e-3), plan.Bound * (1 + 1e-12));
        Assert.InRange(plan.Gap, 0, 1e-7);
        Assert.Equal(plan.Value, plan.Weeks.Sum(week => week.Revenue.Sum()), 1e-9 * plan.Value);
        Assert.Equal(3, plan.Weeks.Length);
        Assert.Equal("after the plan", plan.Weeks[2].Period);
    }

    [Fact]
    public void What_was_spent_before_is_worth_something_and_makes_the_next_unit_worth_less()
    {
        HillCurve[] curves = [new HillCurve(100, 40, 0.9), new HillCurve(80, 30, 0.8)];
        double[][] adstock = [[0.6, 0.3, 0.1], [1.0]];
        PlanResult fresh = PlanSolver.Solve(TwoWeeks(curves, adstock, [[], []]));
        PlanResult carried = PlanSolver.Solve(TwoWeeks(curves, adstock, [[200.0, 200.0], []]));

        Assert.True(carried.Value > fresh.Value);
        Assert.True(carried.Spend[0] < fresh.Spend[0]);
    }

    [Fact]
    public void A_pattern_of_the_past_is_kept_and_flights_keep_their_budgets()
    {
        BudgetProblem problem = PlanProblems.Read("""
            {"channels":["tv","search"],"beta":[100,80],"half_saturation":[40,30],"slope":[0.9,0.8],"adstock":{"rate":0.5,"lag":2},
             "periods":[{"name":"spring","weeks":2,"budget":60,"pattern":[1,3]},{"name":"summer","weeks":2,"budget":90}]}
            """);

        PlanResult plan = PlanSolver.Solve(problem);

        Assert.Equal(60, plan.Weeks[..2].Sum(week => week.Spend.Sum()), 1e-6);
        Assert.Equal(90, plan.Weeks[2..4].Sum(week => week.Spend.Sum()), 1e-6);
        Assert.Equal(3 * plan.Weeks[0].Spend[0], plan.Weeks[1].Spend[0], 1e-9);
        Assert.InRange(plan.Gap, 0, 1e-6);
    }

    [Fact]
    public void Costs_and_revenue_change_the_currency_and_not_the_plan()
    {
        BudgetProblem plain = PlanProblems.Reference("concave5");
        double[] dear = [.. plain.Channels.Select(_ => 4.0)];
        BudgetProblem scaled = plain with
        {
            Budget = plain.Budget * 4,
            Lower = [.. plain.Lower.Select(x => 4 * x)],
            Upper = [.. plain.Upper.Select(x => 4 * x)],
            Periods = [plain.Periods[0] with { Costs = dear, Lower = [.. plain.Lower.Select(x => 4 * x)], Upper = [.. plain.Upper.Select(x => 4 * x)] }],
            Conversions = [plain.Conversions[0] with { Revenue = 7 }],
        };

        PlanResult one = PlanSolver.Solve(plain);
        PlanResult other = PlanSolver.Solve(scaled);

        Assert.Equal(7 * one.Value, other.Value, 1e-9 * other.Value);
        Assert.All(one.Spend.Zip(other.Spend), pair => Assert.Equal(4 * pair.First, pair.Second, 1e-4));
        Assert.Equal(one.ByChannel[0].Conversions, other.ByChannel[0].Conversions, 1e-5);
    }

    [Fact]
    public void Several_conversions_weigh_as_they_are_told()
    {
        BudgetProblem problem = PlanProblems.Read("""
            {"channels":["a","b"],"budget":100,"conversions":[
              {"name":"orders","revenue":50,"beta":[10,2],"half_saturation":[30,30],"slope":[0.9,0.9]},
              {"name":"leads","revenue":5,"weight":2,"beta":[1,60],"half_saturation":[30,30],"slope":[0.9,2.5]}]}
            """);

        PlanResult plan = PlanSolver.Solve(problem);

        double Value(double[] x) => problem.Conversions.Sum(k => k.Weight * k.Revenue * x.Select((spend, c) => k.Curves[c].Value(spend)).Sum());
        double tried = PlanProblems.BruteForce([0, 0], [100, 100], 100, 5_000, Value);
        Assert.Equal(tried, plan.Value, 1e-6 * tried);
        Assert.True(plan.Bound >= tried && plan.Gap < 1e-4);
    }

    private static BudgetProblem TwoWeeks(HillCurve[] curves, double[][] adstock, double[][] history) =>
        PlanProblems.Of(curves, [0, 0], [100, 100], 100) with
        {
            Adstock = adstock,
            History = history,
            Periods =
            [
                new PlanPeriod { Name = "first", Lower = [0, 0], Upper = [100, 100], Costs = [1, 1] },
                new PlanPeriod { Name = "second", Lower = [0, 0], Upper = [100, 100], Costs = [1, 1] },
            ],
        };
}
