using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology;

/// <summary>`decisions`: per scope the rules that map scores, features and attributes to experiences.</summary>
internal sealed class DecisionSection
{
    private const string ScopeCharacters = "-_.:/";
    private static readonly string[] Clocks = ["wall", "event"];
    private static readonly NumberRange Probability = NumberRange.Inclusive(0, 1);

    private readonly ProblemList problems;
    private readonly FeatureSection features;
    private readonly bool hasModel;

    private DecisionSection(FeatureSection features, bool hasModel, ProblemList problems)
    {
        this.features = features;
        this.hasModel = hasModel;
        this.problems = problems;
    }

    /// <summary>A document without scopes where the topology decides nothing.</summary>
    public static DecisionDocument Read(MapReader root, FeatureSection features, ProblemList problems)
    {
        DecisionDocument otherwise = new();
        YamlNode? node = root.Value("decisions", required: false);
        MapReader? decisions = node is null ? null : MapReader.Open(node, "'decisions'", problems, ["clock", "scopes"]);
        if (decisions is null)
        {
            return otherwise;
        }

        DecisionSection section = new(features, root.Has("model"), problems);
        return otherwise with
        {
            Clock = section.ReadClock(decisions) ?? otherwise.Clock,
            Scopes = [.. section.ReadScopes(decisions)],
        };
    }

    private string? ReadClock(MapReader decisions)
    {
        string? clock = decisions.Text("clock", required: false);
        if (clock is null || Clocks.Contains(clock))
        {
            return clock;
        }

        problems.Add(
            decisions.Value("clock", required: false)!,
            $"'clock' is {YamlNode.Quote(clock)}{NearestName.Advice(clock, Clocks)}");
        return null;
    }

    private List<ScopeDocument> ReadScopes(MapReader decisions)
    {
        List<ScopeDocument> scopes = [];
        UniqueNames unique = new("the scope", problems);
        foreach (YamlNode item in decisions.Items("scopes", "scopes, e.g. { scope: home-hero, otherwise: brand-story }", required: true))
        {
            MapReader? scope = MapReader.Open(item, "a scope", problems, ["scope", "rules", "otherwise", "unknown"]);
            if (scope is null)
            {
                continue;
            }

            string? name = scope.Name("scope", ScopeCharacters);
            unique.Add(name, scope.Has("scope") ? scope.Value("scope", required: false) ?? item : item);
            string otherwise = scope.Text("otherwise") ?? "";
            scopes.Add(new ScopeDocument
            {
                Scope = name ?? "",
                Rules = [.. ReadRules(scope)],
                Otherwise = otherwise,
                Unknown = scope.Text("unknown", required: false) ?? otherwise,
            });
        }

        return scopes;
    }

    private List<RuleDocument> ReadRules(MapReader scope)
    {
        List<RuleDocument> rules = [];
        UniqueNames unique = new("the rule", problems);
        string? always = null;
        foreach (YamlNode item in scope.Items("rules", "rules", required: false))
        {
            MapReader? map = MapReader.Open(item, "a rule", problems, ["name", "score", "features", "attributes", "show"]);
            if (map is null)
            {
                continue;
            }

            if (always is not null)
            {
                problems.Add(item, $"this rule is never reached: '{always}' above has no condition and always holds");
                always = null;                // Once is enough.
            }

            string? name = map.Name("name", "-_.");
            if (name is not null)
            {
                unique.Add(name, map.Value("name", required: false)!);
            }

            if (!map.Has("score") && !map.Has("features") && !map.Has("attributes"))
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
        };
    }

    private (double From, double To) ReadScore(MapReader rule)
    {
        YamlNode? node = rule.Value("score", required: false);
        MapReader? score = node is null ? null : MapReader.Open(node, "'score'", problems, ["from", "to"]);
        if (score is null)
        {
            return (0, 1);
        }

        if (!hasModel)
        {
            problems.Add(rule.KeyNode("score"), "'score' needs a score: this topology has no 'model'");
        }

        double from = score.Number("from", 0, Probability);
        double to = score.Number("to", 1, Probability);
        if (from >= to)
        {
            problems.Add(node!, FormattableString.Invariant($"'score' from {from} to {to} never holds: from is below to"));
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

        foreach (YamlNode key in map.Keys)
        {
            if (!features.HasNameless && !features.NamesWritten.Contains(key.Text))
            {
                string? nearest = NearestName.Of(key.Text, features.NamesWritten);
                string advice = nearest is null ? ": 'features' above lists them" : $"; did you mean '{nearest}'?";
                problems.Add(key, $"there is no feature {YamlNode.Quote(key.Text)}{advice}");
            }

            YamlNode? node = map.Value(key.Text, required: false);
            MapReader? bounds = node is null ? null : MapReader.Open(node, $"the condition on '{key.Text}'", problems, ["atLeast", "atMost"]);
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

        foreach (YamlNode key in map.Keys)
        {
            if (!Names.IsName(key.Text, "-_."))
            {
                string form = $"at most {Names.CharactersMax} letters, digits and - _ ., beginning with a letter or _";
                problems.Add(key, $"the attribute {YamlNode.Quote(key.Text)} is {form}");
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
