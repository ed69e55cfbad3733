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
