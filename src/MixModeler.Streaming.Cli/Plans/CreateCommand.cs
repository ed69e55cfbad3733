using System.CommandLine;
using MixModeler.Streaming.Cli.Insights;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan create`.</summary>
internal static class CreateCommand
{
    private static readonly Option<string> Terms = new("--terms") { Description = "Budget or goal, bounds, flights: a problem without curves, as JSON.", Required = true };
    private static readonly Option<string?> Name = new("--name") { Description = "Which one, where the file has several." };
    private static readonly Option<int> Draws = new("--draws") { Description = "Draws of the posterior.", DefaultValueFactory = _ => MixResponse.DrawsDefault };
    private static readonly Option<string?> Warm = new("--previous") { Description = "A plan of before, as --json printed it: the search begins there." };
    private static readonly Option<string?> Summary = new("--summary-csv") { Description = "Write the plan by flight and channel to this CSV file." };
    private static readonly Option<string?> Detailed = new("--detailed-csv") { Description = "Write the plan by week and channel to this CSV file." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("create", """
            Fit a marketing-mix model and find the best plan on its posterior, with carry-over from its history.

            Example:  mixmodeler plan create --terms terms.json --data weeks.csv --spec mix.yaml --json > plan.json
            """) { Terms, Name, MixFiles.Data, MixFiles.Spec, Draws, Warm, Summary, Detailed, Json };
        command.SetAction(Plan);
        return command;
    }

    private static int Plan(ParseResult parsed)
    {
        int draws = parsed.GetValue(Draws);
        if (draws is < 2 or > 5_000)
        {
            throw new CommandException(ExitCode.Usage, "--draws is 2 to 5000.");
        }

        string file = parsed.GetValue(Terms)!;
        byte[] terms = PlanFiles.Bytes(file);
        PlanResult? before = parsed.GetValue(Warm) is { } warm ? PlanFiles.Plan(warm) : null;
        PlanResponse response = MixResponse.Of(MixFiles.Read(parsed), draws, out string? objection) ?? throw new CommandException(ExitCode.Failed, objection!);
        BudgetProblem problem = BudgetProblemReader.Read(terms, file, parsed.GetValue(Name), response, out IReadOnlyList<Problem> problems)
            ?? throw new CommandException(ExitCode.InvalidTopology, string.Join('\n', problems));
        PlanOutput.Write(PlanSolver.Solve(problem, before), parsed.GetValue(Summary), parsed.GetValue(Detailed), parsed.GetValue(Json));
        return ExitCode.Done;
    }
}
