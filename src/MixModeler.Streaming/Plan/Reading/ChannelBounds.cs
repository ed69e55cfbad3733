using System.Globalization;
using System.Text.RegularExpressions;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Reads the least and the most of each channel: as numbers, as shares of the budget, or as a change against today.</summary>
internal static partial class ChannelBounds
{
    private static readonly NumberRange NotNegative = new(0, true, double.MaxValue, true);

    public static (double[] Lower, double[] Upper)? Read(MapReader map, VectorReader vectors, double[]? current, double budget)
    {
        double[] lower = vectors.Vector(map, "lower", NotNegative, budget) ?? new double[vectors.Channels.Length];
        double[] upper = vectors.Vector(map, "upper", NotNegative, budget) ?? [.. vectors.Channels.Select(_ => budget)];
        if (!Change(map, vectors.Problems, current, out double? change))
        {
            return null;
        }

        for (int c = 0; c < lower.Length; c++)
        {
            if (change is { } most)
            {
                lower[c] = Math.Max(lower[c], current![c] * (1 - most));
                upper[c] = Math.Min(upper[c], current[c] * (1 + most));
            }

            if (lower[c] > upper[c])
            {
                YamlNode place = Item(map.Value("lower", required: false), vectors.Channels[c], c)
                    ?? Item(map.Value("upper", required: false), vectors.Channels[c], c)
                    ?? map.Node;
                vectors.Problems.Add(place, string.Create(
                    CultureInfo.InvariantCulture, $"{vectors.Channels[c]} is to have at least {lower[c]:R} and at most {upper[c]:R}"));
            }
        }

        return (lower, upper);
    }

    // 'change_max', or the words in which a published plan says it.
    private static bool Change(MapReader map, ProblemList problems, double[]? current, out double? change)
    {
        change = null;
        YamlNode? node = map.Value("change_max", required: false);
        if (node is not null)
        {
            if (!new VectorReader([], problems).Number(node, "'change_max'", NotNegative, 1, out double share))
            {
                return false;
            }

            change = share;
        }
        else if (map.Value("bounds", required: false) is { } words)
        {
            node = words;
            Match match = PlusMinus().Match(words.Text);
            if (!match.Success)
            {
                problems.Add(words, $"'bounds' is a change against today such as \"+-30%\"; found {words.Found}");
                return false;
            }

            change = double.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100;
        }

        if (change is not null && current is null)
        {
            problems.Add(node!, "a change against today needs 'current_spend'");
            return false;
        }

        return true;
    }

    private static YamlNode? Item(YamlNode? node, string channel, int c) =>
        node is null ? null : node.Kind == YamlKind.List ? node.Items.ElementAtOrDefault(c) : node[channel];

    [GeneratedRegex(@"^\s*\+-\s*(?<percent>\d+(\.\d+)?)\s*%")]
    private static partial Regex PlusMinus();
}
