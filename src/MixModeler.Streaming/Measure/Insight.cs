namespace MixModeler.Streaming.Measure;

/// <summary>The answer to one question about a model: single numbers, tables, and what has to be known to read them.</summary>
/// <param name="Question">As it was asked.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Version">Changes whenever the model does; equal versions give equal answers.</param>
public sealed record Insight(string Question, string Model, string Version)
{
    /// <summary>First period that was looked at; null where the question has no dates.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last period that was looked at.</summary>
    public DateOnly? To { get; init; }

    /// <summary>By name; a number that is not finite is unknown.</summary>
    public List<KeyValuePair<string, object?>> Facts { get; } = [];

    public List<InsightTable> Tables { get; } = [];

    /// <summary>How the numbers are meant, in sentences.</summary>
    public List<string> Notes { get; } = [];

    public void Fact(string name, object? value) => Facts.Add(new(name, value));

    /// <exception cref="KeyNotFoundException">There is no such table.</exception>
    public InsightTable Table(string name) =>
        Tables.Find(table => table.Name == name) ?? throw new KeyNotFoundException($"the answer to '{Question}' has no table '{name}'");

    /// <summary>A number among the facts.</summary>
    public double Number(string fact) => Convert.ToDouble(Facts.First(each => each.Key == fact).Value, System.Globalization.CultureInfo.InvariantCulture);

    internal InsightTable Add(string name, params string[] columns)
    {
        InsightTable table = new(name, columns);
        Tables.Add(table);
        return table;
    }
}

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
