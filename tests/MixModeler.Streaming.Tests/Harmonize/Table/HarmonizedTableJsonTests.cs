using System.Text.Json;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

public sealed class HarmonizedTableJsonTests
{
    [Fact]
    public void A_grid_is_written_with_texts_and_nulls()
    {
        GridResult grid = GoldenTable.Table().Grid(new GridQuery { Columns = ["channel", "brand", "spend"], Size = 1 });

        string json = JsonSerializer.Serialize(grid, HarmonizedTableJson.Default.GridResult);

        Assert.StartsWith(
            """{"problems":[],"columns":[{"name":"channel","display":"Channel","category":"Dimension","type":"String"},""", json);
        Assert.Contains("""rows":[["YouTube","BrandX","110"]],"total":""", json);
        Assert.Equal(grid.Rows, JsonSerializer.Deserialize(json, HarmonizedTableJson.Default.GridResult)!.Rows);
    }

    [Fact]
    public void A_query_takes_its_defaults_for_what_it_does_not_say()
    {
        GridQuery query = JsonSerializer.Deserialize(
            """
            { "columns": ["channel", "clicks"], "grain": "Weekly", "from": "2022-01-01",
              "filters": [ { "field": "channel", "operator": "Equals", "values": ["CSE"] } ],
              "sort": [ { "field": "clicks", "descending": true } ], "preferences": { "default": "Event" } }
            """,
            HarmonizedTableJson.Default.GridQuery)!;

        Assert.Equal((1, 100, false), (query.Page, query.Size, query.Drafts));
        Assert.Equal(["CSE 4"], TableFixture.Lines(GoldenTable.Table().Grid(query)));
        Assert.Equal(MergePreference.Event, query.Preferences!.Default);
    }

    [Fact]
    public void Every_answer_can_be_written_and_read()
    {
        HarmonizedTable table = GoldenTable.Table();
        QualityReport quality = table.Quality(new Dictionary<string, QualityCounts> { ["youtube"] = new() { Records = 4 } });

        RoundTrip(quality, HarmonizedTableJson.Default.QualityReport);
        RoundTrip(table.Factors(new FactorQuery()), HarmonizedTableJson.Default.FactorResult);
        RoundTrip(table.Touchpoints(new DefinitionQuery()), HarmonizedTableJson.Default.DefinitionResult);
        RoundTrip(table.Lineage(new LineageQuery { Metric = "clicks" }), HarmonizedTableJson.Default.LineageResult);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{ "colums": [] }""", HarmonizedTableJson.Default.GridQuery));
    }

    private static void RoundTrip<T>(T answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        string json = JsonSerializer.Serialize(answer, type);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type)!, type));
    }
}
