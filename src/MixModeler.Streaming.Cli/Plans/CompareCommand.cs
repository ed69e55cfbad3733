using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan compare`.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string> First = new("PLAN") { Description = "A plan, as `plan solve --json` printed it." };
    private static readonly Argument<string> Second = new("OTHER") { Description = "Another one." };
    private static readonly Option<string?> Engine = ShowCommand.EngineOf();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("compare", """
            Two plans side by side: spend, forecasts and channels, and how the second differs.

            Example:  mixmodeler plan compare today.json new.json
            """) { First, Second, Engine, Json };
        command.SetAction(CompareAsync);
        return command;
    }

    private static async Task<int> CompareAsync(ParseResult parsed, CancellationToken stop)
    {
        PlanResult first = await PlanFiles.PlanAsync(parsed.GetValue(First)!, parsed.GetValue(Engine), stop);
        PlanResult second = await PlanFiles.PlanAsync(parsed.GetValue(Second)!, parsed.GetValue(Engine), stop);
        IReadOnlyList<PlanComparison.Line> lines = PlanComparison.Of(first, second);
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    plans = new[] { first, second }.Select(plan => new { name = plan.Name, dateRange = PlanComparison.DateRange(plan) }),
                    lines,
                },
                JsonSerializerOptions.Web));
            return ExitCode.Done;
        }

        Console.WriteLine($"{first.Name} ({PlanComparison.DateRange(first)}) beside {second.Name} ({PlanComparison.DateRange(second)})");
        ConsoleTable.Print(
            ["", "first", "second", "difference"],
            lines.Where(line => line.First is not null || line.Second is not null)
                .Select(line => new[] { line.Name, PlanText.Number(line.First), PlanText.Number(line.Second), PlanText.Number(line.Delta) }),
            1, 2, 3);
        return ExitCode.Done;
    }
}
