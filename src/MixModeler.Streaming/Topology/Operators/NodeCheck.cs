namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Checks and compiles nodes with the operators that are built in.</summary>
internal sealed class NodeCheck(INodeFiles files) : INodeCheck
{
    private readonly NodeCompiler compiler = new(files);

    public static NodeCheck Instance { get; } = new(new DiskNodeFiles());

    public OperatorPorts? PortsOf(GraphNode node) => NodeCompiler.PortsOf(node);

    public void CheckAlone(GraphNode node, ProblemList problems) => NodeCompiler.CheckAlone(node, problems);

    public FlowPlan? Compile(TopologyPlan plan, ProblemList problems) => FlowCompiler.Compile(plan, compiler, problems);
}
