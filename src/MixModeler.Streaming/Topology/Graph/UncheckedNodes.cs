using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology;

/// <summary>Knows no operator and lets every one pass.</summary>
internal sealed class UncheckedNodes : INodeCheck
{
    public OperatorPorts? PortsOf(GraphNode node) => null;

    public void CheckAlone(GraphNode node, ProblemList problems)
    {
    }

    public FlowPlan? Compile(TopologyPlan plan, ProblemList problems) => null;
}
