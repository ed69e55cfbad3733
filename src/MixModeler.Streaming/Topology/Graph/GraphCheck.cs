namespace MixModeler.Streaming.Topology;

/// <summary>Whether records can flow: from sources, everywhere, to an end, and never in a circle.</summary>
internal sealed class GraphCheck(GraphBuilder graph, List<GraphEdge> edges, ProblemList problems)
{
    private readonly ILookup<string, GraphEdge> outgoing = edges.ToLookup(edge => edge.From);
    private readonly ILookup<string, GraphEdge> incoming = edges.ToLookup(edge => edge.To);

    public void Check(YamlNode root)
    {
        if (!graph.Nodes.Values.Any(IsSource))
        {
            problems.Add(root["nodes"] ?? root, "nothing begins here: the graph has no source");
            return;
        }

        foreach (GraphNode node in graph.Nodes.Values)
        {
            CheckInputs(node);
            CheckOutputs(node);
        }

        CheckCycles();
    }

    private bool IsSource(GraphNode node) => graph.PortsOf(node.Name) is { Inputs.Length: 0 };

    private void CheckInputs(GraphNode node)
    {
        OperatorPorts? ports = graph.PortsOf(node.Name);
        if (ports is null)
        {
            if (!incoming[node.Name].Any())
            {
                problems.Add(node.Place, $"nothing leads to the node '{node.Name}'");
            }

            return;
        }

        foreach (OperatorPort port in ports.Inputs)
        {
            GraphEdge[] here = [.. incoming[node.Name].Where(edge => edge.ToPort == port.Name)];
            if (here.Length == 0 && !port.IsOptional && !port.TakesMany)
            {
                string input = ports.Inputs.Length == 1 ? "" : $"the input '{port.Name}' of ";
                problems.Add(node.Place, $"nothing leads to {input}the node '{node.Name}'");
            }

            foreach (GraphEdge second in here.Skip(port.TakesMany ? here.Length : 1))
            {
                problems.Add(second.Place, $"the input '{port.Name}' of '{node.Name}' takes one edge and has {here[0]} at {here[0].Place}: join them with a union");
            }
        }
    }

    private void CheckOutputs(GraphNode node)
    {
        OperatorPorts? ports = graph.PortsOf(node.Name);
        string[] used = [.. outgoing[node.Name].Select(edge => edge.FromPort)];
        if (ports is null)
        {
            if (used.All(port => port == OperatorPorts.Errors))
            {
                problems.Add(node.Place, $"what leaves '{node.Name}' goes nowhere: an edge leads it on");
            }

            return;
        }

        foreach (OperatorPort port in ports.Outputs.Where(port => !port.IsOptional && !used.Contains(port.Name)))
        {
            string output = ports.Outputs.Length == 1 ? "" : $" by '{port.Name}'";
            problems.Add(node.Place, $"what leaves '{node.Name}'{output} goes nowhere: an edge leads it on");
        }
    }

    // Depth first; an edge back to a node that is being visited closes a cycle. A stack of our own: a file from a stranger
    // says how deep this goes.
    private void CheckCycles()
    {
        HashSet<string> done = new(StringComparer.Ordinal);
        foreach (string start in graph.Nodes.Keys.Order(StringComparer.Ordinal))
        {
            List<GraphEdge> path = [];
            HashSet<string> onPath = new([start], StringComparer.Ordinal);
            Stack<Queue<GraphEdge>> visits = new();
            if (done.Add(start))
            {
                visits.Push(new Queue<GraphEdge>(outgoing[start]));
            }

            while (visits.Count > 0)
            {
                if (!visits.Peek().TryDequeue(out GraphEdge? edge))
                {
                    visits.Pop();
                    if (path.Count > 0)
                    {
                        onPath.Remove(path[^1].To);
                        path.RemoveAt(path.Count - 1);
                    }
                }
                else if (onPath.Contains(edge.To))
                {
                    AddCycle([.. path.SkipWhile(before => before.From != edge.To), edge]);
                }
                else if (done.Add(edge.To))
                {
                    path.Add(edge);
                    onPath.Add(edge.To);
                    visits.Push(new Queue<GraphEdge>(outgoing[edge.To]));
                }
            }
        }
    }

    private void AddCycle(List<GraphEdge> cycle)
    {
        const int ShownMax = 12;
        // A place that can be changed: one that somebody wrote, the last in the files.
        GraphEdge at = cycle.Where(edge => !edge.IsImplied).OrderBy(edge => edge.Place.Line).ThenBy(edge => edge.Place.Column).LastOrDefault() ?? cycle[^1];
        IEnumerable<string> steps = cycle.Take(ShownMax).Select(edge => $"-> {edge.To} ({edge.Place})");
        string more = cycle.Count > ShownMax ? $" … {cycle.Count - ShownMax} more" : "";
        problems.Add(at.Place, $"records would go in a circle: {cycle[0].From} {string.Join(' ', steps)}{more}");
    }
}
