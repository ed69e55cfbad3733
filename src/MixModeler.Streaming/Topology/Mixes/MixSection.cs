using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>`mixes`: marketing-mix models over the harmonized table, by name.</summary>
internal sealed class MixSection
{
    public const string Mixes = "mixes";

    // Raise it where the same declaration learns something else than before.
    private const string Format = "mix-2";
    private const int IdentityDigits = 12;
    private const int MixesMax = 32;
    private const int ColumnsMax = 256;
    private const int ConditionsMax = 32;

    private static readonly string[] Kinds = ["conversion", "touchpoint", "field", "factor", "attribution"];

    private static readonly Shape Column = Shape.Map(
        new("conversion", Shape.Text, "A conversion that is defined in this topology."),
        new("touchpoint", Shape.Text, "A touchpoint that is defined in this topology."),
        new("field", Shape.Name("_-"), "A metric or a derived field of the harmonized table."),
        new("factor", Shape.Text, "A factor, by its harmonized name."),
        new("attribution", Shape.Name("-_"), "What an attribution of this topology credits a channel with."),
        new("of", Shape.Word("count", "revenue", "volume", "spend"), "Of a conversion its count or its revenue, of a touchpoint its volume or its spend."),
        new("where", Shape.List(ConditionSection.Shape, "conditions, e.g. { field: channel, is: TV }", ConditionsMax), "Of a field: rows for which all of these hold."),
        new("channel", Shape.Text, "Of an attribution: which channel."),
        new("measure", Shape.Word("conversions", "value"), "Of an attribution: conversions, or what they are worth."));

    private static readonly Shape One = Shape.Map(
        new("description", Shape.Text, "For people."),
        new("grain", Shape.Word("weekly", "daily"), "How long a period is.") { Default = "weekly" },
        new("from", Shape.Text, "First day of the training window; left out, the first outcome."),
        new("to", Shape.Text, "Last day of the training window; left out, it goes on."),
        new("closesAfterDays", Shape.Count(0, 366), "Days that a period stays open after all datasets have told of later ones.") { Default = 0 },
        new("missingOutcome", Shape.Word("waits", "zero"), "What it means when no row tells the outcome of a closed period.") { Default = "waits" },
        new("certificate", Shape.Word("true", "false"), "Whether a batch run certifies the model while nothing else changes it.") { Default = "true" },
        new("columns", Shape.FreelyNamed(Column, ColumnsMax), "Where each column that the model names comes from.") { Required = true },
        new("model", Shape.Anything, "The spec, as 'mix fit' takes it, without date and holidays; regions are told apart by a dimension.") { Required = true });

    private readonly HarmonizePlan harmonized;
    private readonly ImmutableArray<AttributionPlan> attributions;
    private readonly FieldDictionary dictionary;
    private readonly ProblemList problems;

    private MixSection(HarmonizePlan harmonized, ImmutableArray<AttributionPlan> attributions, ProblemList problems)
    {
        (this.harmonized, this.attributions, this.problems) = (harmonized, attributions, problems);
        dictionary = new FieldDictionary(problems);
        foreach (HarmonizedField field in harmonized.Dictionary)
        {
            dictionary.Add(field);
        }
    }

    private sealed record Defined(string Name, ImmutableArray<FieldPredicate> Rule, string Metric, string? Money);

    public static Shape Shape { get; } = Shape.Named("-_", One, MixesMax);

    /// <summary>In the order of their names.</summary>
    public static ImmutableArray<MixPlan> Read(
        MapReader root, HarmonizePlan harmonized, ImmutableArray<AttributionPlan> attributions, ProblemList problems)
    {
        if (!root.Has(Mixes))
        {
            return [];
        }

        if (!root.Has(DatasetSections.Datasets) && !root.IsMisspelt(DatasetSections.Datasets))
        {
            problems.Add(root.KeyNode(Mixes), $"'{Mixes}' needs '{DatasetSections.Datasets}': models are learned from the harmonized table");
        }

        MixSection section = new(harmonized, attributions, problems);
        return
        [
            .. root.Named(Mixes, "a mix").Select(each =>
                MapReader.Open(each.Value, $"the mix {YamlNode.Quote(each.Key.Text)}", problems, One) is { } map ? section.Read(each.Key.Text, map) : null)
                .OfType<MixPlan>(),
        ];
    }

