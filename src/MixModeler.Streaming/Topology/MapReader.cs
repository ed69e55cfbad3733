using System.Globalization;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// Reads the members of one map. Whatever is missing, unknown, twice or of the wrong kind becomes a problem and the default
/// is read in its place, so that the rest of the file is still checked.
/// </summary>
internal sealed class MapReader
{
    public const int TextCharactersMax = 256;
    public const int ExpressionCharactersMax = 4_096;

    private readonly YamlNode map;
    private readonly string what;
    private readonly ProblemList problems;
    private readonly Shape? shape;
    private readonly Dictionary<string, YamlNode> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> misspelt = new(StringComparer.Ordinal);

    private MapReader(YamlNode map, string what, ProblemList problems, Shape? shape)
    {
        this.map = map;
        this.what = what;
        this.problems = problems;
        this.shape = shape;
    }

    public YamlNode Node => map;

    public ProblemList Problems => problems;

    /// <param name="node">What should be a map.</param>
    /// <param name="what">What it is called in messages, e.g. "a feature".</param>
    /// <param name="problems">Collects.</param>
    /// <param name="allowed">Its members; null allows any name.</param>
    /// <returns>Null, with a problem, where the node is no map.</returns>
    public static MapReader? Open(YamlNode node, string what, ProblemList problems, string[]? allowed) =>
        Open(node, what, problems, allowed, shape: null);

    /// <summary>The same by a description, which then says which members are required, in which range and what holds otherwise.</summary>
    public static MapReader? Open(YamlNode node, string what, ProblemList problems, Shape shape) =>
        Open(node, what, problems, shape.Kind == ShapeKind.Map && !shape.IsOpen ? shape.Names : null, shape);

    private static MapReader? Open(YamlNode node, string what, ProblemList problems, string[]? allowed, Shape? shape)
    {
        if (node.Kind != YamlKind.Map)
        {
            string members = allowed is null ? "" : $" with {string.Join(", ", allowed)}";
            problems.Add(node, $"{what} is a map{members}; found {node.Found}");
            return null;
        }

        MapReader reader = new(node, what, problems, shape);
        foreach ((YamlNode key, YamlNode value) in node.Entries)
        {
            reader.Enter(key, value, allowed);
        }

        return reader;
    }

    /// <summary>The members' names in the order of the file.</summary>
    public IEnumerable<YamlNode> Keys => keys.Values;

    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>An unknown member is probably meant to be this one: that it is missing is not a second mistake.</summary>
    public bool IsMisspelt(string key) => misspelt.Contains(key);

    public YamlNode KeyNode(string key) => keys[key];

    /// <summary>Null where nothing stands; a problem too if it is required, by the description where nothing is said.</summary>
    public YamlNode? Value(string key, bool? required = null)
    {
        if (values.TryGetValue(key, out YamlNode? value) && !value.IsNothing)
        {
            return value;
        }

        if (value is not null)
        {
            problems.Add(value, $"'{key}' has no value");
        }
        else if ((required ?? shape?[key].Required ?? true) && !IsMisspelt(key))
        {
            problems.Add(map, $"{what} needs '{key}'");
        }

        return null;
    }

    /// <summary>A text of at most 256 characters on one line, or null.</summary>
    public string? Text(string key, bool? required = null)
    {
        YamlNode? value = Value(key, required);
        return value is not null && IsText(value, $"'{key}'", problems) ? value.Text : null;
    }

    /// <summary>A map by the description of this member, or null.</summary>
    public MapReader? Open(string key)
    {
        YamlNode? node = Value(key);
        return node is null ? null : Open(node, $"'{key}'", problems, shape![key].Shape);
    }

    public string? Name(string key) => Name(key, shape![key].Shape.AlsoAllowed, shape[key].Required);

    public double Number(string key) => Number(key, (double)shape![key].Default!, shape[key].Shape.Range);

    public int Count(string key) => Count(key, (int)shape![key].Default!, shape[key].Shape.Min, shape[key].Shape.Max);

