using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan track`.</summary>
internal static class TrackCommand
{
    private static readonly Option<string> Plan = new("--plan") { Description = "A plan with dates, as `plan solve --json` printed it, or with --engine its name.", Required = true };
    private static readonly Option<string?> Actuals = new("--actuals")
    {
        Description = "CSV with date, channel, spend, and if known conversions and revenue; without it the spend that the engine's mix has seen.",
    };

    private static readonly Option<string?> Engine = ShowCommand.EngineOf();
    private static readonly Option<string?> AsOf = new("--as-of") { Description = "The last complete day; the newest of the actuals without it." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("track", """
            A plan beside what really happened: pace of each channel, where it will end, what has to be spent a day from now on.

            Example:  mixmodeler plan track --plan plan.json --actuals spend.csv --as-of 2026-02-01
            """) { Plan, Actuals, AsOf, Engine, Json };
        command.SetAction(TrackAsync);
        return command;
    }

    private static async Task<int> TrackAsync(ParseResult parsed, CancellationToken stop)
    {
        string? engine = parsed.GetValue(Engine);
        PlanResult plan = await PlanFiles.PlanAsync(parsed.GetValue(Plan)!, engine, stop);
        PlanPacing pacing = parsed.GetValue(Actuals) is { } file ? FromFile(parsed, plan, file)
            : engine is not null ? await FromEngineAsync(parsed, engine, stop)
            : throw new CommandException(ExitCode.Usage, "--actuals: say what was spent, or name an engine that knows.");
        Print(parsed, plan, pacing);
        return ExitCode.Done;
    }

    private static async Task<PlanPacing> FromEngineAsync(ParseResult parsed, string engine, CancellationToken stop)
    {
        using ControlClient client = new(engine);
        string json = await client.TextAsync($"v1/plans/{Uri.EscapeDataString(parsed.GetValue(Plan)!)}/pacing", stop);
        return JsonSerializer.Deserialize<PlanPacing>(json, JsonSerializerOptions.Web)
            ?? throw new CommandException(ExitCode.Unavailable, "What answers there is no engine of this release.");
    }

    private static PlanPacing FromFile(ParseResult parsed, PlanResult plan, string file)
    {
        string text = System.Text.Encoding.UTF8.GetString(PlanFiles.Bytes(file));
        IReadOnlyList<ActualSpend> actuals = ActualSpend.Read(text, file, out IReadOnlyList<Problem> problems);
        if (problems.Count > 0)
        {
            throw new CommandException(ExitCode.InvalidTopology, string.Join('\n', problems));
        }

        return PlanPacing.Of(plan, actuals, Day(parsed.GetValue(AsOf), actuals));
    }

    private static void Print(ParseResult parsed, PlanResult plan, PlanPacing pacing)
    {
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(pacing, JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine($"{plan.Name} ({PlanComparison.DateRange(plan)}), as of {pacing.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        ConsoleTable.Print(
            ["channel", "due", "spent", "pace", "planned", "ends at", "a day from now", "conversions due", "conversions", "revenue due", "revenue", "ROI due", "ROI"],
            pacing.Channels.Append(pacing.Total).Select(line => new[]
            {
                line.Name, PlanText.Number(line.Due.Spend), PlanText.Number(line.Actual.Spend), ConsoleTable.Percent(100 * line.Pace),
                PlanText.Number(line.Planned.Spend), PlanText.Number(line.Projected), PlanText.Number(line.NeededPerDay),
                PlanText.Number(line.Due.Conversions), PlanText.Number(line.Actual.Conversions), PlanText.Number(line.Due.Revenue),
                PlanText.Number(line.Actual.Revenue), PlanText.Number(line.Due.Roi), PlanText.Number(line.Actual.Roi),
            }),
            [.. Enumerable.Range(1, 12)]);
        foreach ((string channel, double spend) in pacing.Unplanned)
        {
            Console.WriteLine($"{channel} spent {PlanText.Number(spend)} and is not in the plan");
        }
    }

    private static DateOnly Day(string? text, IReadOnlyList<ActualSpend> actuals)
    {
        if (text is null)
        {
            return actuals.Count > 0 ? actuals.Max(actual => actual.Date) : throw new CommandException(ExitCode.Usage, "There are no actuals: say --as-of.");
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day
            : throw new CommandException(ExitCode.Usage, $"--as-of is a day such as 2026-02-01; found '{text}'.");
    }
}