    /// <summary>Every column that a spec names, with the sentence that says for what.</summary>
    private static IEnumerable<(string Column, string What)> Needed(MixSpec spec)
    {
        yield return (spec.Target, "the target");
        foreach (ChannelSpec channel in spec.Channels)
        {
            yield return (channel.Column, $"the channel '{channel.Name}'");
            if (channel.SpendColumn is { } spend)
            {
                yield return (spend, $"the spend of '{channel.Name}'");
            }

            if (channel.Credit is { } credit)
            {
                yield return (credit.Column, $"the credit of '{channel.Name}'");
            }
        }

        foreach (ControlSpec control in spec.Controls)
        {
            yield return (control.Column, $"the control '{control.Name}'");
        }
    }

    private MixPlan? Read(string name, MapReader map)
    {
        List<MixColumnPlan> columns = [];
        MapReader? named = map.Open("columns");
        foreach ((YamlNode key, YamlNode value) in map.Named("columns", "a column"))
        {
            if (MapReader.Open(value, $"the column {YamlNode.Quote(key.Text)}", problems, Column) is { } column && ReadColumn(key.Text, column) is { } plan)
            {
                columns.Add(plan);
            }
        }

        YamlNode? model = map.Value("model");
        MixSpec? spec = model is null ? null : MixSpecReader.ReadInTopology(model, name, problems);
        (DateOnly? from, DateOnly? to) = (Day(map, "from"), Day(map, "to"));
        if (to < from)
        {
            problems.Add(map.Value("to")!, "the training window ends before it begins");
        }

        if (spec is null || named is null)
        {
            return null;
        }

        CheckColumns(map, named, columns, spec);
        CheckRegions(model!, spec);
        return new MixPlan
        {
            Name = name,
            Description = map.Text("description") ?? "",
            Identity = problems.IsEmpty ? IdentityOf(map) : "",
            Grain = map.Word("grain") == "daily" ? Grain.Daily : Grain.Weekly,
            From = from,
            To = to,
            ClosesAfterDays = map.Count("closesAfterDays"),
            IsCertified = map.Word("certificate") == "true",
            MissingIsZero = map.Word("missingOutcome") == "zero",
            Spec = spec,
            Columns = [.. columns],
        };
    }

    private void CheckColumns(MapReader map, MapReader named, List<MixColumnPlan> columns, MixSpec spec)
    {
        (string Column, string What)[] needed = [.. Needed(spec)];
        foreach ((string column, string what) in needed.Where(each => !named.Has(each.Column)).DistinctBy(each => each.Column))
        {
            problems.Add(map.KeyNode("columns"), $"nothing says where {YamlNode.Quote(column)}, {what}, comes from");
        }

        foreach (YamlNode key in named.Keys.Where(key => needed.All(each => each.Column != key.Text)))
        {
            string advice = NearestName.Advice(key.Text, [.. needed.Select(each => each.Column).Distinct()]);
            problems.Add(key, $"the model has no column {YamlNode.Quote(key.Text)}{advice}");
        }

        HashSet<string> credits = [.. spec.Channels.Select(channel => channel.Credit?.Column).OfType<string>()];
        foreach (MixColumnPlan column in columns.Where(column => column.IsCredit != credits.Contains(column.Name) && named.Has(column.Name)))
        {
            problems.Add(named.KeyNode(column.Name), column.IsCredit
                ? $"{YamlNode.Quote(column.Name)} comes from an attribution, and the model does not take it as a 'credit' of a channel"
                : $"{YamlNode.Quote(column.Name)} is a credit: it comes from an 'attribution'");
        }
    }

    private void CheckRegions(YamlNode model, MixSpec spec)
    {
        if (spec.Regions is { Column.Length: > 0 } regions
            && model["regions"]?["field"] is { } node && dictionary.Find(node, regions.Column) is { Category: not FieldCategory.Dimension })
        {
            problems.Add(node, $"{YamlNode.Quote(regions.Column)} is no dimension: regions are told apart by one");
        }
    }

