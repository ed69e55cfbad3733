using System.CommandLine;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Serve;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize status`: how far each dataset is.</summary>
internal static class SyncCommand
{
    public static Command Create()
    {
        Command command = HarmonizeOptions.Command("status", """
            Show how far each dataset is: newest date, records that wait, newest record, and a changed rule that catches up.

            Example:  mixmodeler harmonize status
            """);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        SyncDocument[] datasets = await ask.AskAsync(
            "sync", HarmonizeOptions.Words(), HarmonizedDocumentJson.Default.SyncDocumentArray,
            async (answers, _) => (await answers.SyncAsync(stop), []), stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(datasets, HarmonizedDocumentJson.Default.SyncDocumentArray);
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["Dataset", "Status", "Topic", "Version", "Watermark", "Lag", "Last record", "Caught up", "Replaying"],
            datasets.Select(each => new[]
            {
                each.Dataset, each.Status.ToString(), each.Topic, each.Identity, ConsoleTable.Moment(each.Watermark), ConsoleTable.Count(each.Lag),
                ConsoleTable.Moment(each.LastEvent), each.CaughtUp ? "yes" : "no",
                each.Replaying is { } replay ? $"{replay.Identity} {ConsoleTable.Percent(replay.Percent)}" : "",
            }),
            5);
        return ExitCode.Done;
    }
}
