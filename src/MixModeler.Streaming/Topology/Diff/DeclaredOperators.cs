using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>The nodes and audiences of a topology as a diff compares them: by the identities by which state is kept.</summary>
internal static class DeclaredOperators
{
    public static ImmutableArray<DeclaredOperator> Of(TopologyPlan plan) => plan.Flow is { } flow
        ? [.. flow.Lanes.SelectMany(lane => lane.Nodes.SelectMany(node => Of(node, IsOfEvents(lane), plan)))]
        : [];

    /// <summary>What visitors' records hold beside features and labels, in the order in which they hold it.</summary>
    public static IEnumerable<ulong> StatesOf(IEnumerable<DeclaredOperator> operators) => operators
        .Where(each => each.HasState && each.IsRebuilt)
        .Select(each => each.Keeper != 0 ? each.Keeper : each.Identity)
        .Distinct();

    // Lanes behind key-bys and other sources have no shadow.
    private static bool IsOfEvents(LanePlan lane) => lane.Name.Length == 0;

    private static IEnumerable<DeclaredOperator> Of(FlowNode node, bool isOfEvents, TopologyPlan plan) => node.Settings switch
    {
        SourceSettings or ProfileSettings => [],
        AudiencesSettings when node.Name == GraphBuilder.Audiences => plan.Audiences.Select(audience => new DeclaredOperator(
            audience.Name, OperatorKind.Audience, OperatorIdentity.Of(node.Identity.ToString("x16", null), audience.Name), HasState: true)
        {
            Definition = audience.When.Text,
            Keeper = node.Identity,
            IsRebuilt = isOfEvents,
        }),
        _ =>
        [
            new DeclaredOperator(node.Name, OperatorKind.Node, node.Identity, node.StateIndex >= 0)
            {
                Definition = $"{node.OnError}",
                IsRebuilt = isOfEvents,
            },
        ],
    };
}
