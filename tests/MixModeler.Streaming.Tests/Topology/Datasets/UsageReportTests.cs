using System.Text.Json;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Topology.Datasets;

public sealed class UsageReportTests
{
    private static readonly UsageReport Report = UsageReport.Of(DatasetTopology.Plan);

    [Fact]
    public void A_field_tells_who_maps_reads_and_prefers_it()
    {
        Assert.Equal(
            [
                new User(UserKind.Dataset, "websdk", "maps"), new User(UserKind.Dataset, "youtube", "maps"), new User(UserKind.Dataset, "youtube", "mandatory"),
                new User(UserKind.Dataset, "youtube", "unit"), new User(UserKind.DerivedField, "ctr", "formula"),
                new User(UserKind.Preference, "clicks in 'YouTube' of channels: Event", "metric"), new User(UserKind.Touchpoint, "Anything", "volume"),
            ],
            Of(Report.Fields, "clicks").UsedBy);
        Assert.Equal([new User(UserKind.Conversion, "Store", "rule")], Of(Report.Fields, "conversiontype").UsedBy);
        Assert.Equal([new User(UserKind.Conversion, "Store", "revenue")], Of(Report.Fields, "gross_demand").UsedBy);
    }

    [Fact]
    public void A_dataset_tells_what_reads_the_metrics_that_it_brings()
    {
        Assert.Equal(
            [new User(UserKind.Preference, "orders in 'Online' of conversionTypes: Event", "orders"), new User(UserKind.Conversion, "Store", "orders")],
            Of(Report.Datasets, "websdk").UsedBy.Where(user => user.How == "orders" && !user.Name.Contains("Catalog", StringComparison.Ordinal)));
        Assert.True(Of(Report.Datasets, "weather").IsUnused);
    }

    [Fact]
    public void What_nothing_uses_is_said_to_be_so()
    {
        Assert.True(Of(Report.Fields, "net_sales").IsUnused);
        Assert.True(Of(Report.Fields, "ctr").IsUnused);
        Assert.False(Of(Report.Fields, "geo").IsUnused);
        Assert.All(Report.Touchpoints, each => Assert.True(each.IsUnused));
        Assert.Equal(["Store"], Report.Conversions.Select(each => each.Name));
    }

    [Fact]
    public void The_report_is_a_document()
    {
        JsonElement document = JsonElement.Parse(Report.ToJson());

        JsonElement first = document.GetProperty("fields").EnumerateArray().First(field => field.GetProperty("name").GetString() == "ctr");
        Assert.True(first.GetProperty("isUnused").GetBoolean());
        Assert.Equal("dataset", document.GetProperty("fields")[0].GetProperty("usedBy")[0].GetProperty("kind").GetString());
    }

    private static Usage Of(IEnumerable<Usage> usages, string name) => usages.Single(usage => usage.Name == name);
}
