using System.CommandLine;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan show`.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> Plan = new("PLAN") { Description = "A plan, as --json printed it." };
    private static readonly Option<string?> Summary = new("--summary-csv") { Description = "Write the plan by flight and channel to this CSV file." };
    private static readonly Option<string?> Detailed = new("--detailed-csv") { Description = "Write the plan by week and channel to this CSV file." };

    public static Command Create()
    {
        Command command = new("show", """
            A plan that was kept: spends, proof, bands, and its CSV tables.

            Example:  mixmodeler plan show plan.json --detailed-csv weeks.csv
            """) { Plan, Summary, Detailed };
        command.SetAction(parsed =>
        {
            PlanOutput.Write(PlanFiles.Plan(parsed.GetValue(Plan)!), parsed.GetValue(Summary), parsed.GetValue(Detailed), json: false);
            return ExitCode.Done;
        });
        return command;
    }
}
