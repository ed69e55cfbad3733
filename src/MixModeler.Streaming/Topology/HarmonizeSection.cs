namespace MixModeler.Streaming.Topology;

/// <summary>`harmonize`: filters and maps between the events and the features, in order, each a node of the graph.</summary>
internal static class HarmonizeSection
{
    private const int StepsMax = 64;

    private static readonly Shape Step = Shape.Map(
        new("name", Shape.Name("-_"), "The node's name; harmonize-1, harmonize-2, … where nothing is said."),
        new("where", Shape.Expression, "Only events for which this holds go on."),
        new("set", Shape.Named("_-", Shape.Expression), "Fields to compute, by name."),
        new("onError", FailurePolicySection.Shape, FailurePolicySection.Meaning));

    public static Shape Shape { get; } = Shape.List(Step, "steps, e.g. - where: \"device != 'bot'\"", StepsMax);

    public static List<GraphNode> Read(MapReader root, ProblemList problems)
    {
        List<GraphNode> nodes = [];
        foreach (YamlNode item in root.Items("harmonize"))
        {
            string unnamed = FormattableString.Invariant($"harmonize-{nodes.Count + 1}");
            MapReader? map = MapReader.Open(item, "a step", problems, Step);
            if (map is null)
            {
                // It counts, so that edges to the others find them.
                nodes.Add(new GraphNode(unnamed, "", "harmonize", item.Place));
                continue;
            }

            if (map.Has("where") == map.Has("set") && !map.IsMisspelt("where") && !map.IsMisspelt("set"))
            {
                problems.Add(item, map.Has("set") ? "a step filters with 'where' or computes with 'set', not both: write two steps" : "a step needs 'where' or 'set'");
            }

            map.Expression("where");
            foreach ((YamlNode key, YamlNode value) in map.Named("set", "a field"))
            {
                MapReader.Expression(value, $"'{key.Text}'", problems);
            }

            string operation = map.Has("set") ? "map" : "filter";
            string name = map.Name("name") ?? unnamed;
            nodes.Add(new GraphNode(name, operation, "harmonize", item.Place)
            {
                Options = NodeSection.OptionsOf(item, "name", "onError"),
                OnError = FailurePolicySection.Read(map, problems),
            });
        }

        return nodes;
    }
}
