using System.CommandLine;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize grid`.</summary>
internal static class GridCommand
{
    private static readonly Option<string?> Columns = new("--columns") { Description = "Fields in the order wanted, separated by commas; all that are mapped where nothing is said." };
    private static readonly Option<string?> Sort = new("--sort") { Description = "Fields to sort by, a descending one with a minus in front." };
    private static readonly Option<int?> Page = new("--page") { Description = "From 1." };
    private static readonly Option<int?> Size = new("--size") { Description = "Rows of a page; 0 gives all." };
    private static readonly Option<string?> Csv = new("--csv") { Description = "Write a CSV file with all rows, unless --size is said; - for standard output, without a name REPORT_DATE_TIME.csv.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        Command command = HarmonizeOptions.Command(
            "grid",
            """
            Show rows of the harmonized table.

            Example:  mixmodeler harmonize grid --grain Weekly --columns event_date,channel,spend --filter 'spend>0' --sort -spend
                      mixmodeler harmonize grid --topology topology.yaml --from tv.csv,social=report.csv --csv -
            """,
            Columns,
            HarmonizeOptions.Filter,
            HarmonizeOptions.Since,
            HarmonizeOptions.Until,
            HarmonizeOptions.Grain,
            Sort,
            Page,
            Size,
            HarmonizeOptions.Drafts,
            Csv);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        bool isFile = parsed.GetResult(Csv) is not null;
        int? size = parsed.GetValue(Size) ?? (isFile ? 0 : null);
        Dictionary<string, string> words = HarmonizeOptions.View(
            parsed, ("columns", parsed.GetValue(Columns)), ("filter", parsed.GetValue(HarmonizeOptions.Filter)), ("sort", parsed.GetValue(Sort)),
            ("page", parsed.GetValue(Page)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("size", size?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        GridResult grid = await ask.AskAsync(
            "grid", words, HarmonizedTableJson.Default.GridResult, (answers, query) => AnswerAsync(answers, query, stop), stop);
        if (isFile)
        {
            await WriteAsync(parsed.GetValue(Csv), grid, stop);
        }
        else if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(grid, HarmonizedTableJson.Default.GridResult);
        }
        else
        {
            int[] numbers = [.. grid.Columns.Index().Where(each => each.Item.Category != FieldCategory.Dimension).Select(each => each.Index)];
            ConsoleTable.Print(grid.Columns.Select(column => column.Display), grid.Rows, numbers);
            Console.WriteLine(grid.Rows.Length < grid.Total
                ? $"{grid.Rows.Length:N0} of {grid.Total:N0} rows, page {grid.Page}; --page, or --size 0 for all"
                : $"{grid.Total:N0} rows, {grid.Grain}");
        }

        return ExitCode.Done;
    }

    private static async Task<(GridResult, string[])> AnswerAsync(HarmonizedAnswers answers, QueryText query, CancellationToken stop)
    {
        GridQuery asked = query.Grid();
        GridResult grid = query.Problems.Count > 0 ? new GridResult() : await answers.GridAsync(asked, stop);
        return (grid, grid.Problems);
    }

    private static async Task WriteAsync(string? file, GridResult grid, CancellationToken stop)
    {
        if (file == "-")
        {
            await using Stream output = Console.OpenStandardOutput();
            await GridCsv.WriteAsync(grid, output, stop);
            return;
        }

        string name = file ?? GridCsv.NameOf("harmonized", TimeProvider.System);
        await using (FileStream output = File.Create(name))
        {
            await GridCsv.WriteAsync(grid, output, stop);
        }

        Console.WriteLine($"{name}: {grid.Rows.Length:N0} rows");
    }
}
