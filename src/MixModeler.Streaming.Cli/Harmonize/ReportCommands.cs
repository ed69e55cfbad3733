using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize fields`, `factors` and `usage`.</summary>
internal static class ReportCommands
{
    private static readonly Option<string?> Names = new("--names") { Description = "Only these, separated by commas." };

    public static Command CreateFields()
    {
        Command command = HarmonizeOptions.Command("fields", """
            Show the fields of the harmonized table: built in, the topology's own, derived; and who maps them.

            Example:  mixmodeler harmonize fields
            """);
        command.SetAction(FieldsAsync);
        return command;
    }

    public static Command CreateFactors()
    {
        Command command = HarmonizeOptions.Command(
            "factors",
            """
            Show factors over time, actual before forecasted.

            Example:  mixmodeler harmonize factors --grain Weekly --names CPI
            """,
            Names,
            HarmonizeOptions.Since,
            HarmonizeOptions.Until,
            HarmonizeOptions.Grain,
            HarmonizeOptions.Drafts);
        command.SetAction(FactorsAsync);
        return command;
    }

    public static Command CreateUsage()
    {
        Command command = HarmonizeOptions.Command("usage", """
            Show what uses each field, dataset and definition.

            Example:  mixmodeler harmonize usage
            """);
        command.SetAction(UsageAsync);
        return command;
    }

    private static async Task<int> FieldsAsync(ParseResult parsed, CancellationToken stop)
    {
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        FieldDocument[] fields = await ask.AskAsync(
            "fields", HarmonizeOptions.Words(), HarmonizedDocumentJson.Default.FieldDocumentArray,
            (answers, _) => Task.FromResult((answers.Fields(), Array.Empty<string>())), stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(fields, HarmonizedDocumentJson.Default.FieldDocumentArray);
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["Field", "Display", "Category", "Type", "Owner", "Formula", "Datasets"],
            fields.Select(each => new[]
            {
                each.Name, each.Display, each.Category.ToString(), each.Type.ToString(), each.Owner, each.Formula, string.Join(", ", each.Datasets),
            }));
        return ExitCode.Done;
    }

    private static async Task<int> FactorsAsync(ParseResult parsed, CancellationToken stop)
    {
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        FactorResult factors = await ask.AskAsync(
            "factors", HarmonizeOptions.View(parsed, ("names", parsed.GetValue(Names))), HarmonizedTableJson.Default.FactorResult,
            async (answers, query) =>
            {
                FactorResult found = await answers.FactorsAsync(query.Factors(), stop);
                return (found, found.Problems);
            },
            stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(factors, HarmonizedTableJson.Default.FactorResult);
            return ExitCode.Done;
        }

        ConsoleTable.Print(
            ["Factor", "Date", "Date Type", "Value", "Type", "Value Type", "Dataset"],
            factors.Rows.Select(row => new[] { row.Name, row.Date, row.DateType, row.Value, row.Type, row.ValueType, row.Dataset }),
            3);
        return ExitCode.Done;
    }

    // Whatever is asked answers it as JSON text; the table is made of that.
    private static async Task<int> UsageAsync(ParseResult parsed, CancellationToken stop)
    {
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        JsonElement usage = await ask.AskAsync(
            "usage", HarmonizeOptions.Words(), JsonText.Element,
            (answers, _) => Task.FromResult((JsonDocument.Parse(answers.Usage().ToJson()).RootElement, Array.Empty<string>())), stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            Console.WriteLine(usage.GetRawText());
            return ExitCode.Done;
        }

        List<string?[]> rows = [];
        foreach (JsonProperty kind in usage.EnumerateObject())
        {
            foreach (JsonElement one in kind.Value.EnumerateArray())
            {
                JsonElement users = one.GetProperty("usedBy");
                rows.Add([
                    kind.Name,
                    one.GetProperty("name").GetString(),
                    users.GetArrayLength() == 0 ? "nobody" : string.Join(", ", users.EnumerateArray().Select(
                        user => $"{user.GetProperty("kind").GetString()} {user.GetProperty("name").GetString()} ({user.GetProperty("how").GetString()})")),
                ]);
            }
        }

        ConsoleTable.Print(["Kind", "Name", "Used by"], rows);
        return ExitCode.Done;
    }
}
