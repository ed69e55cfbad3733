using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`touchpoints` and `conversions`: which rows of the table they mean, and which metrics tell of them.</summary>
internal sealed class DefinitionSection
{
    private const int DefinitionsMax = 256;
    private const int ConditionsMax = 32;

    private static readonly Member Name = new("name", Shape.Text, "For people and models.") { Required = true };

    private static readonly Member Rule = new(
        "rule", Shape.List(ConditionSection.Shape, "conditions, e.g. { field: channel, is: YouTube }", ConditionsMax), "Rows for which all of these hold.") { Required = true };

    private static readonly Shape Touchpoint = Shape.Map(
        Name, Rule,
        new("volume", Shape.Name("_-"), "The metric that counts contacts, e.g. impressions.") { Required = true },
        new("spend", Shape.Name("_-"), "The metric that tells their cost; none where they cost nothing."));

    private static readonly Shape Conversion = Shape.Map(
        Name, Rule,
        new("metric", Shape.Name("_-"), "What is counted, e.g. orders.") { Required = true },
        new("revenue", Shape.Name("_-"), "The metric that tells what it was worth; none where nothing tells."));

    private readonly FieldDictionary dictionary;
    private readonly ProblemList problems;

    private DefinitionSection(FieldDictionary dictionary, ProblemList problems)
    {
        this.dictionary = dictionary;
        this.problems = problems;
    }

    public static Shape Touchpoints { get; } = Shape.List(
        Touchpoint, "touchpoints, e.g. { name: Video, rule: [{ field: channel, is: YouTube }], volume: impressions, spend: spend }", DefinitionsMax);

    public static Shape Conversions { get; } = Shape.List(
        Conversion, "conversions, e.g. { name: Store, rule: [{ field: conversiontype, is: Store }], metric: orders, revenue: gross_demand }", DefinitionsMax);

    public static ImmutableArray<TouchpointPlan> ReadTouchpoints(MapReader root, FieldDictionary dictionary, ProblemList problems) =>
    [
        .. new DefinitionSection(dictionary, problems).Read(root, "touchpoints", "a touchpoint", Touchpoint, "volume", "spend")
            .Select(each => new TouchpointPlan(each.Name, each.Rule, each.Metric, each.Money)),
    ];

    public static ImmutableArray<ConversionPlan> ReadConversions(MapReader root, FieldDictionary dictionary, ProblemList problems) =>
    [
        .. new DefinitionSection(dictionary, problems).Read(root, "conversions", "a conversion", Conversion, "metric", "revenue")
            .Select(each => new ConversionPlan(each.Name, each.Rule, each.Metric, each.Money)),
    ];

    /// <summary>Conditions over dimensions of the table, of which all must hold.</summary>
    public static ImmutableArray<FieldPredicate> ReadRule(MapReader map, string key, FieldDictionary dictionary, ProblemList problems)
    {
        List<FieldPredicate> rule = [];
        HashSet<string> asked = new(StringComparer.Ordinal);
        foreach (YamlNode item in map.Items(key))
        {
            if (ConditionSection.Read(item, problems) is not { } condition)
            {
                continue;
            }

            if (!asked.Add(condition.Canonical))
            {
                problems.Add(item, "this condition is here twice");
            }

            if (dictionary.Find(condition.FieldNode, condition.Field, FieldCategory.Dimension, "a rule") is not null)
            {
                rule.Add(new FieldPredicate(condition.Field, condition.Operator, condition.Values));
            }
        }

        return [.. rule];
    }

    private List<(string Name, ImmutableArray<FieldPredicate> Rule, string Metric, string? Money)> Read(
        MapReader root, string section, string what, Shape shape, string metricKey, string moneyKey)
    {
        List<(string, ImmutableArray<FieldPredicate>, string, string?)> definitions = [];
        UniqueNames unique = new($"the {what[2..]}", problems);
        foreach (YamlNode item in root.Items(section))
        {
            if (MapReader.Open(item, what, problems, shape) is not { } map)
            {
                continue;
            }

            string? name = map.Text("name");
            unique.Add(name, map.Has("name") ? map.Value("name", required: false) ?? item : item);
            ImmutableArray<FieldPredicate> rule = ReadRule(map, "rule", dictionary, problems);
            string? metric = ReadMetric(map, metricKey);
            string? money = ReadMetric(map, moneyKey);
            if (name is not null && metric is not null)
            {
                definitions.Add((name, rule, metric, money));
            }
        }

        return definitions;
    }

    private string? ReadMetric(MapReader map, string key) =>
        map.Name(key) is { } name && dictionary.Find(map.Value(key)!, name, FieldCategory.Metric, $"'{key}'") is not null ? name : null;
}
