using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology;

/// <summary>`fields` of a source with their paths and types, and `pii`: which of them are personal.</summary>
internal static class FieldSection
{
    private const int FieldsMax = 256;
    private static readonly string[] Types = [.. Enum.GetNames<FieldType>().Select(name => name.ToLowerInvariant())];

    private static readonly Shape Field = Shape.Map(
        new("path", Shape.Path, "Where the value stands in the record.") { Required = true },
        new("type", Shape.Word(Types), "What it is.") { Required = true });

    public static Member[] Members { get; } =
    [
        new("fields", Shape.Named("_-", Shape.Either(Field, Shape.Text), FieldsMax), "What expressions may read, by name: { path, type }, or 'path:type'."),
        new("pii", Shape.List(Shape.Name("_-"), "fields, e.g. [email]", FieldsMax), "Fields that are personal: masked wherever records are shown."),
    ];

    public static (ImmutableArray<FieldPlan> Fields, ImmutableArray<string> Personal) Read(MapReader source, ProblemList problems)
    {
        ImmutableArray<FieldPlan> fields = source.Named("fields", "a field")
            .Select(member => ReadField(member.Key, member.Value, problems))
            .ToImmutableArray();
        UniqueNames unique = new("the field", problems);
        List<string> personal = [];
        foreach (YamlNode item in source.Items("pii"))
        {
            if (MapReader.IsText(item, "a field", problems))
            {
                unique.Add(item.Text, item);
                CheckName(item, item.Text, fields, problems);
                personal.Add(item.Text);
            }
        }

        // The one empty array, by which plans compare as equal.
        return (fields.IsEmpty ? [] : fields, personal.Count == 0 ? [] : [.. personal.Order(StringComparer.Ordinal)]);
    }

    public static void CheckName(YamlNode at, string name, ImmutableArray<FieldPlan> fields, ProblemList problems)
    {
        string[] names = [.. fields.Select(field => field.Name)];
        if (!names.Contains(name) && !problems.IsFull)
        {
            string advice = names.Length == 0 ? ": 'fields' lists none" : NearestName.Advice(name, names);
            problems.Add(at, $"there is no field {YamlNode.Quote(name)}{advice}");
        }
    }

    private static FieldPlan ReadField(YamlNode key, YamlNode value, ProblemList problems)
    {
        string what = $"the field {YamlNode.Quote(key.Text)}";
        if (value.Kind == YamlKind.Map)
        {
            MapReader field = MapReader.Open(value, what, problems, Field)!;
            string? type = field.Word("type");
            return new FieldPlan(key.Text, field.Path("path") ?? "", TypeOf(type));
        }

        // A path may have colons of its own: the type stands behind the last.
        int colon = value.Kind == YamlKind.Text ? value.Text.LastIndexOf(':') : -1;
        if (colon < 0)
        {
            problems.Add(value, $"{what} is 'path:type' or a map with path, type; found {value.Found}");
            return new FieldPlan(key.Text, "", FieldType.String);
        }

        string written = value.Text[(colon + 1)..].Trim();
        if (!Types.Contains(written))
        {
            problems.Add(value, $"{what} has the type {YamlNode.Quote(written)}{NearestName.Advice(written, Types)}");
        }

        YamlNode path = new(YamlKind.Text, value.Place) { Text = value.Text[..colon].Trim(), IsQuoted = true };
        Names.IsPath(path, $"the path of {what}", problems);
        return new FieldPlan(key.Text, path.Text, TypeOf(written));
    }

    private static FieldType TypeOf(string? written) => (FieldType)Math.Max(0, Array.IndexOf(Types, written));
}
