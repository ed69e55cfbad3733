using System.CommandLine;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan list`.</summary>
internal static class ListCommand
{
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("list", """
            Show the plans of a topology that runs: since when each is in force, and what the best plan as of now would gain over it.

            Example:  mixmodeler plan list
            """) { Engine, Json };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        PlanStanding[] all = await client.GetAsync("v1/plans", EngineStatusJson.Default.PlanStandingArray, stop);
        if (parsed.GetValue(Json))
        {
            LiveOptions.Print(all, EngineStatusJson.Readable.PlanStandingArray);
            return ExitCode.Done;
        }

        if (all.Length == 0)
        {
            Console.WriteLine("The topology has no plans.");
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["name", "mix", "status", "newest period", "in force since", "spend", "value", "gap", "gain", "sure", "problem"],
            all.Select(each => new[]
            {
                each.Name, each.Mix, each.Status, InsightText.Cell(each.LastPeriod), InsightText.Cell(each.MovedAt), PlanText.Number(each.Spend),
                PlanText.Number(each.Value), each.Gap is { } gap ? gap.ToString("0.0e0", System.Globalization.CultureInfo.InvariantCulture) : "",
                PlanText.Number(each.Gain), ConsoleTable.Percent(100 * each.Probability), each.Problem ?? "",
            }),
            5, 6, 7, 8, 9);
        return ExitCode.Done;
    }
}
