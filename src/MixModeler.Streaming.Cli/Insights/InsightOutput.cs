using System.Globalization;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Plans;
using MixModeler.Streaming.Measure;

namespace MixModeler.Streaming.Cli.Insights;

/// <summary>An insight on standard output.</summary>
internal static class InsightOutput
{
    /// <summary>As CSV, as JSON, or as tables for people.</summary>
    public static void Print(Insight insight, string? table, bool csv, bool json)
    {
        if (table is not null && insight.Tables.All(each => each.Name != table))
        {
            string known = string.Join(", ", insight.Tables.Select(each => each.Name));
            throw new CommandException(ExitCode.Usage, $"--table: there is no '{table}', there is {known}.");
        }

        if (csv)
        {
            Console.Out.Write(InsightText.ToCsv(insight, table));
        }
        else if (json)
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write([.. InsightText.ToJson(insight), (byte)'\n']);
        }
        else
        {
            PrintText(insight, table);
        }
    }

    private static void PrintText(Insight insight, string? table)
    {
        string range = insight is { From: { } from, To: { } to } ? $", {InsightText.Cell(from)} to {InsightText.Cell(to)}" : "";
        Console.WriteLine($"{insight.Question} of {insight.Model}{range}");
        foreach ((string name, object? value) in insight.Facts)
        {
            Console.WriteLine($"  {name}: {Shown(value)}");
        }

        foreach (InsightTable each in insight.Tables.Where(each => table is null || each.Name == table))
        {
            Console.WriteLine(each.Name);
            int[] numbers = [.. Enumerable.Range(0, each.Columns.Count).Where(c => each.Rows.Any(row => row[c] is double or long or int))];
            ConsoleTable.Print(each.Columns, each.Rows.Select(row => row.Select(Shown)), numbers);
        }

        insight.Notes.ForEach(Console.WriteLine);
    }

    private static string Shown(object? cell) => cell switch
    {
        double number => double.IsFinite(number) ? PlanText.Number(number) : "",
        long count => count.ToString("#,0", CultureInfo.InvariantCulture),
        _ => InsightText.Cell(cell),
    };
}
