using System.CommandLine;
using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan show`.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> Plan = new("PLAN") { Description = "A plan, as --json printed it, or with --engine the name of one there." };
    private static readonly Option<string?> Engine = EngineOf();
    private static readonly Option<bool> Json = Settings.Json();
    private static readonly Option<string?> Summary = new("--summary-csv") { Description = "Write the plan by flight and channel to this CSV file." };
    private static readonly Option<string?> Detailed = new("--detailed-csv") { Description = "Write the plan by week and channel to this CSV file." };

    /// <summary>Where plans have names.</summary>
    public static Option<string?> EngineOf() => new("--engine") { Description = "Take the plans in force of this engine, HOST:PORT, by their names instead of files." };

    public static Command Create()
    {
        Command command = new("show", """
            A plan that was kept, or that is in force in a running engine: spends, proof, bands, and its CSV tables.

            Example:  mixmodeler plan show plan.json --detailed-csv weeks.csv
            """) { Plan, Engine, Summary, Detailed, Json };
        command.SetAction(async (parsed, stop) =>
        {
            PlanResult plan = await PlanFiles.PlanAsync(parsed.GetValue(Plan)!, parsed.GetValue(Engine), stop);
            PlanOutput.Write(plan, parsed.GetValue(Summary), parsed.GetValue(Detailed), parsed.GetValue(Json));
            return ExitCode.Done;
        });
        return command;
    }
}
