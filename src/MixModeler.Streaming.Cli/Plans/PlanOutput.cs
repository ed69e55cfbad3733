using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>Where a plan goes: tables in files, and the console.</summary>
internal static class PlanOutput
{
    public static void Write(PlanResult plan, string? summary, string? detailed, bool json)
    {
        if (summary is not null)
        {
            File.WriteAllText(summary, PlanTables.Summary(plan));
        }

        if (detailed is not null)
        {
            File.WriteAllText(detailed, PlanTables.Detailed(plan));
        }

        if (json)
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write([.. PlanDocument.ToJson(plan), (byte)'\n']);
        }
        else
        {
            PlanText.Print(plan);
        }
    }
}
