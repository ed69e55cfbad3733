using System.Globalization;

namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>A prior as it is written: a number for what is known, or a map of one member, `{ beta: [1, 3] }`.</summary>
internal static class PriorReader
{
    private static readonly Dictionary<string, (PriorKind Kind, int Numbers)> Kinds = new(StringComparer.Ordinal)
    {
        ["uniform"] = (PriorKind.Uniform, 2),
        ["beta"] = (PriorKind.Beta, 2),
        ["gamma"] = (PriorKind.Gamma, 2),
        ["normal"] = (PriorKind.Normal, 2),
        ["halfNormal"] = (PriorKind.HalfNormal, 1),
        ["logNormal"] = (PriorKind.LogNormal, 2),
        ["inverseGamma"] = (PriorKind.InverseGamma, 2),
    };

    /// <summary>What is written, or what is believed where nothing is; a problem where it is no prior or none of these kinds.</summary>
    public static Prior Read(MapReader map, string key, Prior otherwise, params PriorKind[] allowed)
    {
        YamlNode? node = map.Value(key, required: false);
        return node is null ? otherwise : Read(node, key, map.Problems, allowed) ?? otherwise;
    }

    public static Prior? Read(YamlNode node, string what, ProblemList problems, PriorKind[] allowed)
    {
        string[] names = [.. Kinds.Where(kind => allowed.Contains(kind.Value.Kind)).Select(kind => kind.Key)];
        if (node.Kind == YamlKind.Text && allowed.Contains(PriorKind.Fixed) && TryNumber(node, out double number))
        {
            return new Prior(PriorKind.Fixed, number);
        }

        if (node.Kind != YamlKind.Map || node.Entries.Count != 1)
        {
            string known = allowed.Contains(PriorKind.Fixed) ? "a number that is known, or " : "";
            problems.Add(node, $"'{what}' is {known}one of {string.Join(", ", names)} with its numbers, e.g. {{ {names[0]}: … }}; found {node.Found}");
            return null;
        }

        (YamlNode key, YamlNode value) = node.Entries[0];
        if (key.Kind != YamlKind.Text || !names.Contains(key.Text))
        {
            problems.Add(key, $"'{what}' has no prior {key.Found}{NearestName.Advice(key.Text, names)}");
            return null;
        }

        (PriorKind kind, int count) = Kinds[key.Text];
        List<YamlNode> items = value.Kind == YamlKind.List ? value.Items : [value];
        double[] numbers = [.. items.Select(item => TryNumber(item, out double one) ? one : double.NaN)];
        if (numbers.Length != count || numbers.Any(double.IsNaN))
        {
            problems.Add(value, $"'{key.Text}' takes {(count == 1 ? "one number" : "two numbers, [a, b]")}; found {value.Found}");
            return null;
        }

        Prior prior = new(kind, numbers[0], count == 2 ? numbers[1] : 0);
        if (Sentence(prior) is string wrong)
        {
            problems.Add(value, wrong);
            return null;
        }

        return prior;
    }

    private static string? Sentence(Prior prior) => prior.Kind switch
    {
        PriorKind.Uniform when prior.B <= prior.A => "'uniform' goes from the smaller to the larger number",
        PriorKind.Normal or PriorKind.LogNormal when prior.B <= 0 => "the standard deviation, the second number, is above 0",
        PriorKind.HalfNormal when prior.A <= 0 => "'halfNormal' takes a standard deviation above 0",
        PriorKind.Beta or PriorKind.Gamma or PriorKind.InverseGamma when prior.A <= 0 || prior.B <= 0 => "both numbers are above 0",
        _ => null,
    };

    private static bool TryNumber(YamlNode node, out double number)
    {
        number = double.NaN;
        return node.Kind == YamlKind.Text
            && double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}