    private MixColumnPlan? ReadColumn(string name, MapReader map)
    {
        string[] written = [.. Kinds.Where(map.Has)];
        if (written.Length != 1)
        {
            problems.Add(map.Node, $"a column comes from one of {string.Join(", ", Kinds)}");
            return null;
        }

        string kind = written[0];
        Refuse(map, "of", kind is "conversion" or "touchpoint", "a conversion or a touchpoint");
        Refuse(map, "where", kind == "field", "a field");
        Refuse(map, "channel", kind == "attribution", "an attribution");
        Refuse(map, "measure", kind == "attribution", "an attribution");
        return kind switch
        {
            "conversion" => ReadDefined(
                name, map, kind, [.. harmonized.Conversions.Select(each => new Defined(each.Name, each.Rule, each.Metric, each.Revenue))], "count", "revenue"),
            "touchpoint" => ReadDefined(
                name, map, kind, [.. harmonized.Touchpoints.Select(each => new Defined(each.Name, each.Rule, each.Volume, each.Spend))], "volume", "spend"),
            "field" => ReadField(name, map),
            "factor" => map.Text("factor") is { } factor ? new MixColumnPlan(name, MixColumnKind.Factor, factor, []) : null,
            _ => ReadCredit(name, map),
        };
    }

    private void Refuse(MapReader map, string key, bool isAllowed, string owner)
    {
        if (!isAllowed && map.Has(key))
        {
            problems.Add(map.KeyNode(key), $"'{key}' belongs to {owner}");
        }
    }

    private MixColumnPlan? ReadDefined(string name, MapReader map, string kind, Defined[] defined, string metricWord, string moneyWord)
    {
        if (map.Text(kind) is not { } wanted)
        {
            return null;
        }

        if (Array.Find(defined, each => each.Name == wanted) is not { } found)
        {
            problems.Add(map.Value(kind)!, $"there is no {kind} {YamlNode.Quote(wanted)}{NearestName.Advice(wanted, [.. defined.Select(each => each.Name)])}");
            return null;
        }

        string word = map.Word("of") ?? metricWord;
        if (word != metricWord && word != moneyWord)
        {
            problems.Add(map.Value("of")!, $"'of' is {metricWord} or {moneyWord} of a {kind}");
            return null;
        }

        if (word == moneyWord && found.Money is null)
        {
            problems.Add(map.Value("of")!, $"the {kind} {YamlNode.Quote(wanted)} has no '{moneyWord}'");
            return null;
        }

        return new MixColumnPlan(name, MixColumnKind.Field, word == moneyWord ? found.Money! : found.Metric, found.Rule);
    }

    private MixColumnPlan? ReadField(string name, MapReader map)
    {
        ImmutableArray<FieldPredicate> where = map.Has("where") ? DefinitionSection.ReadRule(map, "where", dictionary, problems) : [];
        if (map.Name("field") is not { } field || dictionary.Find(map.Value("field")!, field) is not { } known)
        {
            return null;
        }

        if (known.Category == FieldCategory.Dimension)
        {
            problems.Add(map.Value("field")!, $"{YamlNode.Quote(field)} is a dimension: a column of a model takes a metric or a derived field");
            return null;
        }

        return new MixColumnPlan(name, MixColumnKind.Field, field, where);
    }

    private MixColumnPlan? ReadCredit(string name, MapReader map)
    {
        if (map.Name("attribution") is not { } wanted || map.Text("channel", required: true) is not { } channel)
        {
            return null;
        }

        if (attributions.FirstOrDefault(each => each.Name == wanted) is not { } attribution)
        {
            problems.Add(map.Value("attribution")!, $"there is no attribution {YamlNode.Quote(wanted)}{NearestName.Advice(wanted, [.. attributions.Select(each => each.Name)])}");
            return null;
        }

        string[] channels = [.. attribution.Touchpoints.Select(each => each.Name)];
        if (!channels.Contains(channel))
        {
            problems.Add(map.Value("channel")!, $"the attribution '{wanted}' has no channel {YamlNode.Quote(channel)}{NearestName.Advice(channel, channels)}");
            return null;
        }

        return new MixColumnPlan(name, map.Word("measure") == "value" ? MixColumnKind.CreditedValue : MixColumnKind.Credit, wanted, [], channel);
    }

    private DateOnly? Day(MapReader map, string key)
    {
        if (map.Text(key) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            return day;
        }

        problems.Add(map.Value(key)!, $"'{key}' is a date such as 2024-03-25; found {YamlNode.Quote(text)}");
        return null;
    }

    // What a column's definition says may change without another identity: then other numbers come, and the model takes them in anew.
    private string IdentityOf(MapReader map)
    {
        YamlNode decisive = map.Node.With(map.Node.Entries.Where(entry => entry.Key.Text is not ("description" or "certificate" or "closesAfterDays")));
        ulong hash = OperatorIdentity.Of([Format, CanonicalText.Of(decisive, problems)]);
        return hash.ToString("x16", CultureInfo.InvariantCulture)[..IdentityDigits];
    }
}
