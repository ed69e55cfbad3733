using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class PlanPropertyTests
{
    private const int Seed = 4_117;

    [Fact]
    public void Plans_of_concave_curves_satisfy_the_conditions_of_an_optimum()
    {
        Random random = new(Seed);
        for (int round = 0; round < 300; round++)
        {
            BudgetProblem problem = PlanProblems.Random(random, 1 + random.Next(12), concave: true);

            PlanResult plan = PlanSolver.Solve(problem);

            PlanProblems.AssertFeasible(problem, plan);
            Assert.True(plan.Gap <= 1e-9 && plan.KktResidual <= 1e-8, $"seed {Seed}, round {round}: gap {plan.Gap:R}, KKT {plan.KktResidual:R}");
        }
    }

    [Fact]
    public void Plans_of_any_curves_are_feasible_and_proven()
    {
        Random random = new(Seed + 1);
        for (int round = 0; round < 300; round++)
        {
            BudgetProblem problem = PlanProblems.Random(random, 1 + random.Next(10), concave: false);

            PlanResult plan = PlanSolver.Solve(problem);

            PlanProblems.AssertFeasible(problem, plan);
            Assert.True(plan.Gap <= 1e-9, $"seed {Seed + 1}, round {round}: gap {plan.Gap:R} after {plan.Nodes} boxes");
        }
    }

    [Fact]
    public void No_plan_on_a_grid_exceeds_the_bound_and_few_come_near_the_plan()
    {
        Random random = new(Seed + 2);
        for (int round = 0; round < 40; round++)
        {
            BudgetProblem problem = PlanProblems.Random(random, 3, concave: false);

            PlanResult plan = PlanSolver.Solve(problem);

            double tried = PlanProblems.BruteForce(problem.Lower, problem.Upper, problem.Budget, 120, spend => PlanProblems.Value(problem, spend));
            Assert.True(tried <= plan.Bound * (1 + 1e-12), $"seed {Seed + 2}, round {round}: {tried:R} exceeds the bound {plan.Bound:R}");
            Assert.True(tried >= plan.Value * (1 - 0.02), $"seed {Seed + 2}, round {round}: the grid finds only {tried:R} of {plan.Value:R}");
        }
    }

    [Fact]
    public void More_budget_never_brings_less()
    {
        Random random = new(Seed + 3);
        for (int round = 0; round < 30; round++)
        {
            BudgetProblem problem = PlanProblems.Random(random, 5, concave: false) with { SpendAll = false };
            double before = 0;
            PlanResult? previous = null;
            for (double share = 0.1; share <= 1; share += 0.1)
            {
                double budget = problem.Lower.Sum() + (share * (problem.Upper.Sum() - problem.Lower.Sum()));
                previous = PlanSolver.Solve(problem with { Budget = budget }, previous);
                Assert.True(previous.Value >= before * (1 - 1e-12), $"seed {Seed + 3}, round {round}: {previous.Value:R} after {before:R}");
                before = previous.Value;
            }
        }
    }

    [Fact]
    public void An_envelope_is_concave_and_nowhere_below_its_curve()
    {
        Random random = new(Seed + 4);
        for (int round = 0; round < 200; round++)
        {
            IResponseCurve curve = Curve(random);
            double lower = random.Next(2) * 50 * random.NextDouble();
            double upper = lower + 1 + (300 * random.NextDouble());
            IConcaveEnvelope envelope = curve.EnvelopeOver(lower, upper);
            double[] at = [.. Enumerable.Range(0, 101).Select(i => lower + ((upper - lower) * i / 100))];
            double scale = 1e-9 * (1 + Math.Abs(curve.Value(upper)));
            for (int i = 0; i <= 100; i++)
            {
                Assert.True(envelope.Value(at[i]) >= curve.Value(at[i]) - scale, $"seed {Seed + 4}, round {round}: below at {at[i]:R}");
                Assert.True(i is 0 or 100 || (envelope.Value(at[i]) * 2) >= envelope.Value(at[i - 1]) + envelope.Value(at[i + 1]) - scale,
                    $"seed {Seed + 4}, round {round}: not concave at {at[i]:R}");
            }

            foreach (double x in at[1..])
            {
                Assert.All(at, y => Assert.True(envelope.Value(y) <= envelope.Value(x) + (envelope.Slope(x) * (y - x)) + scale,
                    $"seed {Seed + 4}, round {round}: the tangent at {x:R} cuts the envelope at {y:R}"));
            }

            double price = envelope.Slope(at[30 + random.Next(40)]) * (0.5 + random.NextDouble());
            double best = envelope.BestAt(price);
            Assert.InRange(best, lower, upper);
            Assert.All(at, x => Assert.True(envelope.Value(x) - (price * x) <= envelope.Value(best) - (price * best) + scale));
        }
    }

    [Fact]
    public void A_slope_is_the_derivative_of_the_value()
    {
        Random random = new(Seed + 5);
        for (int round = 0; round < 200; round++)
        {
            IResponseCurve curve = new IResponseCurve[]
            {
                new HillCurve(100, 50, 0.5 + (3 * random.NextDouble())), new TanhCurve(80, 0.02), new PowerCurve(3, 0.4), new HillCurve(10, 5, 1).Scaled(3, 2),
            }[round % 4];
            double x = 0.5 + (120 * random.NextDouble());
            double measured = (curve.Value(x + 1e-5) - curve.Value(x - 1e-5)) / 2e-5;
            Assert.Equal(measured, curve.Slope(x), 1e-5 * (1 + Math.Abs(measured)));
        }
    }

    private static IResponseCurve Curve(Random random) => random.Next(4) switch
    {
        0 => new TanhCurve(100 * random.NextDouble(), 0.02),
        1 => new PowerCurve(5, 0.3 + (0.7 * random.NextDouble())),
        2 => new PointsCurve([.. Enumerable.Range(0, 30).Select(i => i * 10.0)],
            [.. Enumerable.Range(0, 30).Select(i => (i * 3) + (20 * random.NextDouble()))]),
        _ => new HillCurve(200 * random.NextDouble(), 10 + (100 * random.NextDouble()), 0.4 + (4 * random.NextDouble())),
    };
}
