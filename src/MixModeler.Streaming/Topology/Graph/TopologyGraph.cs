using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// The whole topology as operators and what flows between them, without cycles. Nodes stand in the order in which a record
/// meets them, edges in the order of their nodes.
/// </summary>
public sealed record TopologyGraph(ImmutableArray<GraphNode> Nodes, ImmutableArray<GraphEdge> Edges)
{
    public static TopologyGraph Empty { get; } = new([], []);

    /// <summary>The node of that name, or null.</summary>
    public GraphNode? Find(string name) => Nodes.FirstOrDefault(node => node.Name == name);

    public IEnumerable<GraphEdge> Into(string node) => Edges.Where(edge => edge.To == node);

    public IEnumerable<GraphEdge> OutOf(string node) => Edges.Where(edge => edge.From == node);
}

/// <summary>An operator in its place.</summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Operator">What it does.</param>
/// <param name="Section">The section of the file that made it; `nodes` for those written as nodes.</param>
/// <param name="Place">Where that stands.</param>
public sealed record GraphNode(string Name, string Operator, string Section, Place Place)
{
    public FailurePolicy OnError { get; init; } = FailurePolicy.DeadLetter;

    /// <summary>The operator's options as written, a map.</summary>
    internal YamlNode Options { get; init; } = new(YamlKind.Map, Place);
}

/// <summary>Records flow from a port to a port.</summary>
/// <param name="From">The node they leave.</param>
/// <param name="FromPort">By this port.</param>
/// <param name="To">The node they reach.</param>
/// <param name="ToPort">By this port.</param>
/// <param name="Place">Where it is written; of an edge that the sections imply, where the node it leaves is.</param>
/// <param name="IsImplied">The sections make it; nobody wrote it.</param>
public sealed record GraphEdge(string From, string FromPort, string To, string ToPort, Place Place, bool IsImplied)
{
    public override string ToString() => $"{From}.{FromPort} -> {To}.{ToPort}";
}
