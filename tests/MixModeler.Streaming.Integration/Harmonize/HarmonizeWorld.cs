using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Integration.Harmonize;

/// <summary>A topology with a dataset of each kind, and records of them out of a seed: restated, deleted, doubled, late and broken ones among them.</summary>
internal static class HarmonizeWorld
{
    public const string Topology = """
        topology: blend
        tenant: acme
        source: { identity: [visitor], deduplicate: 2d, lateness: 2d }
        datasets:
          tv:
            category: Summary
            granularity: Weekly
            startOfWeek: Sunday
            date: Week
            map: { channel: { value: TV }, spend: { sum: cost } }
          social:
            category: Summary
            date: Date
            version: updated
            mandatory: [channel]
            map:
              channel: { field: platform }
              campaign: { field: campaign }
              clicks: { sum: clicks }
              spend: { sum: spend, scale: 0.01 }
          diffs:
            category: Summary
            granularity: Monthly
            restatement: { by: Aggregation }
            date: month
            map: { channel: { value: Print }, spend: { sum: spend } }
          cpi:
            category: Factors
            date: day
            map: { factor_name: { field: name }, factor_value: { min: value } }
          shop:
            category: Experience Events
            date: timestamp
            map:
              channel: { cases: [ { any: [ { field: code, startsWith: [fb] } ], then: { value: facebook } } ], otherwise: { value: Direct } }
              conversiontype: { value: Online }
              clicks: { count: records }
              orders: { sum: order.units }
              gross_demand: { sum: order.total }
        touchpoints:
          - { name: Facebook, rule: [ { field: channel, equals: [facebook] } ], volume: clicks, spend: spend }
        conversions:
          - { name: Online, rule: [ { field: conversiontype, equals: [Online] } ], metric: orders, revenue: gross_demand }
        """;

    public const string Columns = "event_date,date_type,dataset,channel,campaign,conversiontype,factor_name,clicks,spend,orders,gross_demand,factor_value";

    private static readonly string[] Platforms = ["facebook", "snap", "tiktok"];
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Topic without prefix, key and value.</summary>
    public static IEnumerable<(string Topic, string Key, string Value)> Records(int seed, int count)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            yield return random.Next(20) switch
            {
                < 2 => Tv(random),
                < 7 => Social(random),
                < 8 => ("summary", $"d{i}", Text($$"""{"dataset":"diffs","month":"2026-{{random.Next(1, 4):00}}-01","spend":{{random.Next(-500, 5_000) / 100m}} }""")),
                < 10 => ("factors", $"f{random.Next(30)}", Text($$"""{"dataset":"cpi","_id":"f{{random.Next(60)}}","day":"{{Day(random)}}","name":"CPI","value":{{random.Next(10_000) / 7.0:R}} }""")),
                < 19 => Event(random, i, count),
                _ => Broken(random),
            };
        }
    }

    private static (string, string, string) Tv(Random random)
    {
        string week = Start.AddDays(7 * random.Next(12)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return ("summary", week, random.Next(10) == 0
            ? Text($$"""{"dataset":"tv","Week":"{{week}}","_deleted":true}""")
            : Text($$"""{"dataset":"tv","Week":"{{week}}","cost":{{random.Next(1_000_000) / 1_000m}} }"""));
    }

    // The versions decide which is the newer: they come in any order, and some are alike.
    private static (string, string, string) Social(Random random)
    {
        string day = Day(random);
        string updated = Start.AddHours(random.Next(400)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return ("summary", day, Text(
            $$"""{"dataset":"social","Date":"{{day}}","platform":"{{Platforms[random.Next(3)]}}","campaign":"c{{random.Next(3)}}","clicks":{{random.Next(1_000)}},"spend":{{random.Next(100_000)}},"updated":"{{updated}}"}"""));
    }

    private static (string, string, string) Event(Random random, int i, int count)
    {
        // Time goes on; some come late, some twice.
        DateTimeOffset time = Start.AddMinutes(60.0 * 24 * 40 * i / count - random.Next(600) - (random.Next(50) == 0 ? 6_000 : 0));
        string visitor = $"v{random.Next(200)}";
        int id = random.Next(15) == 0 ? random.Next(i + 1) : i;
        string code = random.Next(2) == 0 ? "fb1" : "x";
        string order = $$"""{"units":{{random.Next(1, 4)}},"total":{{random.Next(100_000) / 1_000m}} }""";
        return ("events", visitor, Text(
            $$"""{"_id":"e{{id}}","timestamp":"{{time:yyyy-MM-dd'T'HH:mm:ss'Z'}}","visitor":"{{visitor}}","eventType":"order","code":"{{code}}","order":{{order}} }"""));
    }

    private static (string, string, string) Broken(Random random) => random.Next(5) switch
    {
        0 => ("summary", "", "{\"dataset\":\"social\","),
        1 => ("summary", "", """{"dataset":"radio","Date":"2026-03-01"}"""),
        2 => ("summary", "x", """{"dataset":"social","Date":"2026-03-01","platform":"snap","clicks":1e308}"""),
        3 => ("factors", "y", """{"dataset":"cpi","_id":"y","day":"2026-03-01","name":"CPI","value":NaN}"""),
        _ => ("summary", "", """{"dataset":"tv","Week":"soon","cost":1}"""),
    };

    private static string Day(Random random) => Start.AddDays(random.Next(60)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Numbers are written by the rules of the machine's language otherwise.
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
