using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Curves;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Plans;

/// <summary>Problems for tests: read, random, and solved by trying everything.</summary>
internal static class PlanProblems
{
    public static byte[] ReferenceJson() =>
        File.ReadAllBytes(RepositoryFiles.Full("tests/MixModeler.Streaming.Tests/Plans/Golden/budget_reference.json"));

    public static BudgetProblem Reference(string name) => Read(ReferenceJson(), name);

    public static BudgetProblem Read(string json) => Read(System.Text.Encoding.UTF8.GetBytes(json), null);

    public static string[] ProblemsOf(string json)
    {
        Assert.Null(BudgetProblemReader.Read(System.Text.Encoding.UTF8.GetBytes(json), "p.json", null, out IReadOnlyList<Problem> problems));
        return [.. problems.Select(problem => problem.ToString())];
    }

    /// <summary>Hill curves of any shape or concave ones, random bounds, a budget between them.</summary>
    public static BudgetProblem Random(Random random, int channels, bool concave)
    {
        HillCurve[] curves = [.. Enumerable.Range(0, channels).Select(_ => new HillCurve(
            50 + (400 * random.NextDouble()),
            20 + (150 * random.NextDouble()), concave ? 0.4 + (0.6 * random.NextDouble()) : 0.6 + (3 * random.NextDouble())))];
        double[] lower = [.. curves.Select(_ => random.Next(3) == 0 ? 30 * random.NextDouble() : 0)];
        double[] upper = [.. lower.Select(least => least + 20 + (200 * random.NextDouble()))];
        double share = 0.05 + (0.9 * random.NextDouble());
        return Of(curves, lower, upper, lower.Sum() + (share * (upper.Sum() - lower.Sum())));
    }

    public static BudgetProblem Of(IResponseCurve[] curves, double[] lower, double[] upper, double budget)
    {
        string[] channels = [.. curves.Select((_, c) => $"c{c}")];
        return new BudgetProblem
        {
            Name = "test",
            Channels = channels,
            Conversions = [new PlanConversion("response", 1, 1, curves, null, 0)],
            Periods = [new PlanPeriod { Name = "plan", Lower = lower, Upper = upper, Costs = [.. curves.Select(_ => 1.0)] }],
            Budget = budget,
            Lower = lower,
            Upper = upper,
            Adstock = [.. curves.Select(_ => new[] { 1.0 })],
            History = [.. curves.Select(_ => Array.Empty<double>())],
        };
    }

    public static double Value(BudgetProblem problem, double[] spend) => spend.Select((x, c) => problem.Conversions[0].Curves[c].Value(x)).Sum();

    /// <summary>The best of all plans on a grid; the last spend takes what is left.</summary>
    public static double BruteForce(double[] lower, double[] upper, double budget, int steps, Func<double[], double> value)
    {
        double best = double.NegativeInfinity;
        double[] spend = new double[lower.Length];
        Try(0, budget);
        return best;

        void Try(int c, double rest)
        {
            if (c == spend.Length - 1)
            {
                spend[c] = rest;
                best = rest >= lower[c] - 1e-9 && rest <= upper[c] + 1e-9 ? Math.Max(best, value(spend)) : best;
                return;
            }

            for (int i = 0; i <= steps; i++)
            {
                spend[c] = lower[c] + ((upper[c] - lower[c]) * i / steps);
                Try(c + 1, rest - spend[c]);
            }
        }
    }

    public static void AssertFeasible(BudgetProblem problem, PlanResult plan)
    {
        double sum = plan.Spend.Sum();
        double rounding = 1e-9 * Math.Max(1, problem.Budget);
        Assert.True(sum <= problem.Budget + rounding, $"spends {sum:R} of {problem.Budget:R}");
        Assert.True(!problem.SpendAll || sum >= problem.Budget - rounding, $"spends only {sum:R} of {problem.Budget:R}");
        for (int c = 0; c < plan.Spend.Length; c++)
        {
            Assert.InRange(plan.Spend[c], problem.Lower[c] - rounding, problem.Upper[c] + rounding);
        }

        foreach (PlanConstraint row in problem.Constraints)
        {
            Assert.InRange(plan.Spend.Select((x, c) => x * row.Weights[c]).Sum(), row.Min - (100 * rounding), row.Max + (100 * rounding));
        }
    }

    private static BudgetProblem Read(byte[] json, string? name)
    {
        BudgetProblem? problem = BudgetProblemReader.Read(json, "p.json", name, out IReadOnlyList<Problem> problems);
        Assert.True(problem is not null, string.Join('\n', problems));
        return problem;
    }
}
