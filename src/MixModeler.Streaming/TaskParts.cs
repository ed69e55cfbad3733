using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming;

/// <summary>What a <see cref="PartitionTask"/> is made of.</summary>
public sealed record TaskParts
{
    /// <summary>What to do, and when to do something else.</summary>
    public required LiveTopology Live { get; init; }

    /// <summary>Of the events topic; outputs carry it.</summary>
    public required int Partition { get; init; }

    /// <summary>This partition's state.</summary>
    public required IStateStore Store { get; init; }

    /// <summary>This task's own sink.</summary>
    public required IRecordSink Sink { get; init; }

    /// <summary>Tells the model version that scores under a version of the topology.</summary>
    public required ModelRegister Models { get; init; }

    /// <summary>Visitors kept in memory between batches.</summary>
    public int VisitorsMax { get; init; } = 50_000;

    /// <summary>Where shadow lanes run; null where the log cannot be read again.</summary>
    public IShadowLanes? Shadows { get; init; }

    /// <summary>
    /// Only the state counts: nothing is scored, sent or written back to profiles. A shadow lane that nobody compares works like this.
    /// </summary>
    public bool IsSilent { get; init; }

    /// <summary>Reads profiles for nodes that enrich; null where there are none to read.</summary>
    public IProfileLookup? Profiles { get; init; }

    /// <summary>Who is shown live records; null for nobody ever.</summary>
    public FlowTaps? Taps { get; init; }

    /// <summary>Whether scores are written back to profiles; a shadow lane's are not.</summary>
    public bool WritesProfiles { get; init; } = true;
}
