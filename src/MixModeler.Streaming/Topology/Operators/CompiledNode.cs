using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>What a node's options come to.</summary>
/// <param name="Settings">For the step that runs.</param>
/// <param name="Schema">Of what goes out.</param>
internal sealed record CompiledNode(object Settings, RecordSchema Schema)
{
    private static readonly ImmutableArray<string> SingleOut = [OperatorPorts.Out];

    /// <summary>What goes out stands in slots of its own; otherwise it is what came in.</summary>
    public bool HasOwnSlots { get; init; }

    public ImmutableArray<string> Ports { get; init; } = SingleOut;

    public bool Keeps { get; init; }

    /// <summary>Content of files that decide what the node does, for its identity.</summary>
    public string Files { get; init; } = "";
}

/// <summary>What a node is compiled from.</summary>
/// <param name="Options">As written.</param>
/// <param name="Inputs">By port; by edge for a union.</param>
/// <param name="Topology">All the rest.</param>
internal sealed record NodeInput(NodeOptions Options, ImmutableArray<RecordSchema> Inputs, TopologyPlan Topology)
{
    public RecordSchema Input => Inputs[0];

    public ProblemList Problems => Options.Problems;

    /// <summary>Of the source: what a node waits for late records where it does not say.</summary>
    public long LatenessMs => (long)Topology.Source.Lateness.TotalMilliseconds;
}
