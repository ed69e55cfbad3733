using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology;

/// <summary>Who knows the operators: their ports, their options, and what types flow.</summary>
internal interface INodeCheck
{
    /// <summary>
    /// The ports of a node that was written under `nodes`, which may depend on its options. Null where the operator is unknown
    /// to this check, or the options do not say: any port is then allowed.
    /// </summary>
    OperatorPorts? PortsOf(GraphNode node);

    /// <summary>What can be said of a node under `nodes` by itself, for a file whose graph is not in order.</summary>
    void CheckAlone(GraphNode node, ProblemList problems);

    /// <summary>
    /// Compiles the nodes of a plan whose graph is in order; unknown operators, options and types are problems. Null where there
    /// is nothing to compile.
    /// </summary>
    FlowPlan? Compile(TopologyPlan plan, ProblemList problems);
}
