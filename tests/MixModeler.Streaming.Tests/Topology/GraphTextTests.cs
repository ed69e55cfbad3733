using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class GraphTextTests
{
    private const string Text = """
        topology: t
        tenant: acme
        source: { identity: [_acme.id] }
        features: [{ name: visits, count: visit }]
        nodes: { end: { operator: "my.filter:v2", onError: drop } }
        edges: [events -> end, end.out -> profile]
        """;

    private static readonly TopologyPlan Plan = TopologyLoader.Parse(Text, "t.yaml", null, new UncheckedNodes()).Plan!;

    [Fact]
    public void Mermaid_has_ids_of_its_own_and_escapes_names()
    {
        const string Expected = """
            flowchart LR
              n0["events<br/>source · source"]
              n1["end<br/>my.filter#58;v2 · nodes"]
              n2["profile<br/>profile · features"]
              n3["scores<br/>sink · sinks"]
              n4["dead-letter<br/>dead-letter · sinks"]
              n0 -->|"out → in"| n1
              n0 -.->|"errors → in"| n4
              n1 -->|"out → in"| n2
              n2 -->|"out → in"| n3

            """;

        Assert.Equal(Expected, GraphText.Mermaid(Plan));
    }

    [Fact]
    public void Dot_quotes_every_name()
    {
        const string Expected = """
            digraph "t" {
              rankdir=LR;
              node [shape=box];
              "events" [label="events\nsource · source"];
              "end" [label="end\nmy.filter:v2 · nodes"];
              "profile" [label="profile\nprofile · features"];
              "scores" [label="scores\nsink · sinks"];
              "dead-letter" [label="dead-letter\ndead-letter · sinks"];
              "events" -> "end" [taillabel="out", headlabel="in"];
              "events" -> "dead-letter" [taillabel="errors", headlabel="in", style=dotted];
              "end" -> "profile" [taillabel="out", headlabel="in"];
              "profile" -> "scores" [taillabel="out", headlabel="in"];
            }

            """;

        Assert.Equal(Expected, GraphText.Dot(Plan));
    }

    [Fact]
    public void Json_says_where_each_node_stands_and_which_edges_nobody_wrote()
    {
        JsonElement graph = JsonElement.Parse(GraphText.Json(Plan));
        JsonElement end = graph.GetProperty("nodes")[1];
        JsonElement[] edges = [.. graph.GetProperty("edges").EnumerateArray()];

        Assert.Equal(("end", "t.yaml"), (end.GetProperty("name").GetString(), end.GetProperty("file").GetString()));
        Assert.Equal((5, 10), (end.GetProperty("line").GetInt32(), end.GetProperty("column").GetInt32()));
        Assert.Equal([false, true, false, true], edges.Select(edge => edge.GetProperty("implied").GetBoolean()));
        Assert.Equal("profile", edges[2].GetProperty("to").GetProperty("node").GetString());
        Assert.Equal(Plan.Version, graph.GetProperty("version").GetString());
    }
}
