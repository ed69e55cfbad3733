using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

internal enum FailureKind
{
    /// <summary>The task dies with its outputs sent and its commit not applied.</summary>
    Crash,

    /// <summary>The task dies with its commit applied, and never hears of it.</summary>
    CrashAfterCommit,

    /// <summary>A record stands in the log twice, as when a producer tries again.</summary>
    DuplicateDelivery,
}

/// <summary>Where something goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="After">The number of the event, from 1; 0 is every commit, or every event.</param>
/// <param name="Place">Where the test says so.</param>
internal sealed record FailurePoint(FailureKind Kind, int After, Place Place);
