using System.Text.Json;
using System.Text.Json.Nodes;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Tests.Topology.Datasets;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class SchemaTests
{
    private const string Published = "docs/topology.schema.json";

    // The single forms, which the rich topology has not.
    private const string Single = """
        topology: single
        tenant: acme
        source: { identity: [_acme.id], fields: { a: { path: b, type: int } } }
        features: [{ name: visits, minutesSince: { path: a, equals: b } }]
        model: { name: buys, label: { event: order }, learner: { alpha: 1 } }
        """;

    private static readonly JsonElement Schema = JsonElement.Parse(TopologySchema.Text);

    [Fact]
    public void The_published_schema_is_the_code_s()
    {
        if (Environment.GetEnvironmentVariable("MIXMODELER_ACCEPT") == "1")
        {
            File.WriteAllText(RepositoryFiles.Full(Published), TopologySchema.Text);
        }

        Assert.Equal(RepositoryFiles.Read(Published), TopologySchema.Text);
    }

    [Fact]
    public void Topologies_conform_to_it()
    {
        IEnumerable<string> shipped = RepositoryFiles.All
            .Where(file => file.StartsWith("topologies/", StringComparison.Ordinal) && Path.GetFileName(file) == "topology.yaml");
        foreach (string file in shipped)
        {
            string text = RepositoryFiles.Read(file);
            Assert.StartsWith("# yaml-language-server: $schema=../../docs/topology.schema.json\n", text, StringComparison.Ordinal);
            Assert.Empty(SchemaCheck.Faults(Schema, Json(text)));
        }

        foreach (JsonElement topology in Samples())
        {
            Assert.Empty(SchemaCheck.Faults(Schema, topology));
        }
    }

    [Theory]
    [InlineData("tenant: acme", "tenant: 5")]
    [InlineData("tenant: acme", "tenannt: acme")]
    [InlineData("tenant: acme", "")]
    [InlineData("tenant: acme", "tenant: acme\nmodels: { a: { label: { event: x } } }")]
    [InlineData("alpha: 1", "alpha: 0")]
    [InlineData("alpha: 1", "alpha: 1001")]
    [InlineData("alpha: 1", "window: 12.5")]
    [InlineData("path: a,", "path: a..b,")]
    [InlineData("name: visits", "name: visits.x")]
    [InlineData("event: order", "event: ''")]
    [InlineData("event: order", "event: order, within: 5")]
    [InlineData("type: int", "type: integer")]
    [InlineData("[_acme.id]", "[]")]
    public void What_the_loader_refuses_does_not_conform(string text, string instead)
    {
        string changed = Single.Replace(text, instead, StringComparison.Ordinal);

        Assert.False(TopologyLoader.Parse(changed, "t.yaml").IsValid);
        Assert.NotEmpty(SchemaCheck.Faults(Schema, Json(changed)));
    }

    [Fact]
    public void The_loader_and_the_schema_allow_the_same_keys_everywhere()
    {
        HashSet<string> described = [];
        Collect(Schema, described);
        HashSet<string> met = [];
        foreach (JsonElement sample in Samples())
        {
            JsonNode topology = JsonNode.Parse(sample.GetRawText())!;
            Walk(topology, topology, Schema, met);
        }

        Assert.True(described.Count > 15, "the schema describes more than that");
        Assert.Equal(described.Order(), met.Order());
    }

    // Adds a key that nobody knows to every map and compares what the loader says is allowed with what the schema lists.
    private static void Walk(JsonNode root, JsonNode? node, JsonElement schema, HashSet<string> met)
    {
        JsonElement form = Chosen(schema, JsonElement.Parse(node?.ToJsonString() ?? "null"));
        if (node is JsonArray list && form.TryGetProperty("items", out JsonElement items))
        {
            foreach (JsonNode? item in list)
            {
                Walk(root, item, items, met);
            }
        }

        if (node is not JsonObject map)
        {
            return;
        }

        bool hasProperties = form.TryGetProperty("properties", out JsonElement properties);
        if (hasProperties && form.GetProperty("additionalProperties").ValueKind == JsonValueKind.False)
        {
            string allowed = string.Join(", ", properties.EnumerateObject().Select(property => property.Name));
            map["zzzzzzzzzzzzzz"] = 1;
            IReadOnlyList<Problem> problems = TopologyLoader.Parse(root.ToJsonString(), "t.yaml").Problems;
            map.Remove("zzzzzzzzzzzzzz");
            Assert.True(
                problems.Any(problem => problem.Message.EndsWith($"has no 'zzzzzzzzzzzzzz'; allowed: {allowed}", StringComparison.Ordinal)),
                $"the schema allows {allowed}; the loader said {string.Join('\n', problems)}");
            met.Add(allowed);
        }

        foreach ((string name, JsonNode? value) in map)
        {
            if (hasProperties && properties.TryGetProperty(name, out JsonElement property))
            {
                Walk(root, value, property, met);
            }
            else if (form.TryGetProperty("additionalProperties", out JsonElement other) && other.ValueKind == JsonValueKind.Object)
            {
                Walk(root, value, other, met);
            }
        }
    }

    private static JsonElement Chosen(JsonElement schema, JsonElement value) =>
        schema.TryGetProperty("anyOf", out JsonElement forms) ? forms.EnumerateArray().First(form => !SchemaCheck.Faults(form, value).Any()) : schema;

    // Of every closed map that the schema describes, the keys.
    private static void Collect(JsonElement schema, HashSet<string> described)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in schema.EnumerateArray())
            {
                Collect(item, described);
            }
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object
            && schema.TryGetProperty("additionalProperties", out JsonElement other) && other.ValueKind == JsonValueKind.False)
        {
            described.Add(string.Join(", ", properties.EnumerateObject().Select(property => property.Name)));
        }

        foreach (JsonProperty member in schema.EnumerateObject())
        {
            Collect(member.Value, described);
        }
    }

    private static IEnumerable<JsonElement> Samples() =>
    [
        Json(Single),
        Json(DatasetTopology.Text),
        JsonElement.Parse(TopologyLoader.Load(RichTopology.Path).ResolvedText!),
        JsonElement.Parse(TopologyLoader.Load(RichTopology.Path, "prod").ResolvedText!),
        Json(RepositoryFiles.Read("topologies/luma-propensity/topology.yaml")),
        Json(RepositoryFiles.Read("topologies/attribution/topology.yaml")),
        Json(RepositoryFiles.Read("topologies/marketing-mix/topology.yaml").Replace(
            "x1: { touchpoint: x1, of: spend }", "x1: { field: spend, where: [ { field: channel, is: x1 } ] }", StringComparison.Ordinal)),
        Json(RepositoryFiles.Read("topologies/attribution/topology.yaml").Replace(
            "    lookback: 28d", "    eligible: { path: country, is: [DE] }", StringComparison.Ordinal)),
    ];

    // The file as it is, before includes and environments.
    private static JsonElement Json(string text)
    {
        ProblemList problems = new("t.yaml");
        JsonElement json = JsonElement.Parse(CanonicalText.Of(YamlTree.Parse(text, problems)!, problems));
        Assert.True(problems.IsEmpty);
        return json;
    }
}
