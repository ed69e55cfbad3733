using System.Diagnostics;
using System.Text.Json;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Curves;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench plan`: every reference problem beside its reference optimum and beside SLSQP, then a re-plan from yesterday's plan on
/// curves that moved a little, beside a plan from nothing and beside a grid hill-climb that a person writes in five minutes.
/// </summary>
internal sealed class PlanBench : IBench
{
    private const string File = "tests/MixModeler.Streaming.Tests/Plans/Golden/budget_reference.json";
    private const int Seed = 20_261_129;

    public string Name => "plan";

    public string Summary => "reference budget problems beside their optima, and the time of a re-plan";

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        byte[] json = System.IO.File.ReadAllBytes(Path.Combine(Shipped.Root(), File));
        using JsonDocument references = JsonDocument.Parse(json);
        List<BenchRow> rows = [];
        foreach (JsonElement each in references.RootElement.GetProperty("hill_problems").GetProperty("problems").EnumerateArray())
        {
            string name = each.GetProperty("name").GetString()!;
            BudgetProblem problem = Read(json, name);
            PlanResult plan = PlanSolver.Solve(problem);
            rows.AddRange(Quality(problem, plan, each.GetProperty("global_best").GetDouble()));
            rows.Add(new($"{name}: value beside SLSQP", plan.Value, "value", "SLSQP from the current spend", each.GetProperty("slsqp_from_current").GetDouble()));
        }

        JsonElement published = references.RootElement.GetProperty("meridian_geo_all_channels");
        BudgetProblem meridian = Read(json, "meridian_geo_all_channels");
        PlanResult best = PlanSolver.Solve(meridian);
        rows.AddRange(Quality(meridian, best, published.GetProperty("exact_optimum_outcome").GetDouble()));
        rows.Add(new("meridian: value beside its plan", best.Value, "value", "Meridian's published plan",
            published.GetProperty("meridian_optimised_outcome_on_published_curve").GetDouble()));
        foreach (string name in new[] { "concave8", "sshape8", "mixed12" })
        {
            rows.AddRange(Times(Read(json, name), settings.Quick ? 50 : 500, settings));
        }

        rows.AddRange(Draws(Read(json, "sshape8"), settings.Quick ? 3 : 10));
        return Task.FromResult<IReadOnlyList<BenchRow>>(rows);
    }

    private static BudgetProblem Read(byte[] json, string name) =>
        BudgetProblemReader.Read(json, File, name, out IReadOnlyList<Problem> problems) ?? throw new InvalidOperationException(string.Join('\n', problems));

    private static IEnumerable<BenchRow> Quality(BudgetProblem problem, PlanResult plan, double reference)
    {
        double over = Math.Abs(plan.Spend.Sum() - problem.Budget) / problem.Budget;
        double outside = plan.Spend.Select((x, c) => Math.Max(problem.Lower[c] - x, x - problem.Upper[c])).Max();
        yield return new($"{problem.Name}: value", plan.Value, "value", "reference optimum", reference);
        yield return new($"{problem.Name}: short of the reference", Math.Max(0, (reference - plan.Value) / reference), "of the value");
        yield return new($"{problem.Name}: proven gap", plan.Gap, "of the value");
        yield return new($"{problem.Name}: KKT residual", plan.KktResidual ?? 0, "of the value");
        yield return new($"{problem.Name}: infeasible by", Math.Max(over, Math.Max(0, outside) / problem.Budget), "of the budget");
    }

    private static IEnumerable<BenchRow> Times(BudgetProblem problem, int days, BenchSettings settings)
    {
        Random random = new(Seed);
        settings.Say($"{problem.Name}: seed {Seed}, {days} days");
        BudgetProblem[] moved = [.. Enumerable.Range(0, days + 50).Select(_ => Moved(problem, random))];
        PlanResult yesterday = PlanSolver.Solve(problem);
        List<double> warm = [];
        List<double> cold = [];
        List<double> grid = [];
        double shortfall = 0;
        double climbShortfall = 0;
        for (int day = 0; day < moved.Length; day++)
        {
            (double warmMs, PlanResult replanned) = Timed(() => PlanSolver.Solve(moved[day], yesterday));
            (double coldMs, PlanResult fresh) = Timed(() => PlanSolver.Solve(moved[day]));
            (double gridMs, double climbed) = Timed(() => HillClimb(moved[day]));
            yesterday = replanned;
            if (day >= 50)
            {
                warm.Add(warmMs);
                cold.Add(coldMs);
                grid.Add(gridMs);
                shortfall = Math.Max(shortfall, (fresh.Value - replanned.Value) / fresh.Value);
                climbShortfall = Math.Max(climbShortfall, (fresh.Value - climbed) / fresh.Value);
            }
        }

        yield return new($"{problem.Name}: warm re-plan, median", Middle(warm, 0.5), "ms", "cold plan", Middle(cold, 0.5));
        yield return new($"{problem.Name}: warm re-plan, median", Middle(warm, 0.5), "ms", "grid hill-climb", Middle(grid, 0.5));
        yield return new($"{problem.Name}: warm re-plan, slowest of 100", Middle(warm, 0.99), "ms", "cold plan", Middle(cold, 0.99));
        yield return new($"{problem.Name}: warm short of cold, at worst", Math.Max(0, shortfall), "of the value", "grid hill-climb", climbShortfall);
    }

    private static IEnumerable<BenchRow> Draws(BudgetProblem problem, int rounds)
    {
        Random random = new(Seed);
        PlanConversion conversion = problem.Conversions[0];
        HillCurve[][] draws = [.. Enumerable.Range(0, 1_000)
            .Select(_ => conversion.Curves.Cast<HillCurve>().Select(curve => Scattered(curve, random, 0.2)).ToArray())];
        BudgetProblem uncertain = problem with { Conversions = [conversion with { Draws = draws }] };
        PlanResult plan = PlanSolver.Solve(uncertain);
        List<double> mean = [];
        for (int round = 0; round < rounds; round++)
        {
            mean.Add(Timed(() => PlanSolver.Solve(uncertain, plan)).Ms);
        }

        yield return new($"{problem.Name}, 1,000 draws: re-plan with bands", Middle(mean, 0.5), "ms");
        yield return new($"{problem.Name}, 1,000 draws: proven gap", plan.Gap, "of the value");
        PlanResult careful = PlanSolver.Solve(uncertain with { Risk = new PlanRisk { Measure = RiskMeasure.CVaR, Level = 0.1 } });
        yield return new($"{problem.Name}, 1,000 draws: CVaR 10 %", careful.Value, "value", "of the plan for the mean", plan.Spread!.CVaR);
        yield return new($"{problem.Name}, 1,000 draws: CVaR 10 %, proven gap", careful.Gap, "of the value");
    }

    // A day's news: each parameter moves by a hundredth or so.
    private static BudgetProblem Moved(BudgetProblem problem, Random random) => problem with
    {
        Conversions =
        [
            problem.Conversions[0] with
            {
                Curves = [.. problem.Conversions[0].Curves.Select(curve => (IResponseCurve)Scattered((HillCurve)curve, random, 0.01))],
            },
        ],
    };

    private static HillCurve Scattered(HillCurve curve, Random random, double by) => new(
        curve.Beta * Math.Exp(by * Normal(random)), curve.HalfSaturation * Math.Exp(by * Normal(random)), curve.Steepness);

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Everybody's least first; then a two-thousandth of the rest at a time to whoever gains most by it.
    private static double HillClimb(BudgetProblem problem)
    {
        IResponseCurve[] curves = problem.Conversions[0].Curves;
        double[] spend = [.. problem.Lower];
        double step = (problem.Budget - spend.Sum()) / 2_000;
        for (int given = 0; given < 2_000; given++)
        {
            int best = -1;
            double most = double.NegativeInfinity;
            for (int c = 0; c < spend.Length; c++)
            {
                double gain = curves[c].Value(spend[c] + step) - curves[c].Value(spend[c]);
                if (spend[c] + step <= problem.Upper[c] && gain > most)
                {
                    (best, most) = (c, gain);
                }
            }

            if (best >= 0)
            {
                spend[best] += step;
            }
        }

        return spend.Select((x, c) => curves[c].Value(x)).Sum();
    }

    private static (double Ms, T Result) Timed<T>(Func<T> run)
    {
        long start = Stopwatch.GetTimestamp();
        T result = run();
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, result);
    }

    private static double Middle(List<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
