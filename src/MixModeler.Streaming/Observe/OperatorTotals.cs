using System.Collections.Immutable;

namespace MixModeler.Streaming.Observe;

/// <summary>What one node of a flow did in one task since the task began; a copy that does not change.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Operator">What it is.</param>
public sealed record OperatorTotals(string Node, string Operator)
{
    public long In { get; init; }

    public long Out { get; init; }

    /// <summary>Failed records by reason.</summary>
    public ImmutableSortedDictionary<string, long> Errors { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Of a sample of the records: the time in the node itself, µs; of a node that emits several, with what stands behind.</summary>
    public double P99Micros { get; init; }
}
