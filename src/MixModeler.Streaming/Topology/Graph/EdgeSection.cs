namespace MixModeler.Streaming.Topology;

/// <summary>
/// `edges`: from where to where records go, as `a -> b`, `a.port -> b.port`, `a -> b -> c`, as `{ from: a.port, to: b }` or as a
/// pair `[a, b]`. Without a port the first one of the node is meant.
/// </summary>
internal static class EdgeSection
{
    private const int EdgesMax = 1_024;
    private const string Arrow = "->";

    private static readonly Shape FromTo = Shape.Map(
        new("from", Shape.Text, "A node, or node.port.") { Required = true },
        new("to", Shape.Text, "A node, or node.port.") { Required = true });

    public static Shape Shape { get; } = Shape.List(
        Shape.Either(Shape.Text, FromTo, Shape.List(Shape.Text, "two nodes")), "edges, e.g. a -> b", EdgesMax);

    public static List<WrittenEdge> Read(MapReader root, ProblemList problems)
    {
        List<WrittenEdge> edges = [];
        foreach (YamlNode item in root.Items("edges"))
        {
            List<EdgeEnd?> ends = item.Kind switch
            {
                YamlKind.Map => ReadMap(item, problems),
                YamlKind.List => ReadPair(item, problems),
                _ => ReadText(item, problems),
            };
            for (int i = 1; i < ends.Count; i++)
            {
                if (ends[i - 1] is EdgeEnd from && ends[i] is EdgeEnd to)
                {
                    edges.Add(new WrittenEdge(from, to, item));
                }
            }
        }

        return edges;
    }

    private static List<EdgeEnd?> ReadMap(YamlNode item, ProblemList problems)
    {
        MapReader map = MapReader.Open(item, "an edge", problems, FromTo)!;
        return [.. FromTo.Names.Select(key => map.Text(key) is string text ? ReadEnd(map.Value(key)!, text, problems) : null)];
    }

    private static List<EdgeEnd?> ReadPair(YamlNode item, ProblemList problems)
    {
        if (item.Items.Count != 2)
        {
            problems.Add(item, $"an edge as a list is a pair [from, to]; found {item.Items.Count} items");
            return [];
        }

        return [.. item.Items.Select(end => MapReader.IsText(end, "the end of an edge", problems) ? ReadEnd(end, end.Text, problems) : null)];
    }

    private static List<EdgeEnd?> ReadText(YamlNode item, ProblemList problems)
    {
        if (!MapReader.IsText(item, "an edge", problems))
        {
            return [];
        }

        string[] parts = item.Text.Split(Arrow);
        if (parts.Length < 2)
        {
            problems.Add(item, $"an edge is written a -> b; found {item.Found}");
            return [];
        }

        return [.. parts.Select(part => ReadEnd(item, part.Trim(), problems))];
    }

    private static EdgeEnd? ReadEnd(YamlNode at, string text, ProblemList problems)
    {
        string[] parts = text.Trim().Split('.');
        if (parts.Length <= 2 && parts.All(part => Names.IsName(part, "-_")))
        {
            return new EdgeEnd(parts[0], parts.Length == 2 ? parts[1] : null, at);
        }

        problems.Add(at, $"the end of an edge is a node, or node.port; found {YamlNode.Quote(text)}");
        return null;
    }
}

/// <summary>A node and perhaps a port, as named in an edge.</summary>
internal sealed record EdgeEnd(string Node, string? Port, YamlNode At);

/// <summary>An edge as a person wrote it.</summary>
internal sealed record WrittenEdge(EdgeEnd From, EdgeEnd To, YamlNode At);
