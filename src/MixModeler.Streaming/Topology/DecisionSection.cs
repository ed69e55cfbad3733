using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology;

/// <summary>`decisions`: per scope the rules that map scores, features and attributes to experiences.</summary>
internal sealed class DecisionSection
{
    private const string ScopeCharacters = "-_.:/";
    private const string AttributeCharacters = "-_.";
    private static readonly string[] Clocks = ["wall", "event"];
    private static readonly Shape Probability = Shape.Number(NumberRange.Inclusive(0, 1));

    private static readonly Shape Score = Shape.Map(
        new("from", Probability, "The rule holds from this score …") { Default = 0d },
        new("to", Probability, "… to below this one.") { Default = 1d });

    private static readonly Shape Bounds = Shape.Map(
        new("atLeast", Shape.Number(NumberRange.Any), "The feature is this or more."),
        new("atMost", Shape.Number(NumberRange.Any), "The feature is this or less."));

    private static readonly Shape Rule = Shape.Map(
        new("name", Shape.Name("-_."), "The rule's name, in what the edge reports.") { Required = true },
        new("score", Score, "The range of the score."),
        new("features", Shape.Named("_-", Bounds), "Conditions on features, by name; all hold."),
        new("attributes", Shape.Named(AttributeCharacters, Shape.List(Shape.Text, "values, e.g. [mobile, tablet]")), "Conditions on the request's attributes: one of the values."),
        new("audiences", Shape.List(Shape.Text, "audiences, e.g. [engaged]"), "The visitor is in one of these as of deciding; their expressions read features and score alone."),
        new("show", Shape.Text, "The experience.") { Required = true });

    private static readonly Shape Scope = Shape.Map(
        new("scope", Shape.Name(ScopeCharacters), "The place on the page.") { Required = true },
        new("rules", Shape.List(Rule, "rules"), "The first that holds decides."),
        new("otherwise", Shape.Text, "The experience where no rule holds.") { Required = true },
        new("unknown", Shape.Text, "The experience for visitors without a profile; 'otherwise' where nothing is said."));

    public static Shape Shape { get; } = Shape.Map(
        new("clock", Shape.Word(Clocks), "Features are read at the time of day, or at the newest event time seen.") { Default = new DecisionDocument().Clock },
        new("scopes", Shape.List(Scope, "scopes, e.g. { scope: home-hero, otherwise: brand-story }"), "The places that are decided.") { Required = true });

    private readonly ProblemList problems;
    private readonly FeatureSection features;
    private readonly List<AudiencePlan> audiences;
    private readonly SortedDictionary<string, AudienceDocument> asked = new(StringComparer.Ordinal);
    private readonly bool hasModel;

    private DecisionSection(FeatureSection features, List<AudiencePlan> audiences, bool hasModel, ProblemList problems)
    {
        this.audiences = audiences;
        this.features = features;
        this.hasModel = hasModel;
        this.problems = problems;
    }

    /// <summary>A document without scopes where the topology decides nothing.</summary>
    public static DecisionDocument Read(MapReader root, FeatureSection features, List<AudiencePlan> audiences, ProblemList problems)
    {
        DecisionDocument otherwise = new();
        MapReader? decisions = root.Open("decisions");
        if (decisions is null)
        {
            return otherwise;
        }

        DecisionSection section = new(features, audiences, root.Has("model") || root.Has("models"), problems);
        string clock = decisions.Word("clock") ?? otherwise.Clock;
        ScopeDocument[] scopes = [.. section.ReadScopes(decisions)];
        return otherwise with { Clock = clock, Scopes = scopes, Audiences = [.. section.asked.Values] };
    }

    private List<ScopeDocument> ReadScopes(MapReader decisions)
    {
        List<ScopeDocument> scopes = [];
        UniqueNames unique = new("the scope", problems);
        foreach (YamlNode item in decisions.Items("scopes"))
        {
            MapReader? scope = MapReader.Open(item, "a scope", problems, Scope);
            if (scope is null)
            {
                continue;
            }

            string? name = scope.Name("scope");
            unique.Add(name, scope.Has("scope") ? scope.Value("scope", required: false) ?? item : item);
            string otherwise = scope.Text("otherwise") ?? "";
            scopes.Add(new ScopeDocument
            {
                Scope = name ?? "",
                Rules = [.. ReadRules(scope)],
                Otherwise = otherwise,
                Unknown = scope.Text("unknown") ?? otherwise,
            });
        }

        return scopes;
    }

    private List<RuleDocument> ReadRules(MapReader scope)
    {
        List<RuleDocument> rules = [];
        UniqueNames unique = new("the rule", problems);
        string? always = null;
        foreach (YamlNode item in scope.Items("rules"))
        {
            MapReader? map = MapReader.Open(item, "a rule", problems, Rule);
            if (map is null)
            {
                continue;
            }

            if (always is not null)
            {
                problems.Add(item, $"this rule is never reached: '{always}' above has no condition and always holds");
                always = null;                // Once is enough.
            }

            string? name = map.Name("name");
            if (name is not null)
            {
                unique.Add(name, map.Value("name", required: false)!);
            }

            if (!map.Has("score") && !map.Has("features") && !map.Has("attributes") && !map.Has("audiences"))
            {
                always = name;
            }

            rules.Add(ReadRule(map, name ?? ""));
        }

        return rules;
    }

