using System.Text;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>How filters and definitions judge values. Texts are compared as they are, case and all.</summary>
internal static class FieldTest
{
    /// <summary>Whether a dimension's value (null: Null) answers the question.</summary>
    public static bool Holds(GridOperator question, string[] values, string? text) => question switch
    {
        GridOperator.Exists => text is not null,
        GridOperator.NotExists => text is null,
        GridOperator.NotContains => !Holds(GridOperator.Contains, values, text),
        GridOperator.NotEquals => !Holds(GridOperator.Equals, values, text),
        _ => text is not null && values.Any(value => question switch
        {
            GridOperator.Contains => text.Contains(value, StringComparison.Ordinal),
            GridOperator.StartsWith => text.StartsWith(value, StringComparison.Ordinal),
            GridOperator.EndsWith => text.EndsWith(value, StringComparison.Ordinal),
            _ => text.Equals(value, StringComparison.Ordinal),
        }),
    };

    /// <summary>Whether a number answers the question; Null answers only negative ones.</summary>
    public static bool Holds(GridOperator question, MetricValue[] values, MetricValue number) => question switch
    {
        GridOperator.Exists => number.HasValue,
        GridOperator.NotExists => !number.HasValue,
        GridOperator.NotEquals => !Holds(GridOperator.Equals, values, number),
        _ => number.HasValue && values.Any(value => question switch
        {
            GridOperator.Less => number.CompareTo(value) < 0,
            GridOperator.LessOrEqual => number.CompareTo(value) <= 0,
            GridOperator.GreaterOrEqual => number.CompareTo(value) >= 0,
            GridOperator.Greater => number.CompareTo(value) > 0,
            _ => number.CompareTo(value) == 0,
        }),
    };

    public static bool IsOfNumbers(GridOperator question) => question >= GridOperator.Less;

    /// <summary>Questions that a number can answer.</summary>
    public static bool AsksNumbers(GridOperator question) =>
        IsOfNumbers(question) || question is GridOperator.Exists or GridOperator.NotExists or GridOperator.Equals or GridOperator.NotEquals;

    public static bool NeedsValue(GridOperator question) => question is not (GridOperator.Exists or GridOperator.NotExists);

    public static bool TryNumber(string text, out MetricValue value)
    {
        bool read = ExactAmount.TryParse(Encoding.UTF8.GetBytes(text), out ExactAmount amount);
        value = MetricValue.Of(amount);
        return read;
    }
}
