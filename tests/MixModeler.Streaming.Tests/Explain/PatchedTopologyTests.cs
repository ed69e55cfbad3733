using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class PatchedTopologyTests
{
    private const string Text = """
        topology: acme # kept 1
        tenant: acme
        datasets:
          youtube:
            category: Summary
            date: Date
            restatement: { by: Replacement }
            fields: { Channel: String } # kept 2
            map:
              channel: { field: Channel, known: [YouTube, TV] } # kept 3
              campaign:
                # kept 4
                cases:
                  - { any: [ { field: Campaign, startsWith: [BF] } ], then: { value: Black Friday } } # kept 5
                otherwise: { field: Campaign }
                known: [Black Friday, Summer]
              clicks: { sum: Clicks }
              spend: { sum: Spend }
            units: [ { metric: spend, per: clicks, from: 0.001, to: 100 } ]
          tv:
            category: Summary
            date: Date
            restatement: { by: Aggregation }
            map:
              channel: { value: TV }
              spend: { sum: Spend }
        """;

    [Theory]
    [InlineData("channel", "Channel", "Youtub", "YouTube")]
    [InlineData("channel", "Channel", "Radio: 100%", null)]
    [InlineData("campaign", "Campaign", "Blck Friday", "Black Friday")]
    [InlineData("campaign", "Campaign", "Weihnachten", null)]
    public void An_unknown_value_is_taken_after_the_patch(string field, string path, string value, string? becomes)
    {
        DeadLetterRecord letter = QuarantineGroupsTests.Unknown(1, value) with { Field = field, Path = path };
        TopologyPlan patched = Patch(Text, letter, out string text);

        DimensionMapping mapping = Youtube(patched).Dimensions.Single(dimension => dimension.Field == field);
        if (becomes is null)
        {
            Assert.Contains(value, mapping.Known);
        }
        else
        {
            Assert.Equal(new MappingValue(IsField: false, becomes), mapping.Cases[0].Then);
            Assert.Equal([value], mapping.Cases[0].Conditions.Single().Values);
        }

        Assert.Equal(5, text.Split("# kept").Length - 1);
        Assert.NotEqual(Youtube(Load(Text)).Identity, Youtube(patched).Identity);
    }

    [Fact]
    public void A_changed_unit_is_scaled_after_the_patch()
    {
        TopologyPlan patched = Patch(Text, QuarantineGroupsTests.Drift(1, 2_500, new DateOnly(2024, 5, 1)), out _);
        MetricScale scale = Assert.Single(Youtube(patched).Metrics.Single(metric => metric.Field == "spend").Scales);
        Assert.Equal((0.01m, new DateOnly(2024, 5, 1)), (scale.By, scale.From));
    }

    [Fact]
    public void Patches_follow_one_another()
    {
        string text = Text;
        foreach (string value in new[] { "Blck Friday", "Sumer", "Weihnachten", "Blak Friday", "Sommer: heiß" })
        {
            Patch(text, QuarantineGroupsTests.Unknown(1, value), out text);
        }

        Patch(text, QuarantineGroupsTests.Drift(1, 2_500, new DateOnly(2024, 5, 1)), out text);
        Patch(text, QuarantineGroupsTests.Drift(1, 25_000, new DateOnly(2024, 6, 1)), out text);
        Assert.Equal([0.01m, 0.00001m], Youtube(Load(text)).Metrics.Single(metric => metric.Field == "spend").Scales.Select(scale => scale.By));
    }

    [Fact]
    public async Task Rows_are_named_as_the_topology_declares()
    {
        TopologyPlan plan = Load(Text);
        RecordForm replaced = RecordForm.Of(Youtube(plan), plan.Topics);
        RecordForm added = RecordForm.Of(plan.Harmonized.Datasets.Single(dataset => dataset.Name == "tv"), plan.Topics);
        RecordingSink sink = new();
        foreach (RecordForm form in new[] { replaced, added })
        {
            FileDelivery delivery = new(form, plan, sink, new FileDeliveryOptions { Name = "x.csv" });
            await delivery.RunAsync(
                () => new MemoryStream(Encoding.UTF8.GetBytes("Date,Channel,Spend\n2021-12-31,7,1\n")), null, TestContext.Current.CancellationToken);
        }

        Assert.Equal(("mm.summary", "youtube 2021-12-31"), (sink.Sent[0].Topic, sink.Sent[0].Key));
        Assert.Equal("""{"dataset":"youtube","Date":"2021-12-31","Channel":"7","Spend":1}""", sink.Sent[0].Value);
        Assert.StartsWith("{\"dataset\":\"tv\",\"_id\":\"" + sink.Sent[1].Key + "\"", sink.Sent[1].Value, StringComparison.Ordinal);
    }

    private static DatasetPlan Youtube(TopologyPlan plan) => plan.Harmonized.Datasets.Single(dataset => dataset.Name == "youtube");

    private static TopologyPlan Load(string text)
    {
        TopologyResult result = TopologyLoader.Parse(text, "acme.yaml");
        Assert.True(result.IsValid, string.Join('\n', result.Problems) + "\n" + text);
        return result.Plan;
    }

    private static TopologyPlan Patch(string before, DeadLetterRecord letter, out string text)
    {
        QuarantineGroups groups = new();
        groups.Add(new(0, 1), letter, 1);
        QuarantineGroup group = Assert.Single(groups.All);
        MappingChange? change = MappingChange.Suggest(Youtube(Load(before)), group, out string whyNot);
        Assert.True(change is not null, whyNot);
        string? edited = TopologyEdit.Apply(before, change);
        Assert.NotNull(edited);
        text = edited;
        TopologyPlan patched = Load(text);
        Assert.True(group.IsDrift || MappingChange.IsCovered(Youtube(patched), group), text);
        return patched;
    }
}