    private RuleDocument ReadRule(MapReader map, string name)
    {
        (double from, double to) = ReadScore(map);
        return new RuleDocument
        {
            Name = name,
            Show = map.Text("show") ?? "",
            ScoreFrom = from,
            ScoreTo = to,
            Features = [.. ReadFeatures(map)],
            Attributes = [.. ReadAttributes(map)],
            Audiences = [.. ReadAudiences(map)],
        };
    }

    // What a rule asks for, an edge decides: it has the visitor's features and the score, and no event.
    private List<string> ReadAudiences(MapReader rule)
    {
        List<string> names = [];
        UniqueNames unique = new("the audience", problems);
        foreach (YamlNode item in rule.Items("audiences"))
        {
            if (!MapReader.IsText(item, "an audience", problems))
            {
                continue;
            }

            unique.Add(item.Text, item);
            names.Add(item.Text);
            if (audiences.Find(audience => audience.Name == item.Text) is not { } audience)
            {
                problems.Add(item, $"there is no audience {YamlNode.Quote(item.Text)}{NearestName.Advice(item.Text, [.. audiences.Select(its => its.Name)])}");
            }
            else if (features.HasNameless || IsDecidable(audience, out string? problem))
            {
                asked[audience.Name] = new AudienceDocument { Name = audience.Name, When = audience.When.Text };
            }
            else
            {
                problems.Add(item, $"an edge cannot tell who is in {YamlNode.Quote(item.Text)}, as it knows features and score alone: {problem}");
            }
        }

        return names;
    }

    private bool IsDecidable(AudiencePlan audience, out string? problem) =>
        AudienceRule.Compile(audience.When.Text, features.Features.Select(feature => feature.Name), out problem) is not null;

    private (double From, double To) ReadScore(MapReader rule)
    {
        MapReader? score = rule.Open("score");
        if (score is null)
        {
            return (0, 1);
        }

        if (!hasModel)
        {
            problems.Add(rule.KeyNode("score"), "'score' needs a score: this topology has no 'model'");
        }

        double from = score.Number("from");
        double to = score.Number("to");
        if (from >= to)
        {
            problems.Add(score.Node, FormattableString.Invariant($"'score' from {from} to {to} never holds: from is below to"));
        }

        return (from, to);
    }

    private List<FeatureCondition> ReadFeatures(MapReader rule)
    {
        List<FeatureCondition> conditions = [];
        if (OpenConditions(rule, "features") is not MapReader map)
        {
            return conditions;
        }

        foreach (YamlNode key in map.Keys.OrderBy(key => key.Text, StringComparer.Ordinal))
        {
            if (!problems.IsFull && !features.HasNameless && !features.NamesWritten.Contains(key.Text))
            {
                string? nearest = NearestName.Of(key.Text, features.NamesWritten);
                string advice = nearest is null ? ": 'features' above lists them" : $"; did you mean '{nearest}'?";
                problems.Add(key, $"there is no feature {YamlNode.Quote(key.Text)}{advice}");
            }

            YamlNode? node = map.Value(key.Text, required: false);
            MapReader? bounds = node is null ? null : MapReader.Open(node, $"the condition on '{key.Text}'", problems, Bounds);
            if (bounds is not null)
            {
                conditions.Add(ReadBounds(bounds, key.Text));
            }
        }

        return conditions;
    }

    private FeatureCondition ReadBounds(MapReader bounds, string feature)
    {
        double? atLeast = bounds.Has("atLeast") ? bounds.Number("atLeast", 0, NumberRange.Any) : null;
        double? atMost = bounds.Has("atMost") ? bounds.Number("atMost", double.MaxValue, NumberRange.Any) : null;
        if (atLeast is null && atMost is null)
        {
            problems.Add(bounds.Node, $"the condition on '{feature}' needs 'atLeast' or 'atMost'");
        }
        else if (atLeast > atMost)
        {
            problems.Add(bounds.Node, FormattableString.Invariant($"the condition on '{feature}' never holds: at least {atLeast}, at most {atMost}"));
        }

        return new FeatureCondition { Feature = feature, AtLeast = atLeast, AtMost = atMost };
    }

    private List<AttributeCondition> ReadAttributes(MapReader rule)
    {
        List<AttributeCondition> conditions = [];
        if (OpenConditions(rule, "attributes") is not MapReader map)
        {
            return conditions;
        }

        foreach (YamlNode key in map.Keys.OrderBy(key => key.Text, StringComparer.Ordinal))
        {
            if (!Names.IsName(key.Text, AttributeCharacters))
            {
                problems.Add(key, $"the attribute {YamlNode.Quote(key.Text)} is {Names.Rule(AttributeCharacters)}");
            }

            List<string> values = [];
            UniqueNames unique = new("the value", problems);
            foreach (YamlNode item in map.Items(key.Text, "values, e.g. [mobile, tablet]", required: false))
            {
                if (MapReader.IsText(item, $"a value of '{key.Text}'", problems))
                {
                    unique.Add(item.Text, item);
                    values.Add(item.Text);
                }
            }

            conditions.Add(new AttributeCondition { Name = key.Text, AnyOf = [.. values] });
        }

        return conditions;
    }

    private MapReader? OpenConditions(MapReader rule, string key)
    {
        YamlNode? node = rule.Value(key, required: false);
        MapReader? map = node is null ? null : MapReader.Open(node, $"'{key}'", problems, allowed: null);
        if (map is not null && !map.Keys.Any())
        {
            problems.Add(node!, $"'{key}' is empty: leave it out, or name a condition");
        }

        return map;
    }
}
