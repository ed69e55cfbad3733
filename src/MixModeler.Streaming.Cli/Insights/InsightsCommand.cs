using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Cli.Plans;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Insights;

/// <summary>`mixmodeler insights QUESTION`: of files, without servers, or of an engine.</summary>
internal static class InsightsCommand
{
    private static readonly string[] Questions = [.. MixInsights.Questions, Consistency.Question, .. AttributionInsights.Questions];
    private static readonly Argument<string> Question = new("QUESTION") { Description = string.Join(", ", Questions) };
    private static readonly Option<string?> Events = new("--events") { Description = "CSV file with visitor, time, channel and value: touches, and conversions without a channel." };
    private static readonly Option<int> Lookback = new("--lookback-days") { Description = "Of --events: how long a touch counts.", DefaultValueFactory = _ => 56 };
    private static readonly Option<string?> Engine = new("--engine") { Description = "Ask this engine, HOST:PORT, instead of files." };
    private static readonly Option<string?> Model = new("--model") { Description = "Name of the engine's mix or attribution." };
    private static readonly Option<string?> Table = new("--table") { Description = "One table of the answer." };
    private static readonly Option<bool> Csv = new("--csv") { Description = "Print one table as CSV: the first, or --table." };
    private static readonly Option<bool> Json = Settings.Json();

    private static readonly (string Word, Option<string?> Option)[] Words =
    [
        ("from", new Option<string?>("--from") { Description = "First day, 2026-01-05." }),
        ("to", new Option<string?>("--to") { Description = "Last day." }),
        ("channels", new Option<string?>("--channels") { Description = "Only these, joined by commas." }),
        ("top", new Option<string?>("--top") { Description = "Rows of a list of the largest; 10." }),
        ("measure", new Option<string?>("--measure") { Description = "Of consistency: conversions or value." }),
        ("attribution", new Option<string?>("--attribution") { Description = "Of consistency: the engine's attribution." }),
        ("falseAlarmEvery", new Option<string?>("--false-alarm-every") { Description = "Of drift: periods in which one false alarm may come; 520." }),
    ];

    public static Command Create()
    {
        Question.AcceptOnlyFromAmong(Questions);
        Command command = new("insights", """
            Ask a marketing-mix model or an attribution: from files, or of an engine that runs one.

            Example:  mixmodeler insights channels --data docs/science/data/mmm_example.csv --spec docs/science/data/mmm_example_ordinary.yaml
            """) { Question, MixFiles.Data, MixFiles.Spec, Events, Lookback, Engine, Model, Table, Csv, Json };
        foreach ((_, Option<string?> option) in Words)
        {
            command.Add(option);
        }

        command.SetAction(AskAsync);
        return command;
    }

    private static async Task<int> AskAsync(ParseResult parsed, CancellationToken stop)
    {
        string question = parsed.GetValue(Question)!;
        bool isMix = !AttributionInsights.Questions.Contains(question);
        if (parsed.GetValue(Engine) is { } engine)
        {
            await OfEngineAsync(parsed, engine, question, isMix, stop);
            return ExitCode.Done;
        }

        MeasuredMix? mix = isMix ? MixFiles.Read(parsed) : null;
        MeasuredAttribution? attribution = !isMix || question == Consistency.Question ? Attribution(parsed, question) : null;
        InsightDesk desk = new(new MeasuredTable(mix is null ? [] : [mix], attribution is null ? [] : [attribution]));
        Dictionary<string, string?> said = Words.ToDictionary(each => each.Word, each => parsed.GetValue(each.Option));
        InsightAnswer answer = isMix
            ? await desk.OfMixAsync(mix!.Name, question, said.GetValueOrDefault, stop)
            : await desk.OfAttributionAsync(attribution!.Name, question, said.GetValueOrDefault, stop);
        if (answer.Compute is null)
        {
            throw new CommandException(ExitCode.Usage, answer.Absent ?? string.Join('\n', answer.Problems.Select(problem => $"--{problem}.")));
        }

        InsightOutput.Print(answer.Compute(), parsed.GetValue(Table), parsed.GetValue(Csv), parsed.GetValue(Json));
        return ExitCode.Done;
    }

    private static async Task OfEngineAsync(ParseResult parsed, string engine, string question, bool isMix, CancellationToken stop)
    {
        if (parsed.GetValue(MixFiles.Data) is not null || parsed.GetValue(MixFiles.Spec) is not null || parsed.GetValue(Events) is not null)
        {
            throw new CommandException(ExitCode.Usage, "--engine: an engine has its own data; --data, --spec and --events are for files.");
        }

        string model = parsed.GetValue(Model) ?? throw new CommandException(ExitCode.Usage, "--model: say which model of the engine.");
        string words = string.Concat(Words.Where(each => parsed.GetValue(each.Option) is not null)
            .Select(each => $"&{each.Word}={Uri.EscapeDataString(parsed.GetValue(each.Option)!)}"));
        string path = $"v1/insights/{(isMix ? "mixes" : "attributions")}/{Uri.EscapeDataString(model)}/{question}?format=json{words}";
        using ControlClient client = new(engine);
        JsonElement answer = await client.GetAsync(path, JsonText.Element, stop);
        InsightOutput.Print(InsightText.FromJson(answer), parsed.GetValue(Table), parsed.GetValue(Csv), parsed.GetValue(Json));
    }

    private static MeasuredAttribution Attribution(ParseResult parsed, string question)
    {
        string file = parsed.GetValue(Events) ?? throw new CommandException(ExitCode.Usage, $"--events: '{question}' needs a log of events, or --engine.");
        int days = parsed.GetValue(Lookback);
        if (days is < 1 or > 364)
        {
            throw new CommandException(ExitCode.Usage, "--lookback-days is 1 to 364.");
        }

        AttributorOptions options = new() { Lookback = TimeSpan.FromDays(days), AtRisk = TimeSpan.FromDays(days) };
        string text = System.Text.Encoding.UTF8.GetString(PlanFiles.Bytes(file));
        return AttributionLog.Read(text, file, "events", options, out IReadOnlyList<Problem> problems)
            ?? throw new CommandException(ExitCode.Failed, string.Join('\n', problems));
    }
}
