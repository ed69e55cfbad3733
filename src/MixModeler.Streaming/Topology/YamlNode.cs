namespace MixModeler.Streaming.Topology;

internal enum YamlKind
{
    Text,
    List,
    Map,
}

/// <summary>
/// A piece of a YAML file that knows where it stands. This tree is what a person wrote; the sections turn it into a plan, and
/// nothing after them sees it.
/// </summary>
internal sealed class YamlNode(YamlKind kind, Place place)
{
    // A message quotes what was found, but not a whole page of it.
    private const int QuotedCharactersMax = 60;

    public YamlKind Kind { get; } = kind;

    public Place Place { get; } = place;

    /// <summary>Of a text; quotes removed.</summary>
    public string Text { get; init; } = "";

    /// <summary>Of a text: written in quotes or as a block, so that "null" and "" are texts and not the absence of one.</summary>
    public bool IsQuoted { get; init; }

    /// <summary>Of a text: where its first character stands, if the text stands in the file as it is.</summary>
    public Place? TextStart { get; init; }

    /// <summary>Of a list.</summary>
    public List<YamlNode> Items { get; } = [];

    /// <summary>Of a map, in the order of the file, duplicates included.</summary>
    public List<KeyValuePair<YamlNode, YamlNode>> Entries { get; } = [];

    /// <summary>Nothing was written where something could be.</summary>
    public bool IsNothing => Kind == YamlKind.Text && !IsQuoted && Text is "" or "~" or "null";

    /// <summary>What a person would say this is.</summary>
    public string Found => Kind switch
    {
        YamlKind.List => "a list",
        YamlKind.Map => "a map",
        _ when IsNothing => "nothing",
        _ => Quote(Text),
    };

    /// <summary>How a message at <paramref name="other"/> says where this is.</summary>
    public string SeenFrom(YamlNode other) => Place.File == other.Place.File ? $"line {Place.Line}" : Place.ToString();

    /// <summary>The value of a member of a map, or null.</summary>
    public YamlNode? this[string key] => Entries.Find(entry => entry.Key.Kind == YamlKind.Text && entry.Key.Text == key).Value;

    /// <summary>A map at this map's place with other members.</summary>
    public YamlNode With(IEnumerable<KeyValuePair<YamlNode, YamlNode>> entries)
    {
        YamlNode map = new(YamlKind.Map, Place);
        map.Entries.AddRange(entries);
        return map;
    }

    /// <summary>In quotes, on one line and short.</summary>
    public static string Quote(string text)
    {
        string line = string.Concat(text.Take(QuotedCharactersMax).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > QuotedCharactersMax ? $"'{line}…'" : $"'{line}'";
    }
}
