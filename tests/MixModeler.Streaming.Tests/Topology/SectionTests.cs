using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>The plural forms, harmonize and audiences.</summary>
public sealed class SectionTests
{
    private const string Features = "topology: t\ntenant: acme\nfeatures: [{ name: visits, count: visit }]\n";
    private const string Small = Features + "source: { identity: [_acme.id] }\n";
    private const string WithModel = Small + "model: { name: buys, label: { event: order } }\n";

    [Fact]
    public void Sources_models_and_scores_become_the_plan()
    {
        TopologyPlan plan = Valid(TopologyLoader.Load(RichTopology.Path));

        Assert.Equal(("events", "web-events", "rich.web-events"), (plan.Source.Name, plan.Source.Topic, plan.Topics.Events));
        Assert.Equal(
            [
                new FieldPlan("device", "_acme.device.type", FieldType.String),
                new FieldPlan("email", "_acme.contact.email", FieldType.String),
                new FieldPlan("total", "commerce.order.priceTotal", FieldType.Double),
            ],
            plan.Source.Fields);
        Assert.Equal(["email"], plan.Source.PersonalFields);
        RecordSourcePlan products = Assert.Single(plan.Records);
        Assert.Equal(("products", "catalog", "sku", "changed"), (products.Name, products.Topic, products.Key, products.Time));
        Assert.Equal(FieldType.Timestamp, products.Fields[0].Type);
        Assert.Equal(("propensity", "_acme.likely", 0.05), (plan.Model!.Name, plan.Model.ProfilePath, plan.Model.BaseRate));
        Assert.Equal("propensity", plan.Decisions.Model);
    }

    [Fact]
    public void Audiences_are_located_expressions()
    {
        TopologyPlan plan = Valid(TopologyLoader.Load(RichTopology.Path));

        Assert.Equal(["likely-buyers", "lapsed"], plan.Audiences.Select(audience => audience.Name));
        Assert.Equal("score > 0.1 && features.visits >= 2.0", plan.Audiences[0].When.Text);
        Assert.Equal(new Place(RichTopology.Path, 53, 11), plan.Audiences[0].When.Place);
        Assert.Equal(("Those to write to", ""), (plan.Audiences[0].Description, plan.Audiences[1].Description));
    }

    [Theory]
    [InlineData("when: score > x", 8, 5, 19)]
    [InlineData("when: 'score > x'", 8, 5, 20)]
    [InlineData("when: |\n      score > x", 8, 6, 15)]
    [InlineData("when: |\n      score\n        > x", 10, 7, 11)]
    [InlineData("when: |\n\n      score > x", 9, 5, 11)]                         // Not as it stands: the beginning.
    [InlineData("when: \"score\\x20> x\"", 8, 5, 11)]
    [InlineData("when: >\n      score > x", 8, 5, 11)]
    [InlineData("when: score\n      > x", 8, 5, 11)]
    public void A_place_inside_of_an_expression_is_found(string when, int offset, int line, int column)
    {
        string text = Features + "audiences:\n  - " + when + "\n    name: a\nsource: { identity: [a] }";
        ExpressionText expression = Valid(TopologyLoader.Parse(text, "t.yaml", null, new UncheckedNodes())).Audiences[0].When;

        Assert.Equal(new Place("t.yaml", line, column), expression.At(offset));
    }

    [Fact]
    public void The_plural_and_the_single_form_say_the_same()
    {
        TopologyPlan single = Valid(TopologyLoader.Parse(WithModel, "t.yaml"));
        TopologyPlan plural = Valid(TopologyLoader.Parse(
            Features + "sources: { events: { identity: [_acme.id] } }\nmodels: { buys: { label: { event: order } } }\nscores: { buys: { profile: _acme.buys } }", "t.yaml"));

        Assert.Equal(PlanText.Of(single with { Version = "", Decisions = single.Decisions with { Version = "" }, Graph = TopologyGraph.Empty }),
            PlanText.Of(plural with { Version = "", Decisions = plural.Decisions with { Version = "" }, Graph = TopologyGraph.Empty }));
        Assert.Equal(single.Graph.Edges.Select(edge => edge.ToString()), plural.Graph.Edges.Select(edge => edge.ToString()));
    }

