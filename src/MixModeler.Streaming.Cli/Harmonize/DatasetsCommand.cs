using System.CommandLine;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Serve;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize datasets`.</summary>
internal static class DatasetsCommand
{
    private static readonly Option<string?> Source = new("--source") { Description = "Only of this source, such as Summary or 'Experience Events'." };
    private static readonly Option<string?> Granularity = new("--granularity") { Description = "Only of this granularity." };
    private static readonly Option<string?> StartOfWeek = new("--start-of-week") { Description = "Only those whose weeks begin on this day." };
    private static readonly Option<string?> Status = new("--status") { Description = "Active or Draft." };
    private static readonly Option<string?> Text = new("--text") { Description = "Only those in whose rule this stands." };
    private static readonly Option<bool> Schema = new("--schema") { Description = "With what each field is made of, and how often it was seen." };

    public static Command Create()
    {
        Command command = HarmonizeOptions.Command(
            "datasets",
            """
            Show the rule of each dataset, and what was seen of its fields.

            Example:  mixmodeler harmonize datasets --granularity Weekly --schema
            """,
            Source,
            Granularity,
            StartOfWeek,
            Status,
            Text,
            Schema);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        Dictionary<string, string> words = HarmonizeOptions.Words(
            ("source", parsed.GetValue(Source)), ("granularity", parsed.GetValue(Granularity)), ("startOfWeek", parsed.GetValue(StartOfWeek)),
            ("status", parsed.GetValue(Status)), ("text", parsed.GetValue(Text)));
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        DatasetDocument[] datasets = await ask.AskAsync(
            "datasets", words, HarmonizedDocumentJson.Default.DatasetDocumentArray,
            async (answers, query) => (await answers.DatasetsAsync(query, stop), []), stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(datasets, HarmonizedDocumentJson.Default.DatasetDocumentArray);
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["Dataset", "Source", "Granularity", "Week", "Restatement by", "Books close", "Status", "Records", "Rows", "Last modified"],
            datasets.Select(each => new[]
            {
                each.Name, each.Source, each.Granularity.ToString(), each.StartOfWeek.ToString(), each.RestatementBy?.ToString() ?? "-",
                each.BooksCloseDays is { } days ? FormattableString.Invariant($"{days:0.##}d") : "-",
                each.ShownIdentity == each.Identity ? each.Status.ToString() : $"{each.Status}, catching up", ConsoleTable.Count(each.Records),
                ConsoleTable.Count(each.Rows), ConsoleTable.Moment(each.LastModified),
            }),
            7,
            8);
        if (parsed.GetValue(Schema))
        {
            ConsoleTable.Print(
                ["Dataset", "Field", "Rule", "Of", "Seen"],
                datasets.SelectMany(each => each.Schema.Select(field => new[]
                {
                    each.Name, field.Field, field.Rule, string.Join(", ", field.Paths), ConsoleTable.Percent(field.Percent),
                })),
                4);
        }

        return ExitCode.Done;
    }
}
