namespace MixModeler.Streaming.Topology;

/// <summary>Names in edges into nodes and ports that exist.</summary>
internal sealed class EdgeResolver(GraphBuilder graph, ProblemList problems)
{
    // A chain a -> b -> c is several edges.
    private const int EdgesMax = 2_048;

    public List<GraphEdge> Resolve(List<WrittenEdge> written)
    {
        List<GraphEdge> edges = [];
        Dictionary<string, GraphEdge> seen = new(StringComparer.Ordinal);
        foreach (WrittenEdge edge in written)
        {
            if (edges.Count >= EdgesMax)
            {
                problems.Add(edge.At, $"more than {EdgesMax} edges");
                break;
            }

            if (problems.IsFull)
            {
                break;
            }

            // Both ends, so that both mistakes are told.
            string? fromPort = FromPort(edge.From);
            string? toPort = ToPort(edge.To);
            if (fromPort is null || toPort is null)
            {
                continue;
            }

            GraphEdge resolved = new(edge.From.Node, fromPort, edge.To.Node, toPort, edge.At.Place, IsImplied: false);
            if (resolved.From == resolved.To)
            {
                problems.Add(edge.At, $"an edge from '{resolved.From}' to itself");
            }
            else if (seen.TryGetValue(resolved.ToString(), out GraphEdge? first))
            {
                problems.Add(edge.At, $"the edge {resolved} is here twice; first at {first.Place}");
            }
            else
            {
                seen.Add(resolved.ToString(), resolved);
                edges.Add(resolved);
            }
        }

        return edges;
    }

    private string? FromPort(EdgeEnd end)
    {
        if (!IsNode(end))
        {
            return null;
        }

        if (end.Port == OperatorPorts.Errors)
        {
            return end.Port;
        }

        return graph.PortsOf(end.Node) is OperatorPorts ports
            ? Port(end, [.. ports.Outputs.Select(port => port.Name)], "output", "it takes records and gives none")
            : end.Port ?? OperatorPorts.Out;
    }

    private string? ToPort(EdgeEnd end)
    {
        if (!IsNode(end))
        {
            return null;
        }

        return graph.PortsOf(end.Node) is OperatorPorts ports
            ? Port(end, [.. ports.Inputs.Select(port => port.Name)], "input", "records begin there")
            : end.Port ?? OperatorPorts.In;
    }

    private string? Port(EdgeEnd end, string[] ports, string side, string whyNone)
    {
        if (ports.Length == 0)
        {
            problems.Add(end.At, $"'{end.Node}' has no {side}: {whyNone}");
            return null;
        }

        if (end.Port is null || ports.Contains(end.Port))
        {
            return end.Port ?? ports[0];
        }

        problems.Add(end.At, $"'{end.Node}' has no {side} '{end.Port}'{NearestName.Advice(end.Port, ports)}");
        return null;
    }

    private bool IsNode(EdgeEnd end)
    {
        if (graph.Nodes.ContainsKey(end.Node))
        {
            return true;
        }

        string[] names = [.. graph.Nodes.Keys.Order(StringComparer.Ordinal)];
        problems.Add(end.At, $"there is no node '{end.Node}'{NearestName.Advice(end.Node, names)}");
        return false;
    }
}
