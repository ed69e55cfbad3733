using System.Collections.Immutable;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Flow;

/// <summary>Counts of one node in one task; owned by the task's thread.</summary>
internal sealed class FlowCounter(string node, string operation)
{
    private readonly TimeHistogram times = new();
    private readonly SortedDictionary<string, long> errors = new(StringComparer.Ordinal);

    public long In;
    public long Out;

    public void Fail(string reason) => errors[reason] = errors.GetValueOrDefault(reason) + 1;

    public void Took(long ticks) => times.Took(ticks);

    public OperatorTotals Copy() => new(node, operation)
    {
        In = In,
        Out = Out,
        Errors = errors.Count == 0 ? ImmutableSortedDictionary<string, long>.Empty : errors.ToImmutableSortedDictionary(),
        P99Micros = times.P99Micros(),
    };
}
