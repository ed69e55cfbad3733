using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>From files to the table, without servers.</summary>
public sealed class LocalHarmonizeTests
{
    // Datasets stand in the order of their names.
    private const string Topology = """
        topology: documented
        tenant: acme
        source: { identity: [identityId], deduplicate: 1d, lateness: 30d }
        datasets:
          a-youtube:
            category: Summary
            date: Date
            dateType: "Date Type"
            map: { channel: { field: Channel }, campaign: { field: Campaign }, brand: { field: Brand }, geo: { field: Geo }, clicks: { sum: Clicks }, spend: { sum: Spend } }
          b-facebook:
            category: Summary
            granularity: Weekly
            date: Date
            dateType: "Date Type"
            map: { channel: { field: Channel }, campaign: { field: Campaign }, geo: { field: Geo }, clicks: { sum: Clicks }, spend: { sum: Spend } }
          c-conversions:
            category: Summary
            date: Date
            dateType: "Date Type"
            map: { geo: { field: Geo }, goal: { field: Goal }, revenue: { sum: Revenue } }
          d-websdk:
            category: Experience Events
            startOfWeek: Saturday
            date: timestamp
            map: { channel: { field: Channel }, clicks: { sum: Clicks } }
          e-factors:
            category: Factors
            granularity: Daily
            date: Timestamp
            map:
              factor_name:
                cases:
                  - { any: [ { field: "Factor Name", equals: [_definedsp500] } ], then: { value: S&P 500 } }
                  - { any: [ { field: "Factor Name", equals: [_cpi] } ], then: { value: CPI } }
                otherwise: { field: "Factor Name" }
              factor_value: { min: "Factor Value" }
        fields:
          geo: { display: Geo, category: Dimension, type: String }
          goal: { display: Goal, category: Dimension, type: String }
          revenue: { display: Revenue, category: Metric, type: Currency }
        """;

    private static TopologyPlan Loaded()
    {
        TopologyResult result = TopologyLoader.Parse(Topology, "documented.yaml");
        Assert.Empty(result.Problems);
        return result.Plan!;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_documented_example_comes_out_of_its_files()
    {
        TopologyPlan plan = Loaded();
        List<string> refused = [];
        LocalHarmonize run = new(plan, TimeProvider.System, (topic, value) => refused.Add($"{topic} {Encoding.UTF8.GetString(value.Span)}"));
        foreach ((string dataset, string file) in new[] { ("a-youtube", "youtube"), ("b-facebook", "facebook"), ("c-conversions", "conversions"), ("e-factors", "factors") })
        {
            await SendAsync(plan, dataset, run, () => File.OpenRead(Golden(file)));
        }

        string[] events = [.. File.ReadLines(Golden("websdk_events")).Skip(1).Select(line => line.Split(',')).Select(cells =>
            $$"""{"_id":"{{cells[0]}}","timestamp":"{{cells[1]}}","identityId":"{{cells[3]}}","Channel":"{{cells[4]}}","Clicks":{{cells[5]}}}""")];
        await SendAsync(plan, "d-websdk", run, () => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', events))));

        Assert.Empty(refused);
        QueryText weekly = new(name => name switch
        {
            "columns" => "event_date,date_type,channel,campaign,brand,geo,goal,clicks,spend,revenue",
            "grain" => "weekly",
            _ => null,
        });
        Assert.Equal(File.ReadAllText(Golden("expected_weekly")), GridCsv.TextOf(run.Table.Grid(weekly.Grid(size: 0))).ReplaceLineEndings("\n"));
        FactorResult factors = run.Table.Factors(new FactorQuery { Grain = GridGrain.Weekly });
        Assert.Equal(
            File.ReadLines(Golden("expected_factors_min")).Skip(1),
            factors.Rows.Select(row => $"{row.Name},{row.Value},{row.Type},{row.ValueType}"));
    }

    [Fact]
    public async Task Lines_of_topics_are_records_of_whatever_dataset_they_name()
    {
        TopologyPlan plan = Loaded();
        List<string> refused = [];
        LocalHarmonize run = new(plan, TimeProvider.System, (_, value) => refused.Add(Encoding.UTF8.GetString(value.Span)));
        const string Lines = """
            {"topic":"summary","key":"k","value":{"dataset":"a-youtube","_id":"1","Date":"2022-01-01","Date Type":"day","Clicks":7}}
            {"topic":"mm.summary","value":"{\"dataset\":\"a-youtube\",\"_id\":\"2\",\"Date\":\"2022-01-02\",\"Date Type\":\"day\",\"Clicks\":5}"}
            {"topic":"summary","value":"no record"}
            {"topic":"summary","key":"1","value":null}
            """;
        await LocalFiles.SendRecordsAsync(plan, "lines.jsonl", new MemoryStream(Encoding.UTF8.GetBytes(Lines)), run, Stop);
        using JsonDocument letter = JsonDocument.Parse(Assert.Single(refused));
        Assert.Equal("malformed-json", letter.RootElement.GetProperty("reason").GetString());
        GridResult grid = run.Table.Grid(new GridQuery { Columns = ["clicks"] });
        // The last line takes away the row that its key names.
        Assert.Equal("5", Assert.Single(grid.Rows)[0]);

        InvalidDataException wrong = await Assert.ThrowsAsync<InvalidDataException>(() => LocalFiles.SendRecordsAsync(
            plan, "lines.jsonl", new MemoryStream("\n{\"key\":\"x\"}"u8.ToArray()), run, Stop));
        Assert.StartsWith("lines.jsonl:2: ", wrong.Message, StringComparison.Ordinal);
    }

    private static async Task SendAsync(TopologyPlan plan, string dataset, LocalHarmonize run, Func<Stream> open) => Assert.Null(await LocalFiles.SendRowsAsync(
        plan, plan.Harmonized.Datasets.First(each => each.Name == dataset), dataset, open, run, place => Assert.Fail(place), Stop));

    private static string Golden(string file) => RepositoryFiles.Full($"tests/MixModeler.Streaming.Tests/Harmonize/Golden/{file}.csv");
}
