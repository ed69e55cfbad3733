using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`map` of a dataset: what each harmonized field is of its records.</summary>
internal sealed class MappingSection
{
    private const int MappingsMax = 128;
    private const int CasesMax = 256;
    private const int ConditionsMax = 64;
    private const int KnownMax = 1_024;
    private const string Records = "records";
    private const string Conditions = "conditions, e.g. { field: campaign, equals: [BlackFriday] }";

    private static readonly string[] Aggregates = [.. Enum.GetNames<MetricRule>().Select(name => name.ToLowerInvariant())];

    private static readonly Shape Value = Shape.Map(
        new("field", Shape.Text, "A field of the record."),
        new("value", Shape.Text, "A constant."));

    private static readonly Shape Case = Shape.Map(
        new("any", Shape.List(ConditionSection.Shape, Conditions, ConditionsMax), "One of these must hold."),
        new("all", Shape.List(ConditionSection.Shape, Conditions, ConditionsMax), "All of these must hold."),
        new("then", Value, "What the dimension is then: { field } or { value }.") { Required = true });

    private static readonly Shape Dimension = Shape.Map(
        new("field", Shape.Text, "Takes the value of this field of the record."),
        new("value", Shape.Text, "Is this, whatever the record says."),
        new("cases", Shape.List(Case, "cases, e.g. { any: [...], then: { value: Summer } }", CasesMax), "The first case that holds decides."),
        new("otherwise", Value, "With 'cases': what it is where none holds, { field } or { value }."),
        new("known", Shape.List(Shape.Text, "values, e.g. [Summer, Winter]", KnownMax), "The only values that may come out: records with another one are quarantined."));

    private static readonly Shape Metric = Shape.Map(
    [
        .. Aggregates.Select(name => new Member(name, Shape.Text, name == "count"
            ? $"A field of the record: how many records have it; '{Records}' counts all."
            : $"A field of the record: the {name} of its numbers.")),
        new("scale", ScaleSection.Shape, "Multiplies each number by an exact decimal, from a date on if it says so."),
    ]);

    private readonly DatasetCategory? category;
    private readonly FieldDictionary dictionary;
    private readonly DeclaredFields declared;
    private readonly ProblemList problems;

    public MappingSection(DatasetCategory? category, FieldDictionary dictionary, DeclaredFields declared, ProblemList problems)
    {
        this.category = category;
        this.dictionary = dictionary;
        this.declared = declared;
        this.problems = problems;
    }

    public static Shape Shape { get; } = Shape.Named("_-", Shape.Either(Dimension, Metric), MappingsMax);

    public List<DimensionMapping> Dimensions { get; } = [];

    public List<MetricMapping> Metrics { get; } = [];

    /// <summary>Every field that is mapped, also where the mapping has problems.</summary>
    public HashSet<string> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>One of them is a metric, or may be one.</summary>
    public bool NamesMetric { get; private set; }

    /// <summary>The standard fields of factors that a dataset does not map.</summary>
    public void AddFactorDefaults()
    {
        foreach (string field in new[] { GlobalFields.FactorType, GlobalFields.FactorValueType }.Where(Written.Add))
        {
            ImmutableArray<string> words = GlobalFields.WordsOf(field);
            Dimensions.Add(new DimensionMapping(field, [], new MappingValue(IsField: false, words[0]), words));
        }

        Dimensions.Sort((left, right) => string.CompareOrdinal(left.Field, right.Field));
    }

    public void Read(MapReader dataset)
    {
        foreach ((YamlNode key, YamlNode value) in dataset.Named("map", "a harmonized field"))
        {
            Written.Add(key.Text);
            HarmonizedField? field = Names.IsName(key.Text, "_-") ? dictionary.Find(key, key.Text) : null;
            bool isMetric = field is null ? NamesAggregate(value) : field.Category == FieldCategory.Metric;
            NamesMetric |= isMetric || field is null;
            if (field is not null && Refusal(field) is { } refusal)
            {
                problems.Add(key, refusal);
            }
            else if (field is not null && NamesOther(value, isMetric) is { } other)
            {
                string takes = isMetric ? string.Join(", ", Aggregates) : "field, value, cases";
                problems.Add(other, $"'{field.Name}' is a {FieldDictionary.Word(field.Category)}: it takes one of {takes}; found '{other.Text}'");
            }
            else if (isMetric)
            {
                ReadMetric(key.Text, value);
            }
            else
            {
                ReadDimension(key.Text, value);
            }
        }
    }

