namespace MixModeler.Streaming.Measure;

/// <summary>Rows under named columns. A cell is text, a number, a day, a truth, or nothing.</summary>
public sealed class InsightTable(string name, string[] columns)
{
    private readonly List<object?[]> rows = [];

    public string Name => name;

    public IReadOnlyList<string> Columns => columns;

    public IReadOnlyList<object?[]> Rows => rows;

    /// <summary>The number in a row; NaN where nothing is known.</summary>
    public double Number(int row, string column) => rows[row][At(column)] switch
    {
        double number => number,
        long count => count,
        int count => count,
        _ => double.NaN,
    };

    public string Text(int row, string column) => rows[row][At(column)]?.ToString() ?? "";

    /// <summary>The first row with a text in a column; -1 where there is none.</summary>
    public int Row(string column, string text) => rows.FindIndex(row => row[At(column)] as string == text);

    internal void Add(params object?[] cells)
    {
        if (cells.Length != columns.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for the {columns.Length} columns of '{name}'", nameof(cells));
        }

        rows.Add(cells);
    }

    private int At(string column)
    {
        int at = Array.IndexOf(columns, column);
        return at >= 0 ? at : throw new KeyNotFoundException($"'{name}' has no column '{column}'");
    }
}
