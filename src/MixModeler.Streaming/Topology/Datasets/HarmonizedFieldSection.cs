namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`fields`: what the client adds to the harmonized dictionary.</summary>
internal static class HarmonizedFieldSection
{
    private const int FieldsMax = 256;
    private const string DateTime = "Date time";
    private static readonly string[] Categories = Enum.GetNames<FieldCategory>();
    private static readonly string[] Types = ["String", DateTime, "Number", "Currency"];

    private static readonly Shape Field = Shape.Map(
        new("display", Shape.Text, "The name for people; the field's name where nothing is said."),
        new("category", Shape.Word(Categories), "A dimension groups, a metric is added up, a derived field is reckoned from metrics.") { Required = true },
        new("type", Shape.Word(Types), "How it is shown: String or Date time for a dimension, Number or Currency for the others."),
        new("formula", Shape.Expression, "Of a derived field: metrics in brackets, numbers, + - * / ( ), e.g. [spend]/[clicks]."));

    public static Shape Shape { get; } = Shape.Named("_-", Field, FieldsMax);

    public static FieldDictionary Read(MapReader root, ProblemList problems)
    {
        FieldDictionary dictionary = new(problems);
        List<(HarmonizedField Field, ExpressionText Formula)> derived = [];
        foreach ((YamlNode key, YamlNode value) in root.Named("fields", "a field"))
        {
            int problemsBefore = problems.Count;
            MapReader? map = MapReader.Open(value, $"the field {YamlNode.Quote(key.Text)}", problems, Field);
            if (GlobalFields.All.FirstOrDefault(global => global.Name == key.Text) is { } global)
            {
                problems.Add(key, $"'{key.Text}' is a global field, {global.Display}: it is there already and cannot be changed; choose another name");
                continue;
            }

            (HarmonizedField Field, ExpressionText? Formula)? read = map is null ? null : ReadField(key.Text, map, problems);
            if (read is not { } field || problems.Count > problemsBefore)
            {
                dictionary.AddUnclear(key.Text);
                continue;
            }

            dictionary.Add(field.Field);
            if (field.Formula is not null)
            {
                derived.Add((field.Field, field.Formula));
            }
        }

        // A formula may name what is declared after it.
        derived.ForEach(field => CheckFormula(field.Field.Name, field.Formula, dictionary, problems));
        return dictionary;
    }

    private static (HarmonizedField, ExpressionText?)? ReadField(string name, MapReader map, ProblemList problems)
    {
        string display = map.Text("display") ?? name;
        string? written = map.Word("category");
        string? type = map.Word("type");
        if (written is null)
        {
            return null;
        }

        FieldCategory category = Enum.Parse<FieldCategory>(written);
        bool isDimension = category == FieldCategory.Dimension;
        string[] allowed = isDimension ? Types[..2] : Types[2..];
        if (type is not null && !allowed.Contains(type))
        {
            problems.Add(map.Value("type")!, $"a {FieldDictionary.Word(category)} is {allowed[0]} or {allowed[1]}, not {type}");
        }

        ExpressionText? formula = null;
        if (category == FieldCategory.Derived)
        {
            formula = map.Has("formula") || map.IsMisspelt("formula") ? map.Expression("formula") : null;
            if (!map.Has("formula") && !map.IsMisspelt("formula"))
            {
                problems.Add(map.Node, $"the derived field '{name}' needs 'formula', e.g. [spend]/[clicks]");
            }
        }
        else if (map.Has("formula"))
        {
            problems.Add(map.KeyNode("formula"), $"'{name}' is a {FieldDictionary.Word(category)}: 'formula' is for the category Derived");
        }

        HarmonizedType shown = (HarmonizedType)Math.Max(0, Array.IndexOf(Types, type ?? allowed[0]));
        return (new HarmonizedField(name, display, category, shown, Formula: formula?.Text), formula);
    }

    private static void CheckFormula(string name, ExpressionText text, FieldDictionary dictionary, ProblemList problems)
    {
        if (DerivedFormula.Parse(text.Text, out FormulaProblem? problem) is not { } formula)
        {
            string hidden = text.Start is null ? FormattableString.Invariant($" at its character {problem!.At + 1}") : "";
            problems.Add(text.At(problem!.At), $"the formula of '{name}'{hidden}: {problem.Message}");
            return;
        }

        if (formula.Metrics.IsEmpty)
        {
            problems.Add(text.Place, $"the formula of '{name}' reads no metric: metrics stand in brackets, e.g. [spend]/[clicks]");
        }

        foreach (MetricReference reference in formula.References)
        {
            YamlNode at = new(YamlKind.Text, text.At(reference.At)) { Text = reference.Metric, IsQuoted = true };
            dictionary.Find(at, reference.Metric, FieldCategory.Metric, $"the formula of '{name}'");
        }
    }
}
