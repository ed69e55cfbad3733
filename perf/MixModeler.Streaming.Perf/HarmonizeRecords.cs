using System.Globalization;
using System.Text;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Perf;

/// <summary>The datasets of `bench harmonize` and their records.</summary>
internal static class HarmonizeRecords
{
    public const long NowMs = 1_643_700_000_000;
    public const int Attributes = 12;
    public const int Groups = 10;

    public static readonly string[] Channels = ["youtube", "facebook", "search", "display", "email", "affiliate"];

    public static SourcePlan Source { get; } = new()
    {
        IdentityPaths = ["_luma.userid"],
        Lateness = TimeSpan.FromDays(60),
        DeduplicateWithin = TimeSpan.FromHours(1),
        FutureMax = TimeSpan.FromDays(60),
    };

    /// <summary>40 rules: 21 Map Into, 11 Case with 42 conditions, eight metrics.</summary>
    public static DatasetPlan EventPlan { get; } = new()
    {
        Name = "web",
        Category = DatasetCategory.ExperienceEvents,
        Topic = "events",
        Identity = "000000000001",
        Dimensions =
        [
            Into("channel", "marketing.channel"), Into("brand", "_luma.brand"), Into("mediatype", "marketing.mediaType"),
            Into("trafficsource", "marketing.source"), Into("sourcetype", "eventType"), Into("conversiontype", "_luma.store"),
            Into("channel_id", "marketing.channelId"), Into("geo", "placeContext.geo.countryCode"),
            new DimensionMapping("dataset", [], new MappingValue(false, "web"), []),
            new DimensionMapping("campaign", [.. Enumerable.Range(0, 11).Select(CampaignCase)], new MappingValue(true, "marketing.campaignName"), []),
            .. Enumerable.Range(0, Attributes).Select(i => Into($"attribute{i}", $"_luma.attributes.a{i}")),
            .. Enumerable.Range(0, Groups).Select(GroupRule),
        ],
        Metrics =
        [
            Sum("orders", "commerce.purchases.value"), Sum("net_sales", "commerce.order.priceTotal"), Sum("clicks", "metrics.clicks"),
            Sum("impressions", "metrics.impressions"), new MetricMapping("spend", MetricRule.Sum, "metrics.cost", [new MetricScale(0.01m, null)]),
            new MetricMapping("linkvisits", MetricRule.Count, null, []), new MetricMapping("longest", MetricRule.Max, "metrics.seconds", []),
            new MetricMapping("newest", MetricRule.Last, "metrics.seconds", []),
        ],
    };

    public static DatasetPlan RowPlan { get; } = new()
    {
        Name = "paid",
        Category = DatasetCategory.Summary,
        Topic = "summary",
        Identity = "000000000002",
        DatePath = "Date",
        RowKeyPaths = ["Date", "Channel", "Campaign"],
        VersionPath = "changed",
        Dimensions = [Into("channel", "Channel"), Into("campaign", "Campaign")],
        Metrics = [Sum("clicks", "Clicks"), Sum("spend", "Spend")],
    };

    public static byte[] Event(Random random, int number)
    {
        int day = 1 + random.Next(30);
        int channel = random.Next(Channels.Length);
        string attributes = string.Join(',', Enumerable.Range(0, Attributes).Select(i => $"\"a{i}\":\"{(channel + i) % 5:x4}\""));
        string luma = $$$"""{"userid":"{{{random.Next(20_000):x8}}}","brand":"Luma","store":"Online","attributes":{ {{{attributes}}} }}""";
        string marketing = $$$"""{"channel":"{{{Channels[channel]}}}","channelId":"c{{{random.Next(4)}}}","mediaType":"paid","source":"direct" """ +
            $$$""","campaignName":"c{{{random.Next(14)}}}_2022"}""";
        string price = Number(random.Next(50_000) / 100m);
        string commerce = $$$"""{"purchases":{"value":1},"order":{"priceTotal":{{{price}}},"currencyCode":"USD"}}""";
        string metrics = $$$"""{"clicks":{{{random.Next(5)}}},"impressions":{{{random.Next(900)}}},"cost":{{{Number(random.Next(900) / 10m)}}} """ +
            $$$""","seconds":{{{random.Next(300)}}}}""";
        string time = $"2022-01-{day:00}T{random.Next(24):00}:{random.Next(60):00}:11.250Z";
        return Encoding.UTF8.GetBytes(
            $$$"""{"_id":"{{{number:x12}}}","eventType":"web.webpagedetails.pageViews","timestamp":"{{{time}}}","_luma":{{{luma}}} """ +
            $$$""","marketing":{{{marketing}}},"placeContext":{"geo":{"countryCode":"US","city":"San Jose"}},"commerce":{{{commerce}}},"metrics":{{{metrics}}}}""");
    }

    public static byte[] Row(Random random, int row, long version)
    {
        string spend = Number(random.Next(1_000_000) / 100m);
        string key = $"\"Date\":\"2022-01-{1 + row % 28:00}\",\"Channel\":\"{Channels[row % Channels.Length]}\",\"Campaign\":\"campaign {row / 28}\"";
        return Encoding.UTF8.GetBytes(
            $$$"""{ {{{key}}},"Clicks":{{{random.Next(10_000)}}},"Spend":{{{spend}}},"changed":"2022-02-01T00:00:{{{version % 60:00}}}Z"}""");
    }

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static DimensionMapping Into(string field, string path) => new(field, [], new MappingValue(true, path), []);

    private static MetricMapping Sum(string field, string path) => new(field, MetricRule.Sum, path, []);

    private static DimensionMapping GroupRule(int i) => new(
        $"group{i}",
        [
            new MappingCase(
                false,
                [
                    new MappingCondition("marketing.channel", ConditionOperator.Contains, [Channels[i % Channels.Length][..3]]),
                    new MappingCondition("marketing.channelId", ConditionOperator.EndsWith, [$"{i % 4}"]),
                ],
                new MappingValue(false, "in")),
        ],
        new MappingValue(false, "out"),
        []);

    private static MappingCase CampaignCase(int i) => new(
        true,
        [
            new MappingCondition("marketing.campaignName", ConditionOperator.StartsWith, [$"c{i}_"]),
            new MappingCondition("marketing.mediaType", ConditionOperator.Equals, ["paid", "owned"]),
        ],
        new MappingValue(false, $"Campaign {i}"));
}
