using System.CommandLine;
using System.Globalization;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize lineage`: a number, back to its records.</summary>
internal static class LineageCommand
{
    private const int RecordsShown = 20;

    private static readonly Option<string> Row = new("--row") { Description = "What the row says, 'event_date=2021-12-27; channel=YouTube; !brand?'; what is not named may be anything.", Required = true };
    private static readonly Option<string> Metric = new("--metric") { Description = "Which number of it.", Required = true };
    private static readonly Option<int> Records = new("--records") { Description = "How many records to show; 0 for none.", DefaultValueFactory = _ => RecordsShown };

    public static Command Create()
    {
        Command command = HarmonizeOptions.Command(
            "lineage",
            """
            Show what a number of the table is made of: rows or cells of datasets, and the records themselves.

            Example:  mixmodeler harmonize lineage --row 'event_date=2021-12-27; channel=YouTube' --metric clicks --grain Weekly
            """,
            Row,
            Metric,
            Records,
            HarmonizeOptions.Filter,
            HarmonizeOptions.Since,
            HarmonizeOptions.Until,
            HarmonizeOptions.Grain,
            HarmonizeOptions.Drafts);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        int records = parsed.GetValue(Records);
        Dictionary<string, string> words = HarmonizeOptions.View(
            parsed, ("row", parsed.GetValue(Row)), ("metric", parsed.GetValue(Metric)), ("filter", parsed.GetValue(HarmonizeOptions.Filter)),
            ("records", records.ToString(CultureInfo.InvariantCulture)));
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        LineageDocument found = await ask.AskAsync(
            "lineage", words, HarmonizedDocumentJson.Default.LineageDocument,
            async (answers, query) =>
            {
                LineageQuery asked = query.Lineage();
                LineageDocument its = await answers.LineageAsync(asked, records, stop);
                return (its, its.Lineage.Problems);
            },
            stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(found, HarmonizedDocumentJson.Default.LineageDocument);
            return ExitCode.Done;
        }

        LineageResult lineage = found.Lineage;
        Console.WriteLine($"{lineage.Metric} = {lineage.Value ?? "Null"}, of {lineage.Total:N0} rows or cells and {lineage.Records:N0} records");
        ConsoleTable.Print(
            ["Dataset", "Date", "Dimensions", "Metric", "Value", "Counts", "Topic", "Partition", "Offsets", "Records"],
            lineage.Parts.Select(part => new[]
            {
                part.Dataset, part.Date, string.Join(", ", part.Dimensions.Select(each => $"{each.Key}={each.Value}")), $"{part.Aggregate} of {part.Metric}",
                part.Value, part.DroppedBy is null ? "yes" : $"no: {part.DroppedBy}", part.Topic, part.Partition.ToString(CultureInfo.InvariantCulture),
                part.FirstOffset == part.LastOffset ? $"{part.FirstOffset}" : $"{part.FirstOffset}..{part.LastOffset}", ConsoleTable.Count(part.Records),
            }),
            4,
            7,
            9);
        foreach (LineageRecord record in found.Records)
        {
            Console.WriteLine($"{record.Topic}/{record.Partition}@{record.Offset} {ConsoleTable.Moment(record.At)} {record.Value}");
        }

        return ExitCode.Done;
    }
}