    [Theory]
    // One form.
    [InlineData(Small, "sources: { events: { identity: [a] } }", 5, 1, "'sources' and 'source' are two forms of one thing: keep one; 'source' is in line 4")]
    [InlineData(WithModel, "models: { buys: { label: { event: x } } }", 6, 1, "'models' and 'model' are two forms of one thing: keep one; 'model' is in line 5")]
    [InlineData(Small, "models: { b: { label: { event: x } }, a: { label: { event: y } } }", 5, 39, "the model 'a' is one too many beside 'b': this version learns one model a topology")]
    [InlineData(Features, "sources: { a: { identity: [x] }, b: { identity: [x] } }", 4, 34, "the source 'b' is a second source of events beside 'a'")]
    // Sources.
    [InlineData(Features, "sources: {}", 4, 10, "'sources' is empty")]
    [InlineData(Features, "sources: { a b: { identity: [x] } }", 4, 12, "a source is 'a b': at most 64 letters")]
    [InlineData(Features, "sources: { r: { kind: records, key: k, fields: { k: \"k:string\" } } }", 4, 1, "'features' needs a source of events")]
    [InlineData(Features, "sources: { e: { kind: evnts, identity: [x] } }", 4, 23, "'kind' is 'evnts'; did you mean 'events'? Allowed: events, records")]
    [InlineData(Features, "sources: { e: { identity: [x] }, r: { kind: records, fields: { k: \"k:string\" } } }", 4, 37, "the source 'r' needs 'key'")]
    [InlineData(Features, "sources: { e: { identity: [x] }, r: { kind: records, key: kk, fields: { k: \"k:string\" } } }", 4, 59, "there is no field 'kk'; allowed: k")]
    [InlineData(Features, "sources: { e: { identity: [x] }, r: { kind: records, identity: [x], key: k, fields: { k: \"k:int\" } } }", 4, 54, "the source 'r' has no 'identity'")]
    [InlineData(Features, "sources: { e: { identity: [x], fields: { f: \"a.b:strin\" } } }", 4, 45, "the field 'f' has the type 'strin'; did you mean 'string'?")]
    [InlineData(Features, "sources: { e: { identity: [x], fields: { f: a.b } } }", 4, 45, "the field 'f' is 'path:type' or a map with path, type; found 'a.b'")]
    [InlineData(Features, "sources: { e: { identity: [x], fields: { f: { path: a..b, type: int } } } }", 4, 53, "'path' is a dotted path")]
    [InlineData(Features, "sources: { e: { identity: [x], fields: { f: { path: a, type: integer } } } }", 4, 62, "'type' is 'integer'; allowed: string, int, double, bool, timestamp, list, map")]
    [InlineData(Features, "sources: { e: { identity: [x], fields: { f: \"a:int\" }, pii: [g] } }", 4, 62, "there is no field 'g'; allowed: f")]
    [InlineData(Features, "source: { identity: [x], topic: a/b }", 4, 33, "'topic' is 'a/b'")]
    // Scores.
    [InlineData(WithModel, "scores: { bys: { profile: a.b } }", 6, 11, "there is no model 'bys'; did you mean 'buys'?")]
    [InlineData(Small, "scores: { buys: { profile: a.b } }", 5, 11, "there is no model 'buys': the topology has none")]
    [InlineData(Small, "models: { m: { label: { event: x }, profile: a.b } }\nscores: { m: { profile: c.d } }", 6, 16, "'profile' is here twice; first in line 5")]
    // Audiences.
    [InlineData(Small, "audiences: [{ name: a }]", 5, 13, "an audience needs 'when'")]
    [InlineData(Small, "audiences: [{ name: a, when: '' }]", 5, 30, "'when' is an expression of 1 to 4,096 characters; found ''")]
    [InlineData(Small, "audiences: [{ name: a, when: x }, { name: a, when: y }]", 5, 37, "the audience 'a' is here twice; first in line 5")]
    // Harmonize.
    [InlineData(Small, "harmonize: [{ where: a, set: { b: c } }]", 5, 13, "a step filters with 'where' or computes with 'set', not both")]
    [InlineData(Small, "harmonize: [{ name: a }]", 5, 13, "a step needs 'where' or 'set'")]
    [InlineData(Small, "harmonize: [{ wher: a }]", 5, 15, "a step has no 'wher'; did you mean 'where'?")]
    [InlineData(Small, "harmonize: [{ set: { b: [c] } }]", 5, 25, "'b' is an expression of 1 to 4,096 characters; found a list")]
    [InlineData(Small, "harmonize: [{ where: a, onError: dead-leter }]", 5, 34, "'onError' is dead-letter, drop, stop, or a map with retry; found 'dead-leter'; did you mean 'dead-letter'?")]
    [InlineData(Small, "harmonize: [{ where: a, onError: { retry: { attempts: 1 } } }]", 5, 55, "'attempts' is a whole number from 2 to 100; found '1'")]
    [InlineData(Small, "harmonize: [{ where: a, onError: { retry: { backOff: 2h } } }]", 5, 54, "'backOff' is 2h: allowed is 0s to 1h")]
    // Without features.
    [InlineData("topology: t\ntenant: acme\nsource: { identity: [x] }\n", "nodes: { n: { operator: sink } }\nedges: [events -> n]\nmodel: { name: m, label: { event: e } }", 6, 1, "'model' needs 'features'")]
    [InlineData("topology: t\ntenant: acme\nsource: { identity: [x] }\n", "harmonize: [{ where: a }]", 1, 1, "a topology needs 'features'")]
    public void A_mistake_is_one_problem_where_it_was_made(string before, string text, int line, int column, string message)
    {
        TopologyResult result = TopologyLoader.Parse(before + text, "t.yaml");

        Assert.True(
            result.Problems is [Problem only] && only.Line == line && only.Column == column && only.Message.Contains(message, StringComparison.Ordinal),
            $"expected {line}:{column} … {message} …, found\n{string.Join("\n", result.Problems)}");
    }

    private static TopologyPlan Valid(TopologyResult result)
    {
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan;
    }
}
