namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>Texts as datasets have them: one or a list of them, and names of columns, which may have blanks.</summary>
internal static class TextReading
{
    /// <summary>A path into a record: dotted, or the name of a column as it is.</summary>
    public static string? Column(MapReader map, string key, bool? required = null)
    {
        YamlNode? value = map.Value(key, required);
        return value is not null && IsColumn(value, $"'{key}'", map.Problems) ? value.Text : null;
    }

    public static bool IsColumn(YamlNode node, string what, ProblemList problems)
    {
        if (!MapReader.IsText(node, what, problems))
        {
            return false;
        }

        if (char.IsWhiteSpace(node.Text[0]) || char.IsWhiteSpace(node.Text[^1]))
        {
            problems.Add(node, $"{what} names a field without blanks around it; found {node.Found}");
            return false;
        }

        return true;
    }

    /// <summary>A text, or a list of different ones.</summary>
    public static List<YamlNode> OneOrMore(MapReader map, string key, string ofWhat, int countMax)
    {
        YamlNode? value = map.Value(key);
        if (value is { Kind: YamlKind.Text })
        {
            return MapReader.IsText(value, $"'{key}'", map.Problems) ? [value] : [];
        }

        if (value is { Kind: YamlKind.Map })
        {
            map.Problems.Add(value, $"'{key}' is a text, or a list of {ofWhat}; found a map");
            return [];
        }

        return Different(map.Items(key, ofWhat, required: false, countMax), key, map.Problems);
    }

    public static List<YamlNode> Different(List<YamlNode> items, string key, ProblemList problems)
    {
        UniqueNames unique = new($"in '{key}'", problems);
        List<YamlNode> texts = [];
        foreach (YamlNode item in items.Where(item => MapReader.IsText(item, $"an item of '{key}'", problems)))
        {
            unique.Add(item.Text, item);
            texts.Add(item);
        }

        return texts;
    }
}
