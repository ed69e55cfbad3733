using System.Globalization;
using Spectre.Console;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>Rows for people; a file gets them as wide as they are.</summary>
internal static class ConsoleTable
{
    // No line of a table is as wide; a console that is no terminal is taken for one of 80 columns otherwise.
    private const int WidthOfFiles = 4_000;

    public static void Print(IEnumerable<string> headers, IEnumerable<IEnumerable<string?>> rows, params int[] numbers)
    {
        Table table = new() { Border = TableBorder.Simple, ShowRowSeparators = false };
        int at = 0;
        foreach (string header in headers)
        {
            TableColumn column = new(new Text(header));
            table.AddColumn(numbers.Contains(at++) ? column.RightAligned() : column);
        }

        foreach (IEnumerable<string?> row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell ?? "")));
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfFiles;
        }

        AnsiConsole.Write(table);
    }

    public static string Moment(DateTimeOffset? moment) => moment?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double? percent) => percent is { } value ? value.ToString("0.#'%'", CultureInfo.InvariantCulture) : "";
}
