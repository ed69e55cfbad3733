using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Insights;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Cli.Plans;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli.Mix;

/// <summary>`mixmodeler mix list|show|score`: what the models of running engines are and say.</summary>
internal static class MixViewCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The mix, as the topology names it." };
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<bool> Json = Settings.Json();
    private static readonly Option<bool> Csv = new("--csv") { Description = "Print a row a period as CSV." };
    private static readonly Option<string?> From = new("--from") { Description = "First day, 2026-01-05." };
    private static readonly Option<string?> To = new("--to") { Description = "Last day." };

    public static Command CreateList()
    {
        Command command = new("list", """
            Show the models of a topology that runs: what they learn, how far they are and whether the newest certificate holds.

            Example:  mixmodeler mix list
            """) { Engine, Json };
        command.SetAction(ListAsync);
        return command;
    }

    public static Command CreateShow()
    {
        Command command = new("show", """
            Show what a model has come to: parameters, contributions, fit, certificate.

            Example:  mixmodeler mix show revenue
            """) { Name, Engine, Json };
        command.SetAction(ShowAsync);
        return command;
    }

    public static Command CreateScore()
    {
        Command command = new("score", """
            Print the aggregate scores of a model: what each channel brought in each period, by what the model knows now.

            Example:  mixmodeler mix score revenue --from 2025-01-06 --csv
            """) { Name, From, To, Engine, Csv, Json };
        command.SetAction(ScoreAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        MixStanding[] all = await client.GetAsync("v1/mixes", EngineStatusJson.Default.MixStandingArray, stop);
        if (parsed.GetValue(Json))
        {
            LiveOptions.Print(all, EngineStatusJson.Default.MixStandingArray);
            return ExitCode.Done;
        }

        if (all.Length == 0)
        {
            Console.WriteLine("The topology has no mixes.");
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["name", "target", "grain", "status", "periods", "newest", "certificate", "waiting"],
            all.Select(each => new[]
            {
                each.Name, each.Target, each.Grain, each.Status, each.Periods.ToString(CultureInfo.InvariantCulture), InsightText.Cell(each.LastPeriod),
                each.Certificate is { } certificate ? Certificate(certificate, each.Periods) : "", each.Waiting ?? "",
            }),
            4);
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        JsonElement answer = await client.GetAsync($"v1/mixes/{Uri.EscapeDataString(parsed.GetValue(Name)!)}", JsonText.Element, stop);
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(answer.GetRawText());
            return ExitCode.Done;
        }

        MixStanding standing = answer.GetProperty("standing").Deserialize(EngineStatusJson.Default.MixStanding)!;
        Console.WriteLine($"{standing.Name}: {standing.Status.ToLowerInvariant()}, {standing.Periods} periods{Range(standing)}, identity {standing.Identity}");
        if (standing.Waiting is { } waiting)
        {
            Console.WriteLine($"waiting: {waiting}");
        }

        if (standing.LiftTests.Length > 0)
        {
            Console.WriteLine($"lift tests: {string.Join(", ", standing.LiftTests)}");
        }

        if (standing.Certificate is { } certificate)
        {
            Console.WriteLine($"certificate {Certificate(certificate, standing.Periods)}: at most {PlanText.Number(certificate.MaxDistance)} Monte-Carlo standard errors from a batch run");
        }

        JsonElement report = answer.GetProperty("report");
        if (report.ValueKind == JsonValueKind.Object)
        {
            PrintReport(report);
        }

        return ExitCode.Done;
    }

    private static async Task<int> ScoreAsync(ParseResult parsed, CancellationToken stop)
    {
        string days = string.Concat(((string Word, string? Day)[])[("from", parsed.GetValue(From)), ("to", parsed.GetValue(To))]
            is { } said ? said.Where(each => each.Day is not null).Select(each => $"&{each.Word}={Uri.EscapeDataString(each.Day!)}") : []);
        using ControlClient client = new(parsed.GetValue(Engine)!);
        string path = $"v1/insights/mixes/{Uri.EscapeDataString(parsed.GetValue(Name)!)}/contribution?format=json{days}";
        Insight insight = InsightText.FromJson(await client.GetAsync(path, JsonText.Element, stop));
        InsightOutput.Print(insight, null, parsed.GetValue(Csv), parsed.GetValue(Json));
        return ExitCode.Done;
    }

    private static void PrintReport(JsonElement report)
    {
        string[] numbers = ["mean", "sd", "q05", "q95"];
        Console.WriteLine();
        ConsoleTable.Print(
            ["parameter", .. numbers],
            report.GetProperty("parameters").EnumerateArray().Select(each =>
                (string[])[each.GetProperty("name").GetString()!, .. numbers.Select(number => Number(each, number))]),
            1, 2, 3, 4);
        Console.WriteLine();
        string[] figures = ["mean", "q05", "q95", "share"];
        ConsoleTable.Print(
            ["channel", "contribution", "q05", "q95", "share"],
            report.GetProperty("contributions").EnumerateObject().Select(each =>
                (string[])[each.Name, .. figures.Select(figure => Number(each.Value, figure))]),
            1, 2, 3, 4);
        JsonElement fit = report.GetProperty("fit");
        Console.WriteLine();
        Console.WriteLine($"fit: R2 {Number(fit, "r2")}, NRMSE {Number(fit, "nrmse")}, MAPE {Number(fit, "mape")}, CRPS {Number(fit, "crps")}, 90 % intervals held {Number(fit, "coverage90")}");
    }

    private static string Certificate(MixCertificateStanding certificate, int periods) =>
        $"{(certificate.Holds ? "holds" : "does not hold")}{(certificate.Periods == periods ? "" : $" (of {certificate.Periods} periods)")}";

    private static string Range(MixStanding standing) =>
        standing is { FirstPeriod: { } first, LastPeriod: { } last } ? $" from {InsightText.Cell(first)} to {InsightText.Cell(last)}" : "";

    private static string Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number ? PlanText.Number(number.GetDouble()) : "";
}
