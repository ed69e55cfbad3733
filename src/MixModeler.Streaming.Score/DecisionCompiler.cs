using System.Text;

namespace MixModeler.Streaming.Score;

// Checks a decision document and resolves its names; collects every problem rather than stopping at the first.
internal sealed class DecisionCompiler(DecisionDocument document, FeatureSchema schema)
{
    // Whoever decides keeps row, values and inputs on the stack: 32 bytes a feature.
    private const int FeaturesMax = 512;

    public List<string> Problems { get; } = [];

    public DecisionPlan.Scope[] Compile()
    {
        if (document.Clock is not ("wall" or "event"))
        {
            Problems.Add($"clock: '{document.Clock}' is neither wall nor event");
        }

        if (!(document.BaseRate >= 0 && document.BaseRate <= 1))
        {
            Problems.Add($"baseRate: {document.BaseRate} is no probability");
        }

        if (document.Features.Length > FeaturesMax)
        {
            Problems.Add($"features: {document.Features.Length} are declared, at most {FeaturesMax} are allowed");
        }

        foreach (IGrouping<string, Feature> same in document.Features.GroupBy(feature => feature.Name).Where(same => same.Count() > 1))
        {
            Problems.Add($"features: '{same.Key}' is declared {same.Count()} times");
        }

        foreach (Feature feature in document.Features.Where(each => each.Kind == FeatureKind.DecayedSum && each.HalfLifeMs <= 0))
        {
            Problems.Add($"features: '{feature.Name}' needs a half-life above 0 ms");
        }

        HashSet<string> names = [];
        return [.. document.Scopes.Select((scope, i) => CompileScope(scope, $"scopes[{i}]", names))];
    }

    private DecisionPlan.Scope CompileScope(ScopeDocument scope, string path, HashSet<string> names)
    {
        Require(scope.Scope, $"{path}.scope");
        Require(scope.Otherwise, $"{path}.otherwise");
        Require(scope.Unknown, $"{path}.unknown");
        if (!names.Add(scope.Scope))
        {
            Problems.Add($"{path}.scope: '{scope.Scope}' is declared twice");
        }

        HashSet<string> ruleNames = [DecisionPlan.OtherwiseRule, DecisionPlan.UnknownRule];
        return new DecisionPlan.Scope(
            [.. Encoding.UTF8.GetBytes(scope.Scope)],
            [.. scope.Rules.Select((rule, i) => CompileRule(scope.Scope, rule, $"{path}.rules[{i}]", ruleNames))],
            new Outcome(scope.Scope, scope.Otherwise, DecisionPlan.OtherwiseRule),
            new Outcome(scope.Scope, scope.Unknown, DecisionPlan.UnknownRule));
    }

    private DecisionPlan.Rule CompileRule(string scope, RuleDocument rule, string path, HashSet<string> names)
    {
        Require(rule.Name, $"{path}.name");
        Require(rule.Show, $"{path}.show");
        if (!names.Add(rule.Name))
        {
            Problems.Add($"{path}.name: '{rule.Name}' is taken");
        }

        if (!(rule.ScoreFrom >= 0 && rule.ScoreFrom <= rule.ScoreTo && rule.ScoreTo <= 1))
        {
            Problems.Add($"{path}.score: {rule.ScoreFrom} to {rule.ScoreTo} is no range within 0 to 1");
        }

        // The upper bound is exclusive, save 1: a score of exactly 1 belongs to the range that ends there.
        double below = rule.ScoreTo == 1 ? double.PositiveInfinity : rule.ScoreTo;
        return new DecisionPlan.Rule(
            new Outcome(scope, rule.Show, rule.Name),
            rule.ScoreFrom,
            below,
            [.. rule.Features.Select((condition, i) => CompileFeature(condition, $"{path}.features[{i}]"))],
            [.. rule.Attributes.Select((condition, i) => CompileAttribute(condition, $"{path}.attributes[{i}]"))],
            [.. rule.Audiences.Select((name, i) => CompileAudience(name, $"{path}.audiences[{i}]")).OfType<AudienceRule>()]);
    }

    private DecisionPlan.FeatureBound CompileFeature(FeatureCondition condition, string path)
    {
        int feature = schema.IndexOf(condition.Feature);
        double atLeast = condition.AtLeast ?? double.NegativeInfinity;
        double atMost = condition.AtMost ?? double.PositiveInfinity;
        if (feature < 0)
        {
            Problems.Add($"{path}: there is no feature '{condition.Feature}'");
        }

        if (!(atLeast <= atMost))
        {
            Problems.Add($"{path}: at least {atLeast} and at most {atMost} never holds");
        }

        return new DecisionPlan.FeatureBound(feature, atLeast, atMost);
    }

    private DecisionPlan.AttributeSet CompileAttribute(AttributeCondition condition, string path)
    {
        Require(condition.Name, $"{path}.name");
        if (condition.AnyOf.Length == 0)
        {
            Problems.Add($"{path}.anyOf: no value is named, so it never holds");
        }

        return new DecisionPlan.AttributeSet(condition);
    }

    private AudienceRule? CompileAudience(string name, string path)
    {
        if (Array.Find(document.Audiences, audience => audience.Name == name) is not { } audience)
        {
            Problems.Add($"{path}: there is no audience '{name}'");
            return null;
        }

        AudienceRule? rule = AudienceRule.Compile(audience.When, document.Features.Select(feature => feature.Name), out string? problem);
        if (rule is null)
        {
            Problems.Add($"{path}: '{name}' cannot be decided: {problem}");
        }

        return rule;
    }

    private void Require(string text, string path)
    {
        if (string.IsNullOrEmpty(text))
        {
            Problems.Add($"{path}: is missing");
        }
    }
}
