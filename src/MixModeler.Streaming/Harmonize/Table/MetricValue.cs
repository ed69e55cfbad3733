using System.Globalization;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// A number of the table: an exact amount, and what averages and formulas add to it, which no decimal can hold. The default is Null.
/// </summary>
internal readonly record struct MetricValue
{
    private const double UnitsOfOne = 1e12;

    private MetricValue(ExactAmount exact, double rough, bool isRough)
    {
        HasValue = true;
        Exact = exact;
        Rough = rough;
        IsRough = isRough;
    }

    public bool HasValue { get; }

    public ExactAmount Exact { get; }

    public double Rough { get; }

    public bool IsRough { get; }

    public static MetricValue Of(ExactAmount exact) => new(exact, 0, isRough: false);

    public static MetricValue Of(double? rough) => rough is double value ? new(default, value, isRough: true) : default;

    /// <summary>One division of two whole numbers, so that it is rounded once.</summary>
    public static MetricValue Average(ExactAmount sum, long count) => new(default, (double)sum.Units / (UnitsOfOne * count), isRough: true);

    public double ToDouble() => IsRough ? Exact.ToDouble() + Rough : Exact.ToDouble();

    public MetricValue Add(MetricValue other)
    {
        if (!HasValue || !other.HasValue)
        {
            return HasValue ? this : other;
        }

        return new(Exact + other.Exact, Rough + other.Rough, IsRough || other.IsRough);
    }

    /// <summary>Null is behind every number.</summary>
    public int CompareTo(MetricValue other)
    {
        if (!HasValue || !other.HasValue)
        {
            return other.HasValue.CompareTo(HasValue);
        }

        return IsRough || other.IsRough ? ToDouble().CompareTo(other.ToDouble()) : Exact.CompareTo(other.Exact);
    }

    /// <summary>The exact decimal, or the shortest text that is this double; null for Null.</summary>
    public string? ToText() => !HasValue ? null : IsRough ? ToDouble().ToString(CultureInfo.InvariantCulture) : Exact.ToString();
}
