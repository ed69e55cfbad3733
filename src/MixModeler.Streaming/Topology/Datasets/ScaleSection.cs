using System.Collections.Immutable;
using System.Globalization;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`scale` of a metric: one exact decimal, or several with the date from which each holds.</summary>
internal static class ScaleSection
{
    private const int ScalesMax = 64;
    private const string OfWhat = "scales, e.g. { by: 0.01, from: 2024-05-01 }";
    private const string Day = "yyyy-MM-dd";

    // Numbers of a record have 15 digits before the point and 12 behind it: beyond that nothing of them would be left.
    private const decimal Max = 1_000_000_000_000m;
    private const decimal Min = 0.000_000_000_001m;

    private static readonly Shape Scale = Shape.Map(
        new("by", Shape.Number(NumberRange.Any), "The factor.") { Required = true },
        new("from", Shape.Text, "The first day for which it holds, e.g. 2024-05-01; for all where nothing is said."));

    public static Shape Shape { get; } = Shape.Either(Shape.Number(NumberRange.Any), Shape.List(Scale, OfWhat, ScalesMax));

    /// <summary>By date, the one without a date first.</summary>
    public static ImmutableArray<MetricScale> Read(MapReader metric, ProblemList problems)
    {
        if (!metric.Has("scale") || metric.Value("scale") is not { } node)
        {
            return [];
        }

        if (node.Kind == YamlKind.Text)
        {
            return ReadDecimal(node, "'scale'", problems) is { } by ? [new MetricScale(by, null)] : [];
        }

        List<MetricScale> scales = [];
        Dictionary<DateOnly, YamlNode> begun = [];
        foreach (YamlNode item in metric.Items("scale", OfWhat, required: true, ScalesMax))
        {
            MapReader? map = MapReader.Open(item, "a scale", problems, Scale);
            if (map is null)
            {
                continue;
            }

            decimal? by = map.Value("by") is { } number ? ReadDecimal(number, "'by'", problems) : null;
            DateOnly? from = map.Has("from") ? ReadDay(map, problems) : null;
            if (!begun.TryAdd(from ?? default, item))
            {
                problems.Add(item, $"a scale begins on that day already, in {begun[from ?? default].SeenFrom(item)}");
            }

            if (by is not null)
            {
                scales.Add(new MetricScale(by.Value, from));
            }
        }

        return [.. scales.OrderBy(scale => scale.From ?? default)];
    }

    private static decimal? ReadDecimal(YamlNode node, string what, ProblemList problems)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (node.Kind == YamlKind.Text && decimal.TryParse(node.Text, Style, CultureInfo.InvariantCulture, out decimal number)
            && decimal.Abs(number) is >= Min and <= Max)
        {
            return number;
        }

        problems.Add(node, $"{what} is an exact decimal such as 0.000001, from 1e-12 to 1e12; found {node.Found}");
        return null;
    }

    private static DateOnly? ReadDay(MapReader map, ProblemList problems)
    {
        if (map.Text("from") is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            return day;
        }

        problems.Add(map.Value("from")!, $"'from' is a day such as 2024-05-01; found {YamlNode.Quote(text)}");
        return null;
    }
}
