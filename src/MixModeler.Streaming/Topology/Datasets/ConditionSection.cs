using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>A condition: a field, one of eight questions, and the values that it is compared with.</summary>
internal static class ConditionSection
{
    private const int ValuesMax = 256;
    private const string OfWhat = "values, e.g. [BlackFriday, _black_friday]";

    private static readonly (string Word, ConditionOperator Operator, string Meaning)[] Questions =
    [
        ("exists", ConditionOperator.Exists, "true: the field is there."),
        ("notExists", ConditionOperator.NotExists, "true: the field is not there."),
        ("contains", ConditionOperator.Contains, "It contains one of these."),
        ("notContains", ConditionOperator.NotContains, "It contains none of these."),
        ("equals", ConditionOperator.Equals, "It is one of these."),
        ("notEquals", ConditionOperator.NotEquals, "It is none of these."),
        ("startsWith", ConditionOperator.StartsWith, "It starts with one of these."),
        ("endsWith", ConditionOperator.EndsWith, "It ends with one of these."),
        ("is", ConditionOperator.Equals, "The same as 'equals'."),
    ];

    private static readonly Shape Values = Shape.Either(Shape.Text, Shape.List(Shape.Text, OfWhat, ValuesMax));

    public static Shape Shape { get; } = Shape.Map(
    [
        new("field", Shape.Text, "What is asked: a field of the record; in definitions a harmonized dimension.") { Required = true },
        .. Questions.Select(question => new Member(question.Word, IsAlone(question.Operator) ? Shape.Text : Values, question.Meaning)),
    ]);

    /// <summary>Null, with a problem, where there is none.</summary>
    public static WrittenCondition? Read(YamlNode node, ProblemList problems)
    {
        MapReader? map = MapReader.Open(node, "a condition", problems, Shape);
        if (map is null)
        {
            return null;
        }

        string? field = TextReading.Column(map, "field");
        string[] words = [.. Questions.Select(question => question.Word)];
        string[] written = [.. map.Keys.Select(key => key.Text).Where(words.Contains)];
        if (written.Length == 0)
        {
            if (!words.Any(map.IsMisspelt))
            {
                problems.Add(node, $"the condition asks nothing: it needs one of {string.Join(", ", words)}");
            }

            return null;
        }

        foreach (string second in written.Skip(1))
        {
            problems.Add(map.KeyNode(second), $"the condition asks '{written[0]}' already: a condition asks one thing");
        }

        ConditionOperator asked = Questions.First(question => question.Word == written[0]).Operator;
        ImmutableArray<string>? values = IsAlone(asked) ? ReadTrue(map, written[0], problems) : ReadValues(map, written[0]);
        return field is null || values is null ? null : new WrittenCondition(map.Value("field")!, field, asked, values.Value);
    }

    private static bool IsAlone(ConditionOperator asked) => asked is ConditionOperator.Exists or ConditionOperator.NotExists;

    private static ImmutableArray<string>? ReadTrue(MapReader map, string word, ProblemList problems)
    {
        YamlNode? value = map.Value(word);
        if (value is null || value is { Kind: YamlKind.Text, Text: "true" })
        {
            return value is null ? null : [];
        }

        string contrary = word == "exists" ? "notExists" : "exists";
        problems.Add(value, $"'{word}' is true, and '{contrary}: true' asks the contrary; found {value.Found}");
        return null;
    }

    private static ImmutableArray<string>? ReadValues(MapReader map, string word)
    {
        ImmutableArray<string> values = [.. TextReading.OneOrMore(map, word, OfWhat, ValuesMax).Select(value => value.Text)];
        return values.IsEmpty ? null : values;
    }
}

/// <summary>A condition as somebody wrote it.</summary>
internal sealed record WrittenCondition(YamlNode FieldNode, string Field, ConditionOperator Operator, ImmutableArray<string> Values)
{
    /// <summary>Equal for conditions that ask the same, in whatever order values stand.</summary>
    public string Canonical { get; } = DatasetIdentity.List([Field, Operator.ToString(), .. Values.Order(StringComparer.Ordinal)]);
}
