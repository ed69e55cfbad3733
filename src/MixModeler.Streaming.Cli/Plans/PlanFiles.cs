using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>Reads the files of the plan commands; what is wrong with one ends the command with its place.</summary>
internal static class PlanFiles
{
    public static BudgetProblem Problem(string file, string? name)
    {
        BudgetProblem? problem = BudgetProblemReader.Read(Bytes(file), file, name, out IReadOnlyList<Problem> problems);
        return problem ?? throw new CommandException(ExitCode.InvalidTopology, string.Join('\n', problems));
    }

    public static PlanResult Plan(string file)
    {
        PlanResult? plan = PlanDocument.FromJson(Bytes(file), out string? problem);
        return plan ?? throw new CommandException(ExitCode.InvalidTopology, $"{file}:{problem}");
    }

    public static byte[] Bytes(string file) => File.Exists(file)
        ? File.ReadAllBytes(file)
        : throw new CommandException(ExitCode.Unavailable, $"There is no file '{file}'.");
}
