using System.CommandLine;
using System.Globalization;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize quality`.</summary>
internal static class QualityCommand
{
    public static Command Create()
    {
        Command command = HarmonizeOptions.Command("quality", """
            Show what is missing, doubled or suspicious: completeness of fields, missing periods, overlaps, refused records.

            Example:  mixmodeler harmonize quality
            """);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        QualityReport report = await ask.AskAsync(
            "quality", HarmonizeOptions.Words(), HarmonizedTableJson.Default.QualityReport,
            async (answers, _) => (await answers.QualityAsync(stop), []), stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(report, HarmonizedTableJson.Default.QualityReport);
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["Dataset", "Rows", "Records", "Duplicates", "Refused", "Quarantined", "First", "Last", "Missing periods", "Fields below 100 %"],
            report.Datasets.Select(each => new[]
            {
                each.Name, ConsoleTable.Count(each.Parts), ConsoleTable.Count(each.Counts?.Records ?? 0), ConsoleTable.Count(each.Counts?.Duplicates ?? 0),
                Reasons(each.Counts?.Rejected), Reasons(each.Counts?.Quarantined), each.Dates?.First, each.Dates?.Last,
                ConsoleTable.Count(each.Dates?.Missing ?? 0),
                string.Join(", ", each.Fields.Where(field => field.Percent < 100).Select(field => $"{field.Field} {ConsoleTable.Percent(field.Percent)}")),
            }),
            1,
            2,
            3,
            8);
        foreach ((string place, QualityWarning warning) in report.Datasets.SelectMany(each => each.Warnings.Select(warning => (each.Name, warning)))
            .Concat(report.Warnings.Select(warning => ("", warning))))
        {
            Console.WriteLine($"{(place.Length > 0 ? place + ": " : "")}{warning.Message}");
        }

        foreach (DatasetOverlap each in report.Overlaps)
        {
            Console.WriteLine($"{each.First} and {each.Second} both tell {each.Metric} of {each.Channel ?? "no channel"} from {each.From} to {each.To}: it counts twice");
        }

        foreach (DefinitionOverlap each in report.Touchpoints)
        {
            Console.WriteLine($"the touchpoints {each.First} and {each.Second} take the same {each.Parts.ToString("N0", CultureInfo.InvariantCulture)} rows, such as {each.Example}");
        }

        return ExitCode.Done;
    }

    private static string Reasons(SortedDictionary<string, long>? counts) =>
        counts is null or { Count: 0 } ? "" : string.Join(", ", counts.Select(each => $"{each.Key} {each.Value}"));
}
