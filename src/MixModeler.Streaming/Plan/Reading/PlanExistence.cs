using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Whether there is any plan at all; where not, which number is to blame, and at which line.</summary>
internal static class PlanExistence
{
    public static void Check(MapReader map, BudgetProblem problem, ProblemList problems)
    {
        double least = problem.Lower.Sum();
        double most = problem.Upper.Sum();
        double rounding = 1e-9 * Math.Max(1, problem.Budget);
        YamlNode budget = map.Value("budget", required: false) ?? map.Node;
        if (least > problem.Budget + rounding)
        {
            problems.Add(budget, Sentence($"the budget is {problem.Budget:R}, and the channels' least is {least:R} together: there is no plan"));
        }
        else if (problem.SpendAll && problem.Goal is null && most < problem.Budget - rounding)
        {
            problems.Add(budget, Sentence(
                $"the budget is {problem.Budget:R}, and the channels' most is {most:R} together: there is no plan (\"spend_all\": false leaves the rest)"));
        }
        else if (PlanSolver.Blocking(problem.Goal is null ? problem : problem with { SpendAll = false }) is { } row)
        {
            problems.Add(
                Place(map, row) ?? budget,
                row.Length == 0 ? "the constraints together leave no plan" : $"there is no plan: {row} cannot be kept together with the rest");
        }
    }

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static YamlNode? Place(MapReader map, string name)
    {
        foreach (string key in new[] { "groups", "constraints", "periods" })
        {
            int at = 0;
            foreach (YamlNode node in map.Value(key, required: false)?.Items ?? [])
            {
                at++;
                string own = node["name"]?.Text ?? (key == "periods" ? $"period {at}" : $"constraint {at}");
                if (own == name || (key == "periods" && name.EndsWith(" " + own, StringComparison.Ordinal)))
                {
                    return node;
                }
            }
        }

        return null;
    }
}
