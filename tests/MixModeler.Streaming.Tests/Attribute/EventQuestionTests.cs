using System.Text;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>Conditions of attribution models over the JSON of an event.</summary>
public sealed class EventQuestionTests
{
    private const string Event = """
        {"eventType":"buy","price":60,"share":0.5,"new":true,"note":null,"tags":["vip","eu"],"name":"Ana \"A\" ",
         "commerce":{"order":{"priceTotal":75.5,"currency":"EUR"},"items":[{"sku":"x"}]},"path":"event.price"}
        """;

    [Theory]
    [InlineData("event.price > 50", true)]
    [InlineData("event.price > 50.5 && event.share < 1.0", true)]
    [InlineData("event.commerce.order.priceTotal >= 75.5 && event.commerce.order.currency in ['EUR', 'CHF']", true)]
    [InlineData("event.commerce.order.currency.startsWith('E') || event.price < 0", true)]
    [InlineData("event.eventType == 'buy' && event.new", true)]
    [InlineData("'vip' in event.tags", true)]
    [InlineData("event.tags.exists(t, t == 'us')", false)]
    [InlineData("event.commerce.items[0].sku == 'x'", true)]
    [InlineData("has(event.commerce.order.coupon)", false)]
    [InlineData("!has(event.commerce.order.coupon) && has(event.commerce.order.currency)", true)]
    [InlineData("event.name == 'Ana \"A\" '", true)]
    [InlineData("event.path == 'event.price'", true)]
    [InlineData("event.note == null", true)]
    [InlineData("event.missing > 3", false)]
    [InlineData("event.missing != 3", false)]
    [InlineData("event.price > 'a'", false)]
    [InlineData("event . price == 60", true)]
    public void A_condition_reads_the_fields_that_it_names(string expression, bool holds)
    {
        Assert.Equal(holds, Question($"{{ when: {Quoted(expression)} }}")(Event));
        Assert.False(Question($"{{ when: {Quoted(expression)} }}")("{}"));
    }

    [Theory]
    [InlineData("{ event: buy, when: 'event.price > 50' }", true)]
    [InlineData("{ event: buy, when: 'event.price > 500' }", false)]
    [InlineData("{ event: sell, when: 'event.price > 50' }", false)]
    [InlineData("{ path: commerce.order.currency, is: [CHF, EUR], when: 'event.new' }", true)]
    public void A_type_and_a_condition_hold_together(string match, bool holds) => Assert.Equal(holds, Question(match)(Event));

    [Theory]
    [InlineData("{ when: 'event.price >' }", "'when':")]
    [InlineData("{ when: 'event.price + 1' }", "'when' must be bool")]
    [InlineData("{ when: 'price > 1' }", "price")]
    [InlineData("{ is: a }", "it needs 'event', or 'path' and 'is', or 'when'")]
    [InlineData("{ when: 'event.new', is: a }", "it needs 'event', or 'path' and 'is', or 'when'")]
    [InlineData("{ event: a, path: b }", "it needs 'event', or 'path' and 'is', or 'when'")]
    public void A_mistake_is_one_problem(string match, string expected)
    {
        Problem problem = Assert.Single(TopologyLoader.Parse(Topology(match), "t.yaml").Problems);

        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_condition_is_another_model()
    {
        string Identity(string match) => TopologyLoader.Parse(Topology(match), "t.yaml").Plan!.Attributions[0].Identity;

        Assert.NotEqual(Identity("{ when: 'event.price > 50' }"), Identity("{ when: 'event.price > 51' }"));
        Assert.NotEqual(Identity("{ event: buy }"), Identity("{ event: buy, when: 'event.new' }"));
    }

    [Fact]
    public void Models_by_region_need_a_region()
    {
        Problem problem = Assert.Single(TopologyLoader.Parse(Topology("{ event: buy }") + "    regionConversions: 10\n", "t.yaml").Problems);

        Assert.Contains("'regionConversions' needs 'region'", problem.Message, StringComparison.Ordinal);
    }

    private static Func<string, bool> Question(string eligible)
    {
        TopologyResult result = TopologyLoader.Parse(Topology(eligible), "t.yaml");
        Assert.Empty(result.Problems);
        RecordFields fields = new([]);
        EventQuestion question = new(result.Plan!.Attributions[0].Eligible!, fields);
        fields.Complete();
        return json => fields.Read(Encoding.UTF8.GetBytes(json)) == RecordForm.Read && question.Holds(fields);
    }

    private static string Quoted(string expression) => $"'{expression.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Topology(string eligible) => $$"""
        topology: t
        tenant: x
        source: { identity: [who] }
        features:
          - { name: views, count: view }
        attributions:
          orders:
            conversion: { event: order }
            touchpoints: [ { name: email, event: mail } ]
            eligible: {{eligible}}

        """;
}
