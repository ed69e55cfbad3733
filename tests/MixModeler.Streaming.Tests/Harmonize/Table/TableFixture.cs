using System.Collections.Immutable;
using System.Text;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

/// <summary>Plans and parts in few words.</summary>
internal static class TableFixture
{
    public static ImmutableArray<HarmonizedField> Dictionary { get; } =
    [
        .. new[] { "channel", "campaign", "brand", "conversiontype", "geo", "goal" }.Select(name => Field(name, FieldCategory.Dimension)),
        .. new[] { "clicks", "spend", "revenue", "orders", "impressions" }.Select(name => Field(name, FieldCategory.Metric)),
        new("factor_name", "Factor Name", FieldCategory.Dimension, HarmonizedType.String),
        new("factor_type", "Factor Type", FieldCategory.Dimension, HarmonizedType.String),
        new("factor_value_type", "Value Type", FieldCategory.Dimension, HarmonizedType.String),
        new("factor_value", "Factor Value", FieldCategory.Metric, HarmonizedType.Number),
        new("cpc", "CPC", FieldCategory.Derived, HarmonizedType.Currency, Formula: "[spend]/[clicks]"),
    ];

    public static HarmonizePlan PlanOf(params DatasetPlan[] datasets) => new() { Datasets = [.. datasets], Dictionary = Dictionary };

    /// <param name="name">Also its identity's beginning.</param>
    /// <param name="category">Whose.</param>
    /// <param name="dimensions">Fields with blanks between.</param>
    /// <param name="metrics">Fields with blanks between, each with its aggregate behind a colon unless it is a sum.</param>
    /// <param name="grain">Of its rows.</param>
    /// <param name="week">When its week begins.</param>
    public static DatasetPlan Dataset(
        string name, DatasetCategory category, string dimensions, string metrics, Grain grain = Grain.Daily, DayOfWeek week = DayOfWeek.Monday) => new()
        {
            Name = name,
            Category = category,
            Topic = category == DatasetCategory.Factors ? "factors" : "summary",
            Identity = $"{name}-1",
            Granularity = grain,
            StartOfWeek = week,
            Dimensions = [.. Words(dimensions).Select(field => new DimensionMapping(field, [], new MappingValue(true, field), []))],
            Metrics = [.. Words(metrics).Select(word => word.Split(':')).Select(word =>
                new MetricMapping(word[0], word.Length == 1 ? MetricRule.Sum : Enum.Parse<MetricRule>(word[1]), word[0], []))],
        };

    public static HarmonizedTable TableOf(HarmonizePlan plan)
    {
        HarmonizedTable table = new();
        table.Use(plan);
        return table;
    }

    /// <param name="offset">Of its record.</param>
    /// <param name="date">As 2022-01-31.</param>
    /// <param name="dimensions">With blanks between; - is Null.</param>
    /// <param name="metrics">With blanks between; - is Null.</param>
    public static TablePart Part(long offset, string date, string dimensions, string metrics) => new()
    {
        Date = DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture),
        Dimensions = [.. Words(dimensions).Select(word => word == "-" ? null : word)],
        Metrics = [.. Words(metrics).Select(word => word == "-" ? default : MetricPart.Of(Amount(word), At(date, offset)))],
        Records = 1,
        First = new RecordOrigin(0, offset),
        Last = new RecordOrigin(0, offset),
    };

    /// <summary>Rows of a dataset, one after the other; their offsets go on from <paramref name="first"/>.</summary>
    public static void Fill(HarmonizedTable table, string dataset, int first, params (string Date, string Dimensions, string Metrics)[] rows)
    {
        foreach ((string date, string dimensions, string metrics) in rows)
        {
            table.Set(dataset, 0, Key(first), Part(first, date, dimensions, metrics));
            first++;
        }
    }

    public static Hash128 Key(long of) => Hash128.Of(Encoding.UTF8.GetBytes($"key {of}"));

    public static ExactAmount Amount(string text) =>
        ExactAmount.TryParse(Encoding.UTF8.GetBytes(text), out ExactAmount amount) ? amount : throw new ArgumentException(text);

    public static ValueMoment At(string date, long offset) =>
        new(new DateTimeOffset(DateTime.Parse(date, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero).ToUnixTimeMilliseconds(), 0, 0, offset);

    /// <summary>Rows as text, cells with blanks between and - for Null.</summary>
    public static string[] Lines(GridResult grid)
    {
        Assert.Empty(grid.Problems);
        return [.. grid.Rows.Select(row => string.Join(' ', row.Select(cell => cell ?? "-")))];
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static HarmonizedField Field(string name, FieldCategory category) => new(
        name,
        char.ToUpperInvariant(name[0]) + name[1..],
        category,
        category == FieldCategory.Dimension ? HarmonizedType.String : name is "spend" or "revenue" ? HarmonizedType.Currency : HarmonizedType.Number);
}
