using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

internal enum WindowKind
{
    Tumbling,
    Hopping,
    Sliding,
    Session,
}

/// <summary>A window as compiled; times in ms.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="SizeMs">Length; of a session its gap.</param>
/// <param name="HopMs">Length of a pane; divides the size. Not for sessions.</param>
/// <param name="LatenessMs">How far behind the newest event time records are still taken.</param>
/// <param name="Aggregates">What is kept.</param>
internal sealed record WindowSettings(WindowKind Kind, long SizeMs, long HopMs, long LatenessMs, ImmutableArray<AggregateSettings> Aggregates)
{
    public const int PartsMax = 256;
}
