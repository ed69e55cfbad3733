using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class GraphTests
{
    private const string Small = "topology: t\ntenant: acme\nsource: { identity: [_acme.id] }\nfeatures: [{ name: visits, count: visit }]\n";
    private const string Nodes = "topology: t\ntenant: acme\nsources:\n  spend: { kind: records, key: k, fields: { k: \"k:string\" } }\n";

    [Fact]
    public void Sections_are_a_graph()
    {
        const string Sections = "harmonize:\n  - where: a\n  - set: { b: c }\n    onError: stop\nmodel: { name: m, label: { event: e } }\naudiences: [{ name: a, when: b }]\n";
        TopologyGraph graph = Valid(Small + Sections).Graph;

        Assert.Equal(
            [
                "events source source", "harmonize-1 filter harmonize", "harmonize-2 map harmonize", "profile profile features",
                "audiences audiences audiences", "scores sink sinks", "training sink model", "learner learner model", "dead-letter dead-letter sinks",
            ],
            graph.Nodes.Select(node => $"{node.Name} {node.Operator} {node.Section}"));
        Assert.Equal(
            [
                "events.out -> harmonize-1.in", "events.errors -> dead-letter.in",
                "harmonize-1.out -> harmonize-2.in", "harmonize-1.errors -> dead-letter.in",
                "harmonize-2.out -> profile.in",
                "profile.out -> audiences.in", "profile.out -> scores.in", "profile.training -> training.in",
                "training.out -> learner.in",
            ],
            graph.Edges.Select(edge => edge.ToString()));
        Assert.All(graph.Edges, edge => Assert.True(edge.IsImplied));
        Assert.Equal(new Place("t.yaml", 6, 5), graph.Find("harmonize-1")!.Place);
        Assert.Equal("a", graph.Find("harmonize-1")!.Options["where"]!.Text);
        Assert.Equal(FailureAnswer.Stop, graph.Find("harmonize-2")!.OnError.Answer);
    }

    [Fact]
    public void An_edge_into_a_section_takes_the_place_of_the_implied_one()
    {
        TopologyGraph graph = Valid(Small + "nodes: { botFilter: { operator: filter, where: x } }\nedges: [events -> botFilter, botFilter -> profile]").Graph;

        Assert.Equal(
            ["events.out -> botFilter.in", "events.errors -> dead-letter.in", "botFilter.out -> profile.in", "botFilter.errors -> dead-letter.in", "profile.out -> scores.in"],
            graph.Edges.Select(edge => edge.ToString()));
        Assert.Equal(new Place("t.yaml", 6, 30), graph.Edges[2].Place);
        Assert.Equal(["where"], graph.Find("botFilter")!.Options.Entries.Select(option => option.Key.Text));
    }

    [Theory]
    [InlineData("[events -> n -> profile]")]
    [InlineData("[[events, n], [n, profile]]")]
    [InlineData("[{ from: events, to: n }, { from: n.out, to: profile.in }]")]
    [InlineData("[\"events.out->n.in\", n -> profile.in]")]
    public void Every_form_of_an_edge_says_the_same(string edges)
    {
        TopologyGraph graph = Valid(Small + "nodes: { n: { operator: filter } }\nedges: " + edges).Graph;

        Assert.Equal(["events.out -> n.in", "n.out -> profile.in"], graph.Edges.Where(edge => !edge.IsImplied).Select(edge => edge.ToString()));
    }

    [Fact]
    public void Nodes_alone_are_a_topology()
    {
        TopologyPlan plan = Valid(Nodes + "nodes: { convert: { operator: map }, out: { operator: sink, onError: drop } }\nedges: [spend -> convert -> out]");

        Assert.Equal(["spend", "convert", "out", "dead-letter"], plan.Graph.Nodes.Select(node => node.Name));
        Assert.Empty(plan.Schema.Features);
    }

    [Fact]
    public void What_fails_goes_where_an_edge_leads_it()
    {
        TopologyGraph graph = Valid(
            Small + "nodes: { n: { operator: filter }, bad: { operator: sink, onError: stop } }\nedges: [events -> n -> profile, n.errors -> bad]").Graph;

        Assert.Equal(["n.errors -> bad.in"], graph.OutOf("n").Where(edge => edge.FromPort == "errors").Select(edge => edge.ToString()));
        Assert.DoesNotContain(graph.Edges, edge => edge.From == "bad");
    }

    [Theory]
    // Names and ports.
    [InlineData("nodes: { n: { operator: f } }\nedges: [evnts -> n, n -> profile]", 6, 9, "there is no node 'evnts'; did you mean 'events'? Allowed: dead-letter, events, n, profile, scores")]
    [InlineData("nodes: { n: { operator: f } }\nedges: [events.outt -> n, n -> profile]", 6, 9, "'events' has no output 'outt'; did you mean 'out'? Allowed: out")]
    [InlineData("nodes: { n: { operator: f } }\nedges: [events -> n, n -> profile.inn]", 6, 22, "'profile' has no input 'inn'; did you mean 'in'? Allowed: in")]
    [InlineData("edges: [profile -> events]", 5, 9, "'events' has no input: records begin there")]
    [InlineData("edges: [scores -> profile]", 5, 9, "'scores' has no output: it takes records and gives none")]
    [InlineData("nodes: { profile: { operator: f } }", 5, 10, "the node 'profile' is also what 'features' makes, in line 4: choose another name")]
    [InlineData("nodes: { dead-letter: { operator: f } }", 5, 10, "the node 'dead-letter' is also what 'sinks' makes, in line 1: choose another name")]
    [InlineData("harmonize: [{ name: scores, where: x }]", 5, 13, "the node 'scores' is also what 'sinks' makes, in line 4")]
    [InlineData("nodes: { n: { operatr: f } }", 5, 13, "the node 'n' needs 'operator'")]
    [InlineData("nodes: { n: [f] }", 5, 13, "the node 'n' is a map")]
    [InlineData("nodes: { n: { operator: f, o: { a: 1, a: 2 } } }", 5, 39, "'a' is here twice; first in line 5")]
    [InlineData("nodes: { n: { operator: f, o: [{ [x]: 1 }] } }", 5, 34, "the name of a member is a text; found a list")]
    // Forms.
    [InlineData("edges: [events]", 5, 9, "an edge is written a -> b; found 'events'")]
    [InlineData("edges: [[events]]", 5, 9, "an edge as a list is a pair [from, to]; found 1 items")]
    [InlineData("edges: [events -> a.b.c]", 5, 9, "the end of an edge is a node, or node.port; found 'a.b.c'")]
    [InlineData("edges: [{ from: events }]", 5, 9, "an edge needs 'to'")]
    // Shape.
    [InlineData("nodes: { n: { operator: f } }\nedges: [n -> n]", 6, 9, "an edge from 'n' to itself")]
    [InlineData("nodes: { n: { operator: f } }\nedges: [events -> n, n -> profile, events.out -> n.in]", 6, 36, "the edge events.out -> n.in is here twice; first at t.yaml:6:9")]
    [InlineData("nodes: { n: { operator: f } }\nedges: [events -> n]", 5, 10, "what leaves 'n' goes nowhere: an edge leads it on")]
    [InlineData("nodes: { s: { operator: sink } }", 5, 10, "nothing leads to the node 's'")]
    [InlineData("nodes: { n: { operator: f } }\nedges: [events -> n -> profile, events -> profile]", 6, 33, "the input 'in' of 'profile' takes one edge and has n.out -> profile.in at t.yaml:6:9: join them with a union")]
    [InlineData("nodes:\n  a: { operator: f }\n  b: { operator: f }\nedges:\n  - events -> a\n  - a -> b\n  - b -> a\n  - b -> profile", 11, 5,
        "records would go in a circle: a -> b (t.yaml:10:5) -> a (t.yaml:11:5)")]
    [InlineData("harmonize: [{ name: step, where: x }]\nnodes: { n: { operator: f } }\nedges:\n  - profile -> n\n  - n -> step", 9, 5,
        "records would go in a circle: n -> step (t.yaml:9:5) -> profile (t.yaml:5:13) -> n (t.yaml:8:5)")]
    public void A_mistake_is_told_where_it_was_made(string text, int line, int column, string message)
    {
        TopologyResult result = TopologyLoader.Parse(Small + text, "t.yaml", null, new UncheckedNodes());

        Assert.Null(result.Plan);
        Assert.True(
            result.Problems.Any(problem => problem.Line == line && problem.Column == column && problem.Message.Contains(message, StringComparison.Ordinal)),
            $"expected {line}:{column} … {message} …, found\n{string.Join("\n", result.Problems)}");
    }

    [Fact]
    public void Names_in_edges_are_checked_although_sections_have_problems_of_their_own()
    {
        string text = Small + "harmonize: [x, { where: y }]\nnodes: { n: { operator: f } }\nedges: [harmonize-2 -> nn, n -> profil]\n";

        Assert.Equal(
            ["5:13", "7:9", "7:28"],
            TopologyLoader.Parse(text, "t.yaml", null, new UncheckedNodes()).Problems.Select(problem => $"{problem.Line}:{problem.Column}"));
        string misspelt = text.Replace("features", "featurs", StringComparison.Ordinal);
        Assert.Equal(2, TopologyLoader.Parse(misspelt, "t.yaml", null, new UncheckedNodes()).Problems.Count);
    }

    [Fact]
    public void A_graph_without_a_source_is_refused()
    {
        const string Text = "topology: t\ntenant: acme\n\nnodes: { n: { operator: f }, s: { operator: sink } }\nedges: [n -> s]";
        Problem problem = Assert.Single(TopologyLoader.Parse(Text, "t.yaml", null, new UncheckedNodes()).Problems);

        Assert.Equal("t.yaml:4:8: nothing begins here: the graph has no source", problem.ToString());
    }

    [Fact]
    public void An_unused_source_is_told()
    {
        Problem problem = Assert.Single(TopologyLoader.Parse(Nodes + "  more: { kind: records, key: k, fields: { k: \"k:int\" } }\nnodes: { s: { operator: sink } }\nedges: [spend -> s]", "t.yaml", null, new UncheckedNodes()).Problems);

        Assert.Equal("t.yaml:5:3: what leaves 'more' goes nowhere: an edge leads it on", problem.ToString());
    }

    [Fact]
    public void Who_knows_the_operators_says_which_ports_and_options_there_are()
    {
        const string Text = Small + "nodes:\n  s: { operator: split, weight: two }\n  u: { operator: union }\n";
        Assert.Equal(["t.yaml:6:33: 'weight' is a number"], Problems("[events -> s, s.a -> u, s.b -> u, u -> profile]"));
        Assert.Equal(["t.yaml:6:3: what leaves 's' by 'b' goes nowhere: an edge leads it on"], Problems("[events -> s, s.a -> u, u -> profile]"));
        Assert.Equal(["t.yaml:8:29: 's' has no output 'c'; allowed: a, b"], Problems("[events -> s -> u,   s.c -> u, u -> profile]"));

        static IEnumerable<string> Problems(string edges) => TopologyLoader.Parse(Text + "edges: " + edges, "t.yaml", null, new SplitAndUnion())
            .Problems.Select(problem => problem.ToString());
    }

    [Fact]
    public void A_wrong_graph_and_a_misspelt_section_hide_nothing_that_can_be_said_of_nodes()
    {
        TopologyResult result = TopologyLoader.Parse(
            """
            topology: small
            tenat: acme
            source: { identity: [_acme.id] }
            nodes:
              f: { operator: filtr }
              g: { operator: map, sets: {} }
            edges: [events -> f, f -> f, f -> g]
            """,
            "topology.yaml");
        Assert.Equal([2, 5, 6, 7], result.Problems.Select(problem => problem.Line).Distinct());
        Assert.Contains(result.Problems, problem => problem.Message.Contains("did you mean 'filter'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_deep_graph_is_no_deep_recursion_and_its_order_does_not_depend_on_the_file_s()
    {
        string[] names = [.. Enumerable.Range(0, 250).Select(i => $"n{i:D3}")];
        string nodes = "nodes:\n" + string.Concat(names.Select(name => $"  {name}: {{ operator: f }}\n"));
        string[] edges = [.. names.Zip(names.Skip(1)).Select(pair => $"  - {pair.First} -> {pair.Second}\n"), "  - events -> n000\n", "  - n249 -> profile\n"];
        TopologyPlan plan = Valid(Small + nodes + "edges:\n" + string.Concat(edges));
        TopologyPlan reversed = Valid(Small + nodes + "edges:\n" + string.Concat(edges.Reverse()));

        Assert.Equal(["events", .. names, "profile", "scores", "dead-letter"], plan.Graph.Nodes.Select(node => node.Name));
        Assert.Equal(plan.Graph.Edges.Select(edge => edge.ToString()), reversed.Graph.Edges.Select(edge => edge.ToString()));
    }

    private static TopologyPlan Valid(string text)
    {
        TopologyResult result = TopologyLoader.Parse(text, "t.yaml", null, new UncheckedNodes());
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan;
    }

    private sealed class SplitAndUnion : INodeCheck
    {
        public OperatorPorts? PortsOf(GraphNode node) => node.Operator switch
        {
            "split" => new OperatorPorts([new OperatorPort("in")], [new OperatorPort("a"), new OperatorPort("b")]),
            _ => new OperatorPorts([new OperatorPort("in", TakesMany: true)], [new OperatorPort("out")]),
        };

        public void CheckAlone(GraphNode node, ProblemList problems)
        {
        }

        public FlowPlan? Compile(TopologyPlan plan, ProblemList problems)
        {
            if (plan.Graph.Find("s")!.Options["weight"] is YamlNode weight)
            {
                problems.Add(weight, "'weight' is a number");
            }

            return null;
        }
    }
}