    /// <summary>What is written, or the default, or null.</summary>
    public TimeSpan? Span(string key)
    {
        Member member = shape![key];
        return Span(key, member.Shape.SpanMin, member.Shape.SpanMax, member.Required) ?? member.Default as TimeSpan?;
    }

    /// <summary>One of a few words; the default, or null, where there is none.</summary>
    public string? Word(string key)
    {
        string[] words = shape![key].Shape.Words;
        string? word = Text(key);
        if (word is null || words.Contains(word))
        {
            return word ?? shape[key].Default as string;
        }

        problems.Add(values[key], $"'{key}' is {YamlNode.Quote(word)}{NearestName.Advice(word, words)}");
        return shape[key].Default as string;
    }

    public List<YamlNode> Items(string key) => Items(key, shape![key].Shape.OfWhat, shape[key].Required, shape[key].Shape.CountMax);

    /// <summary>The members of a map with free names, by name; those whose name cannot be one are problems.</summary>
    public IEnumerable<(YamlNode Key, YamlNode Value)> Named(string key, string ofWhat)
    {
        Shape named = shape![key].Shape;
        YamlNode? node = Value(key);
        MapReader? members = node is null ? null : Open(node, $"'{key}'", problems, named);
        if (members is null)
        {
            return [];
        }

        if (members.keys.Count == 0)
        {
            problems.Add(node!, $"'{key}' is empty: leave it out, or name {ofWhat}");
        }

        if (members.keys.Count > named.CountMax)
        {
            problems.Add(members.keys.Values.ElementAt(named.CountMax), $"'{key}' has more than {named.CountMax} members");
        }

        if (named.HasFreeTexts)
        {
            return members.keys.Values
                .Take(named.CountMax)
                .Where(name => Datasets.TextReading.IsColumn(name, ofWhat, problems))
                .OrderBy(name => name.Text, StringComparer.Ordinal)
                .Select(name => (name, members.values[name.Text]));
        }

        foreach (YamlNode name in members.Keys.Where(name => !Names.IsName(name.Text, named.AlsoAllowed)))
        {
            problems.Add(name, $"{ofWhat} is {YamlNode.Quote(name.Text)}: {Names.Rule(named.AlsoAllowed)}");
        }

        return members.keys.Values
            .Take(named.CountMax)
            .OrderBy(name => name.Text, StringComparer.Ordinal)
            .Select(name => (name, members.values[name.Text]));
    }

    /// <summary>An expression, which may have several lines; null where there is none.</summary>
    public ExpressionText? Expression(string key)
    {
        YamlNode? value = Value(key);
        return value is null ? null : Expression(value, $"'{key}'", problems);
    }

    public static ExpressionText? Expression(YamlNode node, string what, ProblemList problems)
    {
        if (node.Kind != YamlKind.Text || string.IsNullOrWhiteSpace(node.Text) || node.Text.Length > ExpressionCharactersMax)
        {
            problems.Add(node, $"{what} is an expression of 1 to {ExpressionCharactersMax:N0} characters; found {node.Found}");
            return null;
        }

        return new ExpressionText(node.Text, node.Place) { Start = node.TextStart };
    }

    /// <summary>A text that names something: letters, digits and what <paramref name="alsoAllowed"/> lists.</summary>
    public string? Name(string key, string alsoAllowed, bool? required = null)
    {
        string? text = Text(key, required);
        if (text is null || Names.IsName(text, alsoAllowed))
        {
            return text;
        }

        problems.Add(values[key], $"'{key}' is {YamlNode.Quote(text)}: {Names.Rule(alsoAllowed)}");
        return null;
    }

    /// <summary>A dotted path into the event, or null.</summary>
    public string? Path(string key, bool? required = null)
    {
        YamlNode? value = Value(key, required);
        return value is not null && Names.IsPath(value, $"'{key}'", problems) ? value.Text : null;
    }

