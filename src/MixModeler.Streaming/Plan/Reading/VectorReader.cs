using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Reads numbers of channels: a list in their order, or a map by their names.</summary>
internal sealed class VectorReader(string[] channels, ProblemList problems)
{
    public string[] Channels => channels;

    public ProblemList Problems => problems;

    /// <summary>One number of each channel; null where nothing stands or, with a problem, where it is something else.</summary>
    /// <param name="map">Whose member it is.</param>
    /// <param name="key">The member's name.</param>
    /// <param name="range">Of each number.</param>
    /// <param name="whole">What "25%" is a share of; NaN where shares have no meaning.</param>
    public double[]? Vector(MapReader map, string key, NumberRange range, double whole = double.NaN)
    {
        YamlNode? node = map.Value(key, required: false);
        return node is null ? null : Vector(node, $"'{key}'", range, whole);
    }

    public double[]? Vector(YamlNode node, string what, NumberRange range, double whole = double.NaN)
    {
        if (node.Kind == YamlKind.Map)
        {
            return ByName(node, what, range, whole);
        }

        if (node.Kind != YamlKind.List || node.Items.Count != channels.Length)
        {
            string found = node.Kind == YamlKind.List ? $"{node.Items.Count}" : node.Found;
            problems.Add(node, $"{what} is a list of {channels.Length} numbers, one of each channel; found {found}");
            return null;
        }

        return Numbers(node, what, range, whole);
    }

    /// <summary>A list of any length.</summary>
    public double[]? Numbers(YamlNode node, string what, NumberRange range, double whole = double.NaN)
    {
        if (node.Kind != YamlKind.List)
        {
            problems.Add(node, $"{what} is a list of numbers; found {node.Found}");
            return null;
        }

        double[] numbers = new double[node.Items.Count];
        bool isGood = true;
        for (int i = 0; i < numbers.Length; i++)
        {
            isGood &= Number(node.Items[i], $"{what}[{i}]", range, whole, out numbers[i]);
        }

        return isGood ? numbers : null;
    }

    public bool Number(YamlNode node, string what, NumberRange range, double whole, out double number)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isShare = node.IsQuoted && node.Text.EndsWith('%') && !double.IsNaN(whole);
        number = 0;
        if (node.Kind != YamlKind.Text || (node.IsQuoted && !isShare)
            || !double.TryParse(isShare ? node.Text[..^1] : node.Text, Style, CultureInfo.InvariantCulture, out number) || !double.IsFinite(number))
        {
            problems.Add(node, $"{what} is a number{(double.IsNaN(whole) ? "" : " or a share such as \"25%\"")}; found {node.Found}");
            return false;
        }

        number = isShare ? number / 100 * whole : number;
        if (!range.Contains(number))
        {
            problems.Add(node, $"{what} is {node.Text}: allowed is a number {range}");
            return false;
        }

        return true;
    }

    /// <summary>All of them, or null where one was no good.</summary>
    public static T[]? AllOf<T>(T?[] items)
        where T : class => items.Any(item => item is null) ? null : [.. items.OfType<T>()];

    private double[]? ByName(YamlNode node, string what, NumberRange range, double whole)
    {
        MapReader? map = MapReader.Open(node, what, problems, channels);
        if (map is null)
        {
            return null;
        }

        double[] numbers = new double[channels.Length];
        bool isGood = true;
        for (int c = 0; c < channels.Length; c++)
        {
            YamlNode? value = map.Value(channels[c], required: true);
            isGood &= value is not null && Number(value, $"{what} of {channels[c]}", range, whole, out numbers[c]);
        }

        return isGood ? numbers : null;
    }
}
