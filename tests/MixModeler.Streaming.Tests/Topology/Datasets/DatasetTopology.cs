using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Topology.Datasets;

/// <summary>A topology of datasets with everything that their language has: what its tests change.</summary>
internal static class DatasetTopology
{
    // Lines count from 1; tests change one of them.
    public static IReadOnlyList<string> Lines { get; } =
    [
        /*  1 */ "topology: harmonized",
        /*  2 */ "tenant: acme",
        /*  3 */ "source: { identity: [_acme.id], deduplicate: 12h }",
        /*  4 */ "datasets:",
        /*  5 */ "  youtube:",
        /*  6 */ "    category: Summary",
        /*  7 */ "    topic: summary",
        /*  8 */ "    ids: [yt-2021, yt-2022]",
        /*  9 */ "    granularity: Daily",
        /* 10 */ "    startOfWeek: Monday",
        /* 11 */ "    restatement: { by: Aggregation, booksClose: 30d }",
        /* 12 */ "    status: Active",
        /* 13 */ "    date: Date",
        /* 14 */ "    dateType: \"Date Type\"",
        /* 15 */ "    version: audit.changed",
        /* 16 */ "    rowKey: [Date, Channel, Campaign]",
        /* 17 */ "    fields: { Clicks: int, Seen: { path: metrics.seen, type: Boolean }, \"Date Type\": string, Date: date }",
        /* 18 */ "    mandatory: [channel, clicks]",
        /* 19 */ "    map:",
        /* 20 */ "      channel: { field: Channel }",
        /* 21 */ "      brand: { value: BrandX }",
        /* 22 */ "      campaign:",
        /* 23 */ "        cases:",
        /* 24 */ "          - { any: [{ field: marketing.campaignName, equals: [_black_friday, BlackFriday] }], then: { value: Black Friday } }",
        /* 25 */ "          - { all: [{ field: Season, exists: true }, { field: Season, notContains: test }], then: { field: Season } }",
        /* 26 */ "        otherwise: { field: marketing.campaignName }",
        /* 27 */ "        known: [Black Friday, Summer]",
        /* 28 */ "      clicks: { sum: Clicks }",
        /* 29 */ "      spend: { sum: Spend, scale: 0.000001 }",
        /* 30 */ "      cost: { last: Cost, scale: [{ by: 100 }, { by: 0.01, from: 2024-05-01 }] }",
        /* 31 */ "      impressions: { count: Seen }",
        /* 32 */ "      reach: { max: Reach }",
        /* 33 */ "    units: [{ metric: spend, per: clicks, from: 0.001, to: 100 }]",
        /* 34 */ "  websdk:",
        /* 35 */ "    category: Experience Events",
        /* 36 */ "    startOfWeek: Saturday",
        /* 37 */ "    map: { channel: { field: channel._id }, clicks: { count: records }, orders: { sum: commerce.purchases.value } }",
        /* 38 */ "  weather:",
        /* 39 */ "    category: Factors",
        /* 40 */ "    ids: All",
        /* 41 */ "    granularity: Weekly",
        /* 42 */ "    map: { factor_name: { value: Rain }, factor_value: { avg: mm }, factor_type: { field: kind }, geo: { field: Geo } }",
        /* 43 */ "fields:",
        /* 44 */ "  geo: { display: Geo, category: Dimension, type: String }",
        /* 45 */ "  reach: { category: Metric }",
        /* 46 */ "  ctr: { display: CTR, category: Derived, type: Number, formula: \"[clicks]/[impressions] * 100\" }",
        /* 47 */ "mergePreferences:",
        /* 48 */ "  default: Sum of summary and event data",
        /* 49 */ "  metrics:",
        /* 50 */ "    - { metric: spend, channels: All, prefer: Summary }",
        /* 51 */ "    - { metric: orders, conversionTypes: [Online, Catalog], prefer: Event }",
        /* 52 */ "    - { metric: clicks, channels: [YouTube], prefer: Event }",
        /* 53 */ "touchpoints:",
        /* 54 */ "  - { name: Paid video, rule: [{ field: channel, is: YouTube }], volume: impressions, spend: spend }",
        /* 55 */ "  - { name: Anything, rule: [{ field: geo, notEquals: [CH, AT] }, { field: brand, exists: true }], volume: clicks }",
        /* 56 */ "conversions:",
        /* 57 */ "  - { name: Store, rule: [{ field: conversiontype, equals: [Store] }], metric: orders, revenue: gross_demand }",
    ];

    public static string Text { get; } = string.Join('\n', Lines) + "\n";

    public static TopologyPlan Plan { get; } = Valid(Text);

    public static TopologyPlan Valid(string text)
    {
        TopologyResult result = TopologyLoader.Parse(text, "t.yaml");
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan!;
    }

    /// <summary>The text with another line, or several, in place of one.</summary>
    public static string With(int line, string instead) => string.Join('\n', Lines.Select((text, i) => i + 1 == line ? instead : text)) + "\n";

    /// <summary>The text with one piece in place of another.</summary>
    public static string With(string piece, string instead)
    {
        Assert.Contains(piece, Text, StringComparison.Ordinal);
        return Text.Replace(piece, instead, StringComparison.Ordinal);
    }

    public static DatasetPlan Dataset(this TopologyPlan plan, string name) => plan.Harmonized.Datasets.Single(dataset => dataset.Name == name);
}
