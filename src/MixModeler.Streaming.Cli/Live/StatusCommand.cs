using System.CommandLine;
using System.Globalization;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>`mixmodeler topology status` and `topology history`.</summary>
internal static class StatusCommand
{
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<string?> Name = LiveOptions.Name();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command CreateStatus()
    {
        Command command = new("status", """
            Show what runs, and how far a change is that is under way.

            Example:  mixmodeler topology status
            """) { Engine, Name, Json };
        command.SetAction(StatusAsync);
        return command;
    }

    public static Command CreateHistory()
    {
        Command command = new("history", """
            Show every change, the newest first.

            Example:  mixmodeler topology history
            """) { Engine, Name, Json };
        command.SetAction(HistoryAsync);
        return command;
    }

    private static async Task<int> StatusAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        if (parsed.GetValue(Json))
        {
            LiveOptions.Print(topology, ControlDocumentJson.Default.TopologyDocument);
            return ExitCode.Done;
        }

        Console.WriteLine($"{topology.Name}: version {topology.Active}, {RunText(topology.Run)}");
        if (topology.Change is not { } change)
        {
            Console.WriteLine("no change is under way");
            return ExitCode.Done;
        }

        Console.WriteLine($"change {change.Id}: {change.From} → {change.To}, {change.Stage}{(change.Shadow ? ", in the shadow" : "")}, asked for by {change.RequestedBy}");
        foreach (PartitionDocument task in change.Partitions)
        {
            string replay = task.Stage == "rebuilding" ? $" {task.Offset:N0} of {task.EndOffset:N0}" : "";
            string pause = task.PauseMicros is { } micros ? FormattableString.Invariant($" at offset {task.Offset}, pause {micros / 1_000.0:0.0} ms") : "";
            Console.WriteLine($"  {task.Partition,8}  {task.Stage}{replay}{pause}{(task.Problem is null ? "" : $": {task.Problem}")}");
        }

        if (ChangeWatch.AwaitsPromotion(change))
        {
            Console.WriteLine(ChangeWatch.Outcome(change));
        }

        return ExitCode.Done;
    }

    private static async Task<int> HistoryAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        ChangeDocument[] history = await client.GetAsync(LiveOptions.PathOf(topology, "history"), ControlDocumentJson.Default.ChangeDocumentArray, stop);
        if (parsed.GetValue(Json))
        {
            LiveOptions.Print(history, ControlDocumentJson.Default.ChangeDocumentArray);
            return ExitCode.Done;
        }

        foreach (ChangeDocument change in history)
        {
            string at = change.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            string route = change.From.Length == 0 ? change.To : $"{change.From} → {change.To}";
            string pause = change.MeasuredPauseMicros is { } micros ? FormattableString.Invariant($", pause {micros / 1_000.0:0.0} ms") : "";
            string why = change.Reason is null ? "" : $": {change.Reason}";
            string note = change.Note is null ? "" : $", {change.Note}";
            Console.WriteLine($"{at}  {change.Id}  {change.Kind,-8} {route}  {change.Stage}{pause}{why}  ({change.RequestedBy}{note})");
        }

        return ExitCode.Done;
    }

    public static string RunText(RunDocument run) => run.State switch
    {
        RunState.Paused => $"paused by {run.By}",
        RunState.Draining => run.Drained ? $"drained by {run.By}: every partition holds at its end" : $"draining, asked for by {run.By}",
        _ => "running",
    };
}
