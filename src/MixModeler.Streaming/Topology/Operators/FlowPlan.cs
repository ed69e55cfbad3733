using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// A graph of nodes, compiled: immutable, shared by all tasks. A lane is what one task does with the records of one topic; a
/// key-by ends one lane and begins another.
/// </summary>
/// <param name="Lanes">The first reads the topology's events, and may have nothing but the source.</param>
/// <param name="FrontIdentity">What stands before the profile, canonical; empty where nothing does.</param>
internal sealed record FlowPlan(ImmutableArray<LanePlan> Lanes, string FrontIdentity);

/// <summary>The nodes that one task runs.</summary>
internal sealed record LanePlan
{
    /// <summary>Empty for the lane of the events; of the others the name of the key-by, or of the source of records.</summary>
    public required string Name { get; init; }

    /// <summary>Full name.</summary>
    public required string Topic { get; init; }

    /// <summary>What is read from each record, into the slots from 0.</summary>
    public required RecordSchema Schema { get; init; }

    public required ImmutableArray<FieldRead> Reads { get; init; }

    /// <summary>What comes in, where it is neither events nor a key-by's.</summary>
    public RecordSourcePlan? Records { get; init; }

    /// <summary>In the order in which a record meets them; the source, or the key-by's far end, is the first.</summary>
    public required ImmutableArray<FlowNode> Nodes { get; init; }

    /// <summary>Room for the records of all nodes.</summary>
    public required int SlotCount { get; init; }

    /// <summary>How far behind the newest event time of a partition records are expected.</summary>
    public required TimeSpan Lateness { get; init; }

    /// <summary>Place of the node `profile`, or -1.</summary>
    public int Profile => Nodes.ToList().FindIndex(node => node.Settings is ProfileSettings);

    /// <summary>Nodes that keep something of a key, in the order of a layout's operator states.</summary>
    public IEnumerable<FlowNode> Keeping => Nodes.Where(node => node.StateIndex >= 0).OrderBy(node => node.StateIndex);
}

/// <summary>An operator in its place in a lane.</summary>
internal sealed record FlowNode
{
    public required string Name { get; init; }

    public required string Operator { get; init; }

    /// <summary>One of the records of NodeSettings, or what a custom operator was told.</summary>
    public required object Settings { get; init; }

    public required FailurePolicy OnError { get; init; }

    /// <summary>First slot of what comes in, by port; by edge for a union.</summary>
    public required ImmutableArray<int> Inputs { get; init; }

    /// <summary>First slot of what goes out.</summary>
    public required int Output { get; init; }

    public required RecordSchema Schema { get; init; }

    /// <summary>By output port.</summary>
    public ImmutableArray<ImmutableArray<FlowTarget>> Targets { get; init; } = [];

    public required ImmutableArray<string> Ports { get; init; }

    /// <summary>Place of its memory among a key's operator memories; -1 keeps nothing.</summary>
    public int StateIndex { get; init; } = -1;

    /// <summary>Of the node with all that stands before it: what is kept is kept as long as this stays.</summary>
    public required ulong Identity { get; init; }
}

/// <summary>Where an edge leads.</summary>
/// <param name="Node">Place in the lane.</param>
/// <param name="Port">Of that node.</param>
internal readonly record struct FlowTarget(int Node, int Port);
