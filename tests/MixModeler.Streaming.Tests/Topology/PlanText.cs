using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>Everything in a plan but the places, for comparison.</summary>
internal static class PlanText
{
    public static string Of(TopologyPlan plan) => JsonSerializer.Serialize(new
    {
        plan.Name,
        plan.Tenant,
        plan.Version,
        plan.Source,
        plan.Records,
        plan.Schema.Features,
        plan.Matches,
        plan.Model,
        plan.Topics,
        plan.Decisions,
        plan.Harmonized,
        Audiences = plan.Audiences.Select(audience => new { audience.Name, audience.When.Text, audience.Description }),
        Nodes = plan.Graph.Nodes.Select(node => new { node.Name, node.Operator, node.Section, node.OnError, Options = TextOf(node.Options) }),
        Edges = plan.Graph.Edges.Select(edge => new { Text = edge.ToString(), edge.IsImplied }),
    });

    private static string TextOf(YamlNode node) => CanonicalText.Of(node, new ProblemList("options"));
}
