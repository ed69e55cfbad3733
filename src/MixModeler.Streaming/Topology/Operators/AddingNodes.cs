using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Compiles the operators that add fields.</summary>
internal static class AddingNodes
{
    private const int FieldsMax = 256;
    private const int WordsMax = 256;

    public static CompiledNode? Lookup(NodeInput node, INodeFiles files)
    {
        (List<string> names, ImmutableArray<AddedField> fields) = Fields(node);
        CelProgram? key = NodeExpressions.CompileKey(node.Options, "key", node.Input.Environment());
        string? column = node.Options.Text("column");
        string? content = ReadFile(node, files);
        if (key is null || column is null || content is null)
        {
            return null;
        }

        string file = files.Shown(node.Options.Value("file")!);
        return LookupTable.Parse(content, file, column, fields, node.Problems) is { } table
            ? Adding(node, new LookupSettings(table, key, fields), names, fields) with { Files = HashOf(content) }
            : null;
    }

    public static CompiledNode? Enrich(NodeInput node)
    {
        (List<string> names, ImmutableArray<AddedField> fields) = Fields(node);
        string topology = node.Options.Text("topology") ?? node.Topology.Name;
        return Adding(node, new EnrichSettings(topology, fields), names, fields);
    }

    public static CompiledNode? OneHot(NodeInput node)
    {
        NodeOptions options = node.Options;
        CelProgram? of = NodeExpressions.Compile(options, "of", node.Input.Environment(), CelType.String);
        OtherWords other = options.Word("other", "ignore") switch
        {
            "field" => OtherWords.Field,
            "hash" => OtherWords.Hash,
            _ => OtherWords.Ignore,
        };
        if (options.Has("buckets") && other != OtherWords.Hash)
        {
            options.Problems.Add(options.Value("buckets")!, "'buckets' belongs to 'other: hash'");
        }

        int buckets = options.Count("buckets", 8, 1, 64);
        List<YamlNode> words = options.Texts("vocabulary", WordsMax);
        string? prefix = options.Identifier("prefix");
        if (of is null || prefix is null)
        {
            return null;
        }

        List<CelField> fields = [.. node.Input.Fields];
        foreach (YamlNode word in words)
        {
            AddField(node, fields, prefix + string.Concat(word.Text.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')), word);
        }

        int others = other switch { OtherWords.Field => 1, OtherWords.Hash => buckets, _ => 0 };
        for (int i = 0; i < others; i++)
        {
            string name = other == OtherWords.Field ? "other" : string.Create(CultureInfo.InvariantCulture, $"h{i}");
            AddField(node, fields, prefix + name, options.Value("prefix")!);
        }

        OneHotSettings settings = new(of, [.. words.Select(word => word.Text)], other, words.Count + others);
        return new CompiledNode(settings, node.Input with { Fields = [.. fields] }) { HasOwnSlots = true };
    }

    public static CompiledNode? Model(NodeInput node, INodeFiles files)
    {
        NodeOptions options = node.Options;
        if (options.Has("weights") == options.Has("file"))
        {
            options.Problems.Add(options.Node.Options, $"{options.What} needs 'weights' or 'file', and not both");
            return null;
        }

        string into = options.Has("into") ? options.Identifier("into") ?? "" : "score";
        string content = "";
        List<(YamlNode Name, double Weight)> weights = [];
        double bias = options.Number("bias", 0);
        if (options.Has("file"))
        {
            YamlNode at = options.Value("file")!;
            content = ReadFile(node, files) ?? "";
            if (content.Length == 0 || Document(node, at, content) is not { } document)
            {
                return null;
            }

            bias = document.Bias;
            weights = [.. document.Inputs.Zip(document.Weights, (name, weight) => (new YamlNode(YamlKind.Text, at.Place) { Text = name }, weight))];
        }
        else
        {
            weights = [.. options.Members("weights", FieldsMax).Select(member => (member.Key, Number(node, member.Value)))];
        }

        List<CelField> fields = [.. node.Input.Fields];
        AddField(node, fields, into, options.Value("into") ?? options.Node.Options, CelType.Double);
        ImmutableArray<int> slots = [.. weights.Select(weight => NumberSlot(node, weight.Name))];
        if (slots.Contains(-1))
        {
            return null;
        }

        ModelSettings settings = new(bias, [.. weights.Select(weight => weight.Weight)], slots, options.Word("link", "logistic") == "logistic");
        return new CompiledNode(settings, node.Input with { Fields = [.. fields] }) { HasOwnSlots = true, Files = HashOf(content) };
    }

    private static CompiledNode Adding(NodeInput node, object settings, List<string> names, ImmutableArray<AddedField> added)
    {
        List<CelField> fields = [.. node.Input.Fields];
        for (int i = 0; i < added.Length; i++)
        {
            AddField(node, fields, names[i], node.Options.Value("fields")!, added[i].Type);
        }

        return new CompiledNode(settings, node.Input with { Fields = [.. fields] }) { HasOwnSlots = true };
    }

    private static void AddField(NodeInput node, List<CelField> fields, string name, YamlNode at, CelType? type = null)
    {
        if (fields.Exists(field => field.Name == name))
        {
            node.Problems.Add(at, $"the record has a field '{name}' already: choose another name, or drop it before");
            return;
        }

        fields.Add(new CelField(name, type ?? CelType.Int));
    }

    private static (List<string>, ImmutableArray<AddedField>) Fields(NodeInput node)
    {
        List<string> names = [];
        ImmutableArray<AddedField>.Builder fields = ImmutableArray.CreateBuilder<AddedField>();
        foreach ((YamlNode key, YamlNode value) in node.Options.Members("fields", FieldsMax))
        {
            if (node.Options.IsIdentifier(key, "the name of a field") && Field(node, key.Text, value) is { } field)
            {
                names.Add(key.Text);
                fields.Add(field);
            }
        }

        return (names, fields.ToImmutable());
    }

    private static AddedField? Field(NodeInput node, string name, YamlNode value)
    {
        if (value.Kind == YamlKind.Text)
        {
            return FieldText.TypeOf(value.Text) is { } itsType ? new AddedField(name, itsType, null) : Unknown(node, value);
        }

        MapReader? map = MapReader.Open(value, $"the field '{name}'", node.Problems, ["path", "type", "default"]);
        if (map is null)
        {
            return null;
        }

        string path = map.Text("path", required: false) ?? name;
        CelType? type = CelType.String;
        if (map.Value("type", required: false) is { } word)
        {
            type = FieldText.TypeOf(word.Text);
            if (type is null)
            {
                return Unknown(node, word);
            }
        }

        if (map.Value("default", required: false) is not { } otherwise)
        {
            return new AddedField(path, type, null);
        }

        if (otherwise.Kind == YamlKind.Text && FieldText.TryParse(otherwise.Text, type, out CelValue parsed))
        {
            return new AddedField(path, type, parsed);
        }

        node.Problems.Add(otherwise, $"'default' is no {type}; found {otherwise.Found}");
        return null;
    }

    private static AddedField? Unknown(NodeInput node, YamlNode word)
    {
        node.Problems.Add(word, $"{YamlNode.Quote(word.Text)} is no type of a field{NearestName.Advice(word.Text, FieldText.Types)}");
        return null;
    }

    private static ModelDocument? Document(NodeInput node, YamlNode at, string content)
    {
        try
        {
            ModelDocument? document = JsonSerializer.Deserialize(content, DocumentJson.Default.ModelDocument);
            if (document is not null && document.Inputs.Length > 0 && document.Inputs.Length == document.Weights.Length)
            {
                return document;
            }

            node.Problems.Add(at, "the model has no inputs, or not one weight for each");
        }
        catch (JsonException broken)
        {
            node.Problems.Add(at, $"the file is no model document: {broken.Message}");
        }

        return null;
    }

    private static double Number(NodeInput node, YamlNode value)
    {
        if (value.Kind == YamlKind.Text && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number))
        {
            return number;
        }

        node.Problems.Add(value, $"a weight is a number; found {value.Found}");
        return 0;
    }

    private static int NumberSlot(NodeInput node, YamlNode name)
    {
        int slot = node.Options.SlotOf(name, node.Input);
        if (slot >= 0 && node.Input.Fields[slot].Type.Kind is not (CelKind.Double or CelKind.Int or CelKind.UInt))
        {
            node.Problems.Add(name, $"'{name.Text}' is {node.Input.Fields[slot].Type}: a model takes numbers");
            return -1;
        }

        return slot;
    }

    private static string? ReadFile(NodeInput node, INodeFiles files) =>
        node.Options.Text("file") is null ? null : files.Read(node.Options.Value("file")!, node.Problems);

    private static string HashOf(string content) => content.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
