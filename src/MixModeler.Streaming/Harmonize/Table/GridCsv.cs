using System.Globalization;
using System.Text;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// A grid as a file: RFC 4180 with a header of display names, UTF-8 without a mark, lines that end in CR LF, empty for Null.
/// </summary>
public static class GridCsv
{
    public const string ContentType = "text/csv; charset=utf-8";

    private static readonly char[] Quoted = ['"', ',', '\r', '\n'];

    /// <summary>`report_2025-03-14_09-05-00.csv`, by UTC. Whatever a file name cannot hold is an underscore.</summary>
    public static string NameOf(string report, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(clock);
        string safe = string.Concat(report.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        return string.Create(CultureInfo.InvariantCulture, $"{safe}_{clock.GetUtcNow():yyyy-MM-dd_HH-mm-ss}.csv");
    }

    public static string TextOf(GridResult grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        using StringWriter text = new(CultureInfo.InvariantCulture);
        Write(grid, text);
        return text.ToString();
    }

    public static async Task WriteAsync(GridResult grid, Stream stream, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(stream);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(TextOf(grid)), stop).ConfigureAwait(false);
    }

    private static void Write(GridResult grid, StringWriter text)
    {
        text.Write(string.Join(',', grid.Columns.Select(column => Cell(column.Display, isNumber: false))));
        text.Write("\r\n");
        foreach (string?[] row in grid.Rows)
        {
            for (int column = 0; column < row.Length; column++)
            {
                text.Write(column == 0 ? "" : ",");
                text.Write(Cell(row[column] ?? "", isNumber: grid.Columns[column].Category != FieldCategory.Dimension));
            }

            text.Write("\r\n");
        }
    }

    // A spreadsheet would run a text that looks like a formula: an apostrophe in front keeps it a text. Numbers stay as they are, minus and all.
    private static string Cell(string value, bool isNumber)
    {
        string safe = !isNumber && value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return safe.IndexOfAny(Quoted) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