    public double Number(string key, double otherwise, NumberRange range)
    {
        YamlNode? value = Value(key, required: false);
        if (value is null)
        {
            return otherwise;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (value.Kind != YamlKind.Text || !double.TryParse(value.Text, Style, CultureInfo.InvariantCulture, out double number)
            || !double.IsFinite(number))
        {
            problems.Add(value, $"'{key}' is a number {range}; found {value.Found}");
            return otherwise;
        }

        if (range.Contains(number))
        {
            return number;
        }

        problems.Add(value, $"'{key}' is {value.Text}: allowed is a number {range}");
        return otherwise;
    }

    public int Count(string key, int otherwise, int min, int max)
    {
        YamlNode? value = Value(key, required: false);
        if (value is null)
        {
            return otherwise;
        }

        if (value.Kind == YamlKind.Text && int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
            && count >= min && count <= max)
        {
            return count;
        }

        problems.Add(value, $"'{key}' is a whole number from {min} to {max}; found {value.Found}");
        return otherwise;
    }

    /// <summary>A duration within bounds; null, with or without a problem, where there is none.</summary>
    public TimeSpan? Span(string key, TimeSpan min, TimeSpan max, bool required = false)
    {
        YamlNode? value = Value(key, required);
        if (value is null)
        {
            return null;
        }

        if (value.Kind != YamlKind.Text || !Duration.TryParse(value.Text, out TimeSpan duration))
        {
            problems.Add(value, $"'{key}' is a duration such as 10s, 5m, 1h or 7d; found {value.Found}");
            return null;
        }

        if (duration >= min && duration <= max)
        {
            return duration;
        }

        problems.Add(value, $"'{key}' is {value.Text}: allowed is {Duration.Text(min)} to {Duration.Text(max)}");
        return null;
    }

    /// <summary>The items of a list that must not be empty; none, with a problem, where it is none.</summary>
    public List<YamlNode> Items(string key, string ofWhat, bool? required, int countMax = int.MaxValue)
    {
        YamlNode? value = Value(key, required);
        if (value is null)
        {
            return [];
        }

        if (value.Kind != YamlKind.List)
        {
            problems.Add(value, $"'{key}' is a list of {ofWhat}; found {value.Found}");
            return [];
        }

        if (value.Items.Count == 0)
        {
            problems.Add(value, $"'{key}' is an empty list: it needs {ofWhat}");
        }

        if (value.Items.Count <= countMax)
        {
            return value.Items;
        }

        problems.Add(value.Items[countMax], $"'{key}' has more than {countMax} items");
        return value.Items[..countMax];
    }

    /// <summary>Whether the node is a text that is neither empty nor long nor of several lines; a problem where not.</summary>
    public static bool IsText(YamlNode node, string what, ProblemList problems)
    {
        if (node.Kind != YamlKind.Text || node.IsNothing)
        {
            problems.Add(node, $"{what} is a text; found {node.Found}");
            return false;
        }

        if (string.IsNullOrWhiteSpace(node.Text) || node.Text.Length > TextCharactersMax || node.Text.Any(char.IsControl))
        {
            problems.Add(node, $"{what} is one line of 1 to {TextCharactersMax} characters; found {node.Found}");
            return false;
        }

        return true;
    }

    private void Enter(YamlNode key, YamlNode value, string[]? allowed)
    {
        if (key.Kind != YamlKind.Text)
        {
            problems.Add(key, $"the name of a member is a text; found {key.Found}");
        }
        else if (keys.TryGetValue(key.Text, out YamlNode? first))
        {
            problems.Add(key, $"'{key.Text}' is here twice; first in {first.SeenFrom(key)}");
        }
        else if (allowed is not null && !allowed.Contains(key.Text))
        {
            problems.Add(key, $"{what} has no {YamlNode.Quote(key.Text)}{NearestName.Advice(key.Text, allowed)}");
            if (NearestName.Of(key.Text, allowed) is string meant)
            {
                misspelt.Add(meant);
            }
        }
        else
        {
            keys.Add(key.Text, key);
            values.Add(key.Text, value);
        }
    }
}
