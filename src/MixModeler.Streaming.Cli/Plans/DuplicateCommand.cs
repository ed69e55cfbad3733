using System.CommandLine;
using System.Text;
using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan duplicate`.</summary>
internal static class DuplicateCommand
{
    private static readonly Option<string> Problem = new("--problem") { Description = "The problem to copy.", Required = true };
    private static readonly Option<string?> Model = new("--model") { Description = "A problem with the curves of another model, for the copy." };
    private static readonly Option<string> Name = new("--name") { Description = "Name of the copy.", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "File of the copy.", Required = true };

    public static Command Create()
    {
        Command command = new("duplicate", """
            Copy a problem, by wish onto another model: constraints of missing channels go, new channels may have from nothing to the budget.

            Example:  mixmodeler plan duplicate --problem spring.json --model new-model.json --name summer --out summer.json
            """) { Problem, Model, Name, Out };
        command.SetAction(Duplicate);
        return command;
    }

    private static int Duplicate(ParseResult parsed)
    {
        string file = parsed.GetValue(Problem)!;
        BudgetProblem problem = PlanFiles.Problem(file, null);
        string? other = parsed.GetValue(Model);
        BudgetProblem? model = other is null ? null : PlanFiles.Problem(other, null);
        string copy = PlanDuplicate.Of(
            Encoding.UTF8.GetString(PlanFiles.Bytes(file)),
            other is null ? null : Encoding.UTF8.GetString(PlanFiles.Bytes(other)),
            problem.Channels,
            model?.Channels ?? problem.Channels,
            parsed.GetValue(Name)!);
        File.WriteAllText(parsed.GetValue(Out)!, copy);
        return ExitCode.Done;
    }
}
