namespace MixModeler.Streaming.Topology;

/// <summary>One order for one graph, whatever the order of the file: that in which a record meets the nodes.</summary>
internal static class GraphOrder
{
    public static TopologyGraph Sort(IEnumerable<GraphNode> nodes, List<GraphEdge> edges)
    {
        Dictionary<string, int> depths = Depths(nodes, edges);
        GraphNode[] sorted =
        [
            .. nodes
                .OrderBy(node => node.Name == GraphBuilder.DeadLetter)          // Everything leads there; it is read last.
                .ThenBy(node => depths[node.Name])
                .ThenBy(node => node.Name, StringComparer.Ordinal),
        ];
        Dictionary<string, int> ranks = sorted.Select((node, rank) => (node.Name, rank)).ToDictionary(node => node.Name, node => node.rank);
        return new TopologyGraph(
            [.. sorted],
            [
                .. edges
                    .OrderBy(edge => ranks[edge.From])
                    .ThenBy(edge => edge.FromPort == OperatorPorts.Errors)
                    .ThenBy(edge => edge.FromPort, StringComparer.Ordinal)
                    .ThenBy(edge => ranks[edge.To])
                    .ThenBy(edge => edge.ToPort, StringComparer.Ordinal),
            ]);
    }

    // Edges on the longest way from a node into which nothing leads (Kahn's algorithm; there are no cycles).
    private static Dictionary<string, int> Depths(IEnumerable<GraphNode> nodes, List<GraphEdge> edges)
    {
        ILookup<string, GraphEdge> outgoing = edges.ToLookup(edge => edge.From);
        Dictionary<string, int> open = nodes.ToDictionary(node => node.Name, _ => 0);
        foreach (GraphEdge edge in edges)
        {
            open[edge.To]++;
        }

        Dictionary<string, int> depths = open.Keys.ToDictionary(name => name, _ => 0);
        Queue<string> ready = new(open.Where(node => node.Value == 0).Select(node => node.Key));
        while (ready.TryDequeue(out string? name))
        {
            foreach (GraphEdge edge in outgoing[name])
            {
                depths[edge.To] = Math.Max(depths[edge.To], depths[name] + 1);
                if (--open[edge.To] == 0)
                {
                    ready.Enqueue(edge.To);
                }
            }
        }

        return depths;
    }
}