    private string? Refusal(HarmonizedField field)
    {
        if (field.Category == FieldCategory.Derived)
        {
            return $"'{field.Name}' is a derived field: it is reckoned by its formula and never mapped";
        }

        if (field.IsGlobal && GlobalFields.MadeBy(field.Name) is { } how)
        {
            return $"'{field.Name}' is not mapped: {how}";
        }

        if (category is { } its && its != DatasetCategory.Factors && GlobalFields.IsOfFactors(field.Name))
        {
            return $"'{field.Name}' is for datasets of the category Factors, this one is {DatasetSection.Word(its)}";
        }

        // One aggregate for all factors, so one metric.
        return category == DatasetCategory.Factors && field.Category == FieldCategory.Metric && field.Name != GlobalFields.FactorValue
            ? $"'{field.Name}' has no place in a dataset of Factors: its only metric is '{GlobalFields.FactorValue}'"
            : null;
    }

    private static bool NamesAggregate(YamlNode value) => Aggregates.Any(name => value.Kind == YamlKind.Map && value[name] is not null);

    private static YamlNode? NamesOther(YamlNode value, bool isMetric) => value.Entries
        .Select(entry => entry.Key)
        .FirstOrDefault(key => key.Kind == YamlKind.Text && (isMetric ? Dimension : Metric).Names.Contains(key.Text));

    private void ReadDimension(string field, YamlNode node)
    {
        MapReader? map = MapReader.Open(node, $"the mapping of '{field}'", problems, Dimension);
        if (map is null)
        {
            return;
        }

        string[] forms = [.. map.Keys.Select(key => key.Text).Where(key => key is "field" or "value" or "cases")];
        if (forms.Length == 0 && !map.IsMisspelt("field") && !map.IsMisspelt("value") && !map.IsMisspelt("cases"))
        {
            problems.Add(node, $"the mapping of '{field}' says nothing: it needs one of field, value, cases");
        }

        foreach (string second in forms.Skip(1))
        {
            problems.Add(map.KeyNode(second), $"the mapping of '{field}' has '{forms[0]}' already: one of field, value, cases is allowed{(second == "cases" ? "; beside 'cases' stands 'otherwise'" : "")}");
        }

        List<MappingCase> cases = map.Has("cases") ? ReadCases(map) : [];
        MappingValue? otherwise = map.Has("cases") ? ReadOtherwise(map, field) : forms.Length == 0 ? null : ReadValue(map, forms[0]);
        if (map.Has("otherwise") && !map.Has("cases"))
        {
            problems.Add(map.KeyNode("otherwise"), "'otherwise' stands beside 'cases'; alone it is written 'field' or 'value'");
        }

        ImmutableArray<string> known = ReadKnown(map, field, cases, otherwise);
        if (otherwise is not null)
        {
            Dimensions.Add(WithFactorDefault(new DimensionMapping(field, [.. cases], otherwise, known)));
        }
    }

    // The standard fields of factors have a value where a record says nothing.
    private static DimensionMapping WithFactorDefault(DimensionMapping mapping)
    {
        ImmutableArray<string> words = GlobalFields.WordsOf(mapping.Field);
        if (words.IsEmpty || !mapping.Otherwise.IsField || !mapping.Cases.IsEmpty)
        {
            return mapping;
        }

        MappingCondition isThere = new(mapping.Otherwise.Text, ConditionOperator.Exists, []);
        return mapping with
        {
            Cases = [new MappingCase(IsAll: true, [isThere], mapping.Otherwise)],
            Otherwise = new MappingValue(IsField: false, words[0]),
        };
    }

    private MappingValue? ReadOtherwise(MapReader map, string field)
    {
        if (map.Has("otherwise"))
        {
            return map.Open("otherwise") is { } otherwise ? ReadEither(otherwise, "'otherwise'") : null;
        }

        if (!map.IsMisspelt("otherwise"))
        {
            problems.Add(map.Node, $"the mapping of '{field}' needs 'otherwise', for records for which no case holds");
        }

        return null;
    }

    private MappingValue? ReadEither(MapReader map, string what)
    {
        string[] forms = [.. map.Keys.Select(key => key.Text).Where(key => key is "field" or "value")];
        if (forms.Length == 1)
        {
            return ReadValue(map, forms[0]);
        }

        if (forms.Length == 2)
        {
            problems.Add(map.KeyNode(forms[1]), $"{what} is a field or a value, not both");
        }
        else if (!map.IsMisspelt("field") && !map.IsMisspelt("value"))
        {
            problems.Add(map.Node, $"{what} needs 'field' or 'value'");
        }

        return null;
    }

    private MappingValue? ReadValue(MapReader map, string form) => form switch
    {
        "field" => TextReading.Column(map, "field") is { } path ? new MappingValue(IsField: true, declared.PathOf(path)) : null,
        "value" => map.Text("value") is { } text ? new MappingValue(IsField: false, text) : null,
        _ => null,
    };

