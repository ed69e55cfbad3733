using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`fields` of a dataset: what stands in its records, with types.</summary>
internal sealed class DeclaredFields
{
    private const int FieldsMax = 512;

    // The original's names of types, and what others call the same.
    private static readonly (string Word, FieldType Type)[] Types =
    [
        ("String", FieldType.String), ("Integer", FieldType.Int), ("Double", FieldType.Double), ("Boolean", FieldType.Bool), ("Long", FieldType.Int),
        ("Short", FieldType.Int), ("Byte", FieldType.Int), ("Date", FieldType.Timestamp), ("Date-time", FieldType.Timestamp),
        ("int", FieldType.Int), ("bool", FieldType.Bool), ("timestamp", FieldType.Timestamp),
    ];

    private static readonly string[] Words = [.. Types.Select(type => type.Word)];

    private static readonly Shape Field = Shape.Map(
        new("path", Shape.Text, "Where the value stands in the record; the field's name where nothing is said."),
        new("type", Shape.Text, "What it is: String, Integer, Double, Boolean, Long, Short, Byte, Date or Date-time.") { Required = true });

    private readonly ProblemList problems;

    private DeclaredFields(ProblemList problems) => this.problems = problems;

    public static Shape Shape { get; } = Shape.FreelyNamed(Shape.Either(Shape.Text, Field), FieldsMax);

    public ImmutableArray<FieldPlan> Fields { get; private set; } = [];

    public static DeclaredFields Read(MapReader dataset, ProblemList problems)
    {
        DeclaredFields declared = new(problems);
        List<FieldPlan> fields = [];
        Dictionary<string, YamlNode> paths = new(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in dataset.Named("fields", "a field"))
        {
            (string path, FieldType type) = declared.ReadField(key, value);
            if (!paths.TryAdd(path, key))
            {
                problems.Add(key, $"{YamlNode.Quote(path)} is declared twice; first in {paths[path].SeenFrom(key)}");
            }

            fields.Add(new FieldPlan(key.Text, path, type));
        }

        declared.Fields = fields.Count == 0 ? [] : [.. fields];
        return declared;
    }

    /// <summary>A mapping may name a field by its declared name or by its path.</summary>
    public string PathOf(string written) => Fields.FirstOrDefault(field => field.Name == written)?.Path ?? written;

    public void CheckNumber(YamlNode at, string written, string aggregate)
    {
        if (Of(written) is { Type: not (FieldType.Int or FieldType.Double) } field)
        {
            problems.Add(at, $"{YamlNode.Quote(written)} is declared as {Word(field.Type)}: '{aggregate}' takes numbers");
        }
    }

    public void CheckTime(YamlNode at, string written)
    {
        if (Of(written) is { Type: not (FieldType.Timestamp or FieldType.String) } field)
        {
            problems.Add(at, $"{YamlNode.Quote(written)} is declared as {Word(field.Type)}: a date is a Date, a Date-time or a String");
        }
    }

    private FieldPlan? Of(string written) => Fields.FirstOrDefault(field => field.Path == PathOf(written));

    private static string Word(FieldType type) => Types.First(each => each.Type == type).Word;

    private (string Path, FieldType Type) ReadField(YamlNode key, YamlNode value)
    {
        string what = $"the field {YamlNode.Quote(key.Text)}";
        if (value.Kind != YamlKind.Map)
        {
            return (key.Text, MapReader.IsText(value, what, problems) ? TypeOf(value, value.Text, what) : FieldType.String);
        }

        MapReader map = MapReader.Open(value, what, problems, Field)!;
        string path = TextReading.Column(map, "path") ?? key.Text;
        return (path, map.Text("type") is { } type ? TypeOf(map.Value("type")!, type, what) : FieldType.String);
    }

    private FieldType TypeOf(YamlNode at, string written, string what)
    {
        foreach ((string word, FieldType type) in Types)
        {
            if (string.Equals(word, written, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        problems.Add(at, $"{what} has the type {YamlNode.Quote(written)}{NearestName.Advice(written, Words)}");
        return FieldType.String;
    }
}
