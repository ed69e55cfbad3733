using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// Holds what was found against what a person expects: of a map the members that are named, of a list every item.
/// `{ near: x, within: y }` is any number that near, `{ absent: true }` nothing at all.
/// </summary>
internal static class ValueMatch
{
    private static readonly string[] Near = ["near", "within"];

    /// <summary>Every difference as a sentence, with the place of what was expected; none where it holds.</summary>
    public static List<(Place Place, string Sentence)> Differences(YamlNode expected, JsonElement? found)
    {
        List<(Place, string)> differences = [];
        Compare(expected, found, "", differences);
        return differences;
    }

    private static void Compare(YamlNode expected, JsonElement? found, string path, List<(Place, string)> differences)
    {
        if (IsAbsent(expected))
        {
            if (found is { } there)
            {
                differences.Add((expected.Place, $"{Named(path)} is {Shown(there)}, expected nothing"));
            }

            return;
        }

        if (found is not { } value)
        {
            differences.Add((expected.Place, $"{Named(path)} is absent, expected {YamlJson.Text(expected)}"));
        }
        else if (expected.Kind == YamlKind.Map && expected["near"] is YamlNode near)
        {
            CompareNear(expected, near, value, path, differences);
        }
        else if (expected.Kind == YamlKind.Map && value.ValueKind == JsonValueKind.Object)
        {
            foreach ((YamlNode key, YamlNode member) in expected.Entries)
            {
                JsonElement? its = value.TryGetProperty(key.Text, out JsonElement inside) ? inside : null;
                Compare(member, its, path.Length == 0 ? key.Text : $"{path}.{key.Text}", differences);
            }
        }
        else if (expected.Kind == YamlKind.List && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == expected.Items.Count)
        {
            for (int i = 0; i < expected.Items.Count; i++)
            {
                Compare(expected.Items[i], value[i], FormattableString.Invariant($"{path}[{i}]"), differences);
            }
        }
        else if (!IsSame(expected, value))
        {
            string advice = value.ValueKind == JsonValueKind.String && YamlJson.KindOf(expected) != JsonValueKind.String && value.GetString() == expected.Text
                ? " (a text: write it in quotes)"
                : "";
            differences.Add((expected.Place, $"{Named(path)} is {Shown(value)}, expected {YamlJson.Text(expected)}{advice}"));
        }
    }

    private static void CompareNear(YamlNode expected, YamlNode near, JsonElement value, string path, List<(Place, string)> differences)
    {
        double middle = Number(near);
        double within = expected["within"] is YamlNode span ? Number(span) : 1e-9;
        if (expected.Entries.Any(entry => !Near.Contains(entry.Key.Text)) || !double.IsFinite(middle) || !(within >= 0))
        {
            differences.Add((expected.Place, "a number nearby is written { near: 0.02, within: 1e-6 }"));
        }
        else if (value.ValueKind != JsonValueKind.Number || !(Math.Abs(value.GetDouble() - middle) <= within))
        {
            differences.Add((expected.Place, string.Create(CultureInfo.InvariantCulture, $"{Named(path)} is {Shown(value)}, expected {middle} ± {within}")));
        }
    }

    private static bool IsSame(YamlNode expected, JsonElement value) => (YamlJson.KindOf(expected), value.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => Number(expected).Equals(value.GetDouble()),
        (JsonValueKind.String, JsonValueKind.String) => value.ValueEquals(expected.Text),
        (JsonValueKind.Object or JsonValueKind.Array, _) => false,
        (JsonValueKind kind, JsonValueKind found) => kind == found,
    };

    private static bool IsAbsent(YamlNode node) =>
        node is { Kind: YamlKind.Map, Entries.Count: 1 } && node["absent"] is { Kind: YamlKind.Text, Text: "true" };

    private static double Number(YamlNode node) =>
        node.Kind == YamlKind.Text && JsonNumber.IsOne(node.Text) ? double.Parse(node.Text, CultureInfo.InvariantCulture) : double.NaN;

    private static string Named(string path) => path.Length == 0 ? "it" : path;

    /// <summary>As JSON on one line and short.</summary>
    public static string Shown(JsonElement value)
    {
        const int CharactersMax = 400;
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= CharactersMax ? text : text[..CharactersMax] + "…";
    }
}
