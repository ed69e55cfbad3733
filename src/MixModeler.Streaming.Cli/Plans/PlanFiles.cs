using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Live;
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

    /// <summary>A plan from a file, or, where an engine is named, the one in force under that name there.</summary>
    public static async Task<PlanResult> PlanAsync(string fileOrName, string? engine, CancellationToken stop)
    {
        if (engine is null)
        {
            return Plan(fileOrName);
        }

        using ControlClient client = new(engine);
        JsonElement answer = await client.GetAsync($"v1/plans/{Uri.EscapeDataString(fileOrName)}", JsonText.Element, stop);
        JsonElement active = answer.GetProperty("active");
        return active.ValueKind == JsonValueKind.Object && PlanDocument.FromJson(Encoding.UTF8.GetBytes(active.GetRawText()), out _) is { } plan
            ? plan
            : throw new CommandException(ExitCode.Failed, $"The plan '{fileOrName}' is not made yet{Because(answer)}.");
    }

    public static byte[] Bytes(string file) => File.Exists(file)
        ? File.ReadAllBytes(file)
        : throw new CommandException(ExitCode.Unavailable, $"There is no file '{file}'.");

    private static string Because(JsonElement answer) =>
        answer.GetProperty("standing").GetProperty("problem").GetString() is { } problem ? $": {problem.TrimEnd('.')}" : "";
}