    private List<MappingCase> ReadCases(MapReader map)
    {
        List<MappingCase> cases = [];
        Dictionary<string, YamlNode> asked = new(StringComparer.Ordinal);
        foreach (YamlNode item in map.Items("cases"))
        {
            MapReader? one = MapReader.Open(item, "a case", problems, Case);
            if (one is null)
            {
                continue;
            }

            bool isAll = one.Has("all");
            if (isAll == one.Has("any") && !one.IsMisspelt("any") && !one.IsMisspelt("all"))
            {
                problems.Add(isAll ? one.KeyNode("all") : item, isAll ? "a case asks 'any' or 'all', not both" : "a case needs 'any' or 'all'");
            }

            List<WrittenCondition> conditions = ReadConditions(one, isAll ? "all" : "any");
            MappingValue? then = one.Open("then") is { } value ? ReadEither(value, "'then'") : null;
            // One condition is the same whether any or all must hold.
            string how = isAll && conditions.Count > 1 ? "all" : "any";
            string canonical = DatasetIdentity.List([how, .. conditions.Select(each => each.Canonical).Order(StringComparer.Ordinal)]);
            if (conditions.Count > 0 && !asked.TryAdd(canonical, item))
            {
                problems.Add(item, $"this case is never reached: the one in {asked[canonical].SeenFrom(item)} asks the same");
            }

            if (conditions.Count > 0 && then is not null)
            {
                cases.Add(new MappingCase(isAll, [.. conditions.Select(Compile)], then));
            }
        }

        return cases;
    }

    private List<WrittenCondition> ReadConditions(MapReader map, string key)
    {
        List<WrittenCondition> conditions = [];
        HashSet<string> asked = new(StringComparer.Ordinal);
        foreach (YamlNode item in map.Has(key) ? map.Items(key) : [])
        {
            if (ConditionSection.Read(item, problems) is not { } condition)
            {
                continue;
            }

            if (!asked.Add(condition.Canonical))
            {
                problems.Add(item, "this condition is here twice");
            }

            conditions.Add(condition);
        }

        return conditions;
    }

    private MappingCondition Compile(WrittenCondition condition) => new(declared.PathOf(condition.Field), condition.Operator, condition.Values);

    private ImmutableArray<string> ReadKnown(MapReader map, string field, List<MappingCase> cases, MappingValue? otherwise)
    {
        List<YamlNode> written = map.Has("known") ? TextReading.Different(map.Items("known"), "known", problems) : [];
        ImmutableArray<string> words = GlobalFields.WordsOf(field);
        foreach (YamlNode node in written.Where(node => !words.IsEmpty && !words.Contains(node.Text)))
        {
            problems.Add(node, $"'{field}' is never {node.Found}{NearestName.Advice(node.Text, [.. words])}");
        }

        ImmutableArray<string> known = written.Count > 0 ? [.. written.Select(node => node.Text)] : words;
        foreach (MappingValue value in cases.Select(each => each.Then).Append(otherwise).OfType<MappingValue>())
        {
            if (!known.IsEmpty && !value.IsField && !known.Contains(value.Text))
            {
                string list = written.Count > 0 ? "is not among its 'known' values" : $"is not among the values of '{field}'";
                problems.Add(map.Node, $"{YamlNode.Quote(value.Text)} {list}{NearestName.Advice(value.Text, [.. known])}");
            }
        }

        return known;
    }

    private void ReadMetric(string field, YamlNode node)
    {
        MapReader? map = MapReader.Open(node, $"the mapping of '{field}'", problems, Metric);
        if (map is null)
        {
            return;
        }

        string[] written = [.. map.Keys.Select(key => key.Text).Where(Aggregates.Contains)];
        if (written.Length == 0 && !Aggregates.Any(map.IsMisspelt))
        {
            problems.Add(node, $"the mapping of '{field}' adds up nothing: it needs one of {string.Join(", ", Aggregates)}");
        }

        foreach (string second in written.Skip(1))
        {
            problems.Add(map.KeyNode(second), $"the mapping of '{field}' has '{written[0]}' already: one of {string.Join(", ", Aggregates)} is allowed");
        }

        MetricRule rule = written.Length == 0 ? MetricRule.Sum : Enum.Parse<MetricRule>(written[0], ignoreCase: true);
        ImmutableArray<MetricScale> scales = ScaleSection.Read(map, problems);
        if (rule == MetricRule.Count && map.Has("scale"))
        {
            problems.Add(map.KeyNode("scale"), "'scale' multiplies numbers, and 'count' counts records");
        }

        if (written.Length > 0 && TextReading.Column(map, written[0], required: true) is { } path)
        {
            bool countsAll = rule == MetricRule.Count && path == Records;
            if (rule != MetricRule.Count)
            {
                declared.CheckNumber(map.Value(written[0])!, path, written[0]);
            }

            Metrics.Add(new MetricMapping(field, rule, countsAll ? null : declared.PathOf(path), scales));
        }
    }
}
