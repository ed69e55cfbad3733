using System.CommandLine;
using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan solve`.</summary>
internal static class SolveCommand
{
    private static readonly Option<string> File = new("--problem") { Description = "The budget problem, as JSON (docs/science/plan.md).", Required = true };
    private static readonly Option<string?> Name = new("--name") { Description = "Which problem, where the file has several." };
    private static readonly Option<string?> Warm = new("--from") { Description = "A plan of before, as --json printed it: the search begins there." };
    private static readonly Option<string?> Summary = new("--summary-csv") { Description = "Write the plan by flight and channel to this CSV file." };
    private static readonly Option<string?> Detailed = new("--detailed-csv") { Description = "Write the plan by week and channel to this CSV file." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("solve", """
            Find the best plan of a problem, and how much better any plan could be at most.

            Example:  mixmodeler plan solve --problem problem.json --json > plan.json
            """) { File, Name, Warm, Summary, Detailed, Json };
        command.SetAction(Solve);
        return command;
    }

    private static int Solve(ParseResult parsed)
    {
        BudgetProblem problem = PlanFiles.Problem(parsed.GetValue(File)!, parsed.GetValue(Name));
        PlanResult? before = parsed.GetValue(Warm) is { } warm ? PlanFiles.Plan(warm) : null;
        PlanResult plan = PlanSolver.Solve(problem, before);
        PlanOutput.Write(plan, parsed.GetValue(Summary), parsed.GetValue(Detailed), parsed.GetValue(Json));
        return ExitCode.Done;
    }
}
