namespace MixModeler.Streaming.Topology;

/// <summary>`nodes`: operators by name. Their options are read by who knows the operators, <see cref="INodeCheck"/>.</summary>
internal static class NodeSection
{
    public const int NodesMax = 256;

    // Options are free here, and yet must fit into the canonical text: YAML takes no longer names.
    private const int OptionNameCharactersMax = 256;

    private static readonly Shape Node = Shape.Map(
        new("operator", Shape.Name("-_.:"), "What the node does.") { Required = true },
        new("onError", FailurePolicySection.Shape, FailurePolicySection.Meaning));

    /// <summary>With members of any name beside those described: the operator's options.</summary>
    public static Shape Shape { get; } = Shape.Named("-_", Shape.Open(Node), NodesMax);

    public static List<GraphNode> Read(MapReader root, ProblemList problems)
    {
        List<GraphNode> nodes = [];
        foreach ((YamlNode key, YamlNode value) in root.Named("nodes", "a node"))
        {
            MapReader? map = MapReader.Open(value, $"the node {YamlNode.Quote(key.Text)}", problems, Shape.Of!);
            CheckNames(value, problems);
            foreach ((_, YamlNode option) in value.Entries)
            {
                CheckOptions(option, problems);
            }

            nodes.Add(new GraphNode(key.Text, map?.Name("operator") ?? "", "nodes", key.Place)
            {
                Options = OptionsOf(value, "operator", "onError"),
                OnError = map is null ? FailurePolicy.DeadLetter : FailurePolicySection.Read(map, problems),
            });
        }

        return nodes;
    }

    /// <summary>The members of a node that belong to its operator.</summary>
    public static YamlNode OptionsOf(YamlNode node, params string[] others) => node.Kind != YamlKind.Map
        ? new YamlNode(YamlKind.Map, node.Place)
        : node.With(node.Entries.Where(entry => entry.Key.Kind == YamlKind.Text && !others.Contains(entry.Key.Text)));

    // The reader of a node refuses names that are twice or no texts; below it nobody has looked yet.
    private static void CheckOptions(YamlNode node, ProblemList problems)
    {
        if (node.Kind == YamlKind.Map)
        {
            MapReader.Open(node, "an option", problems, allowed: null);
        }

        CheckNames(node, problems);
        foreach (YamlNode item in node.Items)
        {
            CheckOptions(item, problems);
        }

        foreach ((_, YamlNode value) in node.Entries)
        {
            CheckOptions(value, problems);
        }
    }

    private static void CheckNames(YamlNode map, ProblemList problems)
    {
        foreach ((YamlNode key, _) in map.Entries)
        {
            if (key.Text.Length > OptionNameCharactersMax)
            {
                problems.Add(key, $"the name of a member has at most {OptionNameCharactersMax} characters");
            }
        }
    }
}
