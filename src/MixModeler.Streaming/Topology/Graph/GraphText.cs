using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MixModeler.Streaming.Topology;

/// <summary>A graph for people's eyes and for programs. The same graph gives the same text.</summary>
public static class GraphText
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For Markdown pages: a flowchart from left to right; failures are dotted.</summary>
    public static string Mermaid(TopologyPlan plan)
    {
        TopologyGraph graph = plan.Graph;
        StringBuilder text = new("flowchart LR\n");
        Dictionary<string, string> ids = new(StringComparer.Ordinal);
        foreach (GraphNode node in graph.Nodes)
        {
            // Ids of our own: a node may be named like a word of the language, e.g. end.
            string id = string.Create(CultureInfo.InvariantCulture, $"n{ids.Count}");
            ids.Add(node.Name, id);
            text.Append(CultureInfo.InvariantCulture, $"  {id}[\"{ForMermaid(node.Name)}<br/>{ForMermaid(node.Operator)} · {ForMermaid(node.Section)}\"]\n");
        }

        foreach (GraphEdge edge in graph.Edges)
        {
            string arrow = edge.FromPort == OperatorPorts.Errors ? "-.->" : "-->";
            string label = $"{ForMermaid(edge.FromPort)} → {ForMermaid(edge.ToPort)}";
            text.Append(CultureInfo.InvariantCulture, $"  {ids[edge.From]} {arrow}|\"{label}\"| {ids[edge.To]}\n");
        }

        return text.ToString();
    }

    /// <summary>For Graphviz.</summary>
    public static string Dot(TopologyPlan plan)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"digraph {ForDot(plan.Name)} {{\n  rankdir=LR;\n  node [shape=box];\n");
        foreach (GraphNode node in plan.Graph.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ForDot(node.Name)} [label={ForDot($"{node.Name}\n{node.Operator} · {node.Section}")}];\n");
        }

        foreach (GraphEdge edge in plan.Graph.Edges)
        {
            string style = edge.FromPort == OperatorPorts.Errors ? ", style=dotted" : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {ForDot(edge.From)} -> {ForDot(edge.To)} [taillabel={ForDot(edge.FromPort)}, headlabel={ForDot(edge.ToPort)}{style}];\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>For programs.</summary>
    public static string Json(TopologyPlan plan) => JsonSerializer.Serialize(
        new
        {
            topology = plan.Name,
            plan.Version,
            nodes = plan.Graph.Nodes.Select(node => new
            {
                node.Name,
                node.Operator,
                node.Section,
                node.Place.File,
                node.Place.Line,
                node.Place.Column,
            }),
            edges = plan.Graph.Edges.Select(edge => new
            {
                from = new { node = edge.From, port = edge.FromPort },
                to = new { node = edge.To, port = edge.ToPort },
                implied = edge.IsImplied,
            }),
        },
        Readable) + "\n";

    private static string ForMermaid(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.'
        ? c.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"#{(int)c};")));

    private static string ForDot(string text)
    {
        string escaped = text
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return $"\"{escaped}\"";
    }
}
