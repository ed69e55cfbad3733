using System.Text;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Tests.Score;

public sealed class DecisionPlanTests
{
    private static readonly Feature[] Features =
        [new("clicks", FeatureKind.Count), new("minutesSinceClick", FeatureKind.MinutesSince)];

    [Theory]
    [InlineData(0.0999999, 5, "otherwise")]
    [InlineData(0.1, 5, "likely")]
    [InlineData(0.4999, 5, "likely")]
    [InlineData(0.5, 5, "certain")]
    [InlineData(1.0, 5, "certain")]
    public void The_upper_bound_of_a_score_is_exclusive_save_one(double score, double clicks, string rule)
    {
        DecisionPlan plan = DecisionPlan.Compile(Document(
            new RuleDocument { Name = "likely", Show = "a", ScoreFrom = 0.1, ScoreTo = 0.5 },
            new RuleDocument { Name = "certain", Show = "b", ScoreFrom = 0.5, ScoreTo = 1 }));
        Assert.Equal(rule, plan.Choose(0, [clicks, double.NaN], score, default).Rule);
    }

    [Fact]
    public void The_first_rule_that_holds_wins()
    {
        DecisionPlan plan = DecisionPlan.Compile(Document(
            new RuleDocument { Name = "first", Show = "a", ScoreFrom = 0.2 },
            new RuleDocument { Name = "second", Show = "b" }));
        Assert.Equal("first", plan.Choose(0, [0, 0], 0.3, default).Rule);
        Assert.Equal("second", plan.Choose(0, [0, 0], 0.1, default).Rule);
    }

    [Fact]
    public void A_condition_on_a_feature_holds_within_both_bounds_and_only_if_the_feature_is_known()
    {
        DecisionPlan plan = DecisionPlan.Compile(Document(new RuleDocument
        {
            Name = "recent",
            Show = "a",
            Features = [new FeatureCondition { Feature = "minutesSinceClick", AtLeast = 1, AtMost = 60 }],
        }));
        Assert.Equal("recent", plan.Choose(0, [0, 1], 0.5, default).Rule);
        Assert.Equal("recent", plan.Choose(0, [0, 60], 0.5, default).Rule);
        Assert.Equal("otherwise", plan.Choose(0, [0, 60.001], 0.5, default).Rule);
        Assert.Equal("otherwise", plan.Choose(0, [0, 0.999], 0.5, default).Rule);
        Assert.Equal("otherwise", plan.Choose(0, [0, double.NaN], 0.5, default).Rule);
    }

    [Fact]
    public void A_condition_on_an_attribute_holds_when_the_request_carries_one_of_its_values()
    {
        DecisionPlan plan = DecisionPlan.Compile(Document(new RuleDocument
        {
            Name = "mobile",
            Show = "a",
            Attributes = [new AttributeCondition { Name = "device", AnyOf = ["mobile", "täblet"] }],
        }));
        Assert.Equal("mobile", Choose(plan, ("x", "y"), ("device", "mobile")));
        Assert.Equal("mobile", Choose(plan, ("device", "täblet")));
        Assert.Equal("otherwise", Choose(plan, ("device", "desktop")));
        Assert.Equal("otherwise", Choose(plan, ("Device", "mobile")));
        Assert.Equal("otherwise", Choose(plan));
    }

    [Fact]
    public void Every_problem_of_a_document_is_named()
    {
        DecisionDocument document = Document(
            new RuleDocument { Name = "otherwise", Show = "", ScoreFrom = 0.5, ScoreTo = 0.4 },
            new RuleDocument
            {
                Name = "two",
                Show = "b",
                Features = [new FeatureCondition { Feature = "nothing" }],
                Attributes = [new AttributeCondition { Name = "device" }],
            });
        document.Clock = "sundial";
        document.Features = [.. Features, Features[0], new Feature("sum", FeatureKind.DecayedSum)];
        DecisionPlanException e = Assert.Throws<DecisionPlanException>(() => DecisionPlan.Compile(document));
        Assert.Equal(8, e.Problems.Count);
        foreach (string part in new[]
        {
            "clock", "'clicks' is declared 2 times", "'sum' needs a half-life", "rules[0].show", "'otherwise' is taken",
            "0.5 to 0.4", "no feature 'nothing'", "rules[1].attributes[0].anyOf",
        })
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Scopes_are_found_by_their_name_and_carry_what_strangers_see()
    {
        DecisionPlan plan = DecisionPlan.Compile(Document());
        Assert.Equal(0, plan.IndexOf("hero"u8));
        Assert.Equal(-1, plan.IndexOf("her"u8));
        Assert.Equal("welcome", plan.Unknown(0).Experience);
        Assert.Equal("unknown", plan.Unknown(0).Rule);
        Assert.Equal("story", plan.Choose(0, [0, 0], 0.5, default).Experience);
    }

    private static string Choose(DecisionPlan plan, params (string Name, string Value)[] attributes)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(attributes.Select(each => each.Name + each.Value)));
        List<AttributeSpan> spans = [];
        int at = 0;
        foreach ((string name, string value) in attributes)
        {
            int nameLength = Encoding.UTF8.GetByteCount(name);
            int valueLength = Encoding.UTF8.GetByteCount(value);
            spans.Add(new AttributeSpan(at, nameLength, at + nameLength, valueLength));
            at += nameLength + valueLength;
        }

        return plan.Choose(0, [0, 0], 0.5, new RequestAttributes(bytes, spans.ToArray())).Rule;
    }

    private static DecisionDocument Document(params RuleDocument[] rules) => new()
    {
        Topology = "t",
        Version = "1",
        Model = "m",
        BaseRate = 0.02,
        Features = Features,
        Scopes = [new ScopeDocument { Scope = "hero", Rules = rules, Otherwise = "story", Unknown = "welcome" }],
    };
}
