using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>
/// Where the state of a version comes from when another version ran before it: by operator identity, so that neither a new name
/// nor another place in the file costs a feature what it holds.
/// </summary>
/// <param name="FeatureFrom">For every feature of the new version its position in the old one; -1 = rebuilt from the log.</param>
/// <param name="KeepsLabels">Decisions that wait for their label go on waiting.</param>
public sealed record StateMapping(ImmutableArray<int> FeatureFrom, bool KeepsLabels)
{
    public const int Rebuilt = -1;

    /// <summary>Features of the old version; those that nothing maps to are dropped.</summary>
    public int FeaturesBefore { get; init; }

    /// <summary>The new version waits for labels.</summary>
    public bool HasLabels { get; init; }

    /// <summary>State of the old version is state of the new one as it stands.</summary>
    public bool IsIdentity
    {
        get
        {
            bool same = KeepsLabels && FeatureFrom.Length == FeaturesBefore;
            for (int i = 0; same && i < FeatureFrom.Length; i++)
            {
                same = FeatureFrom[i] == i;
            }

            return same;
        }
    }

    /// <summary>Something must be made from the retained log.</summary>
    public bool NeedsRebuild => FeatureFrom.Contains(Rebuilt) || (HasLabels && !KeepsLabels);

    /// <summary>Features of equal identity are matched in order: the i-th of the new version takes the i-th of the old.</summary>
    public static StateMapping Between(TopologyPlan from, TopologyPlan to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Dictionary<ulong, Queue<int>> before = [];
        for (int i = 0; i < from.Schema.Features.Length; i++)
        {
            ulong identity = OperatorIdentity.OfFeature(from, i);
            if (!before.TryGetValue(identity, out Queue<int>? positions))
            {
                before.Add(identity, positions = []);
            }

            positions.Enqueue(i);
        }

        ImmutableArray<int>.Builder feature = ImmutableArray.CreateBuilder<int>(to.Schema.Features.Length);
        for (int i = 0; i < to.Schema.Features.Length; i++)
        {
            bool isKept = before.TryGetValue(OperatorIdentity.OfFeature(to, i), out Queue<int>? positions) && positions.Count > 0;
            feature.Add(isKept ? positions!.Dequeue() : Rebuilt);
        }

        return new StateMapping(feature.MoveToImmutable(), OperatorIdentity.OfLabels(from) == OperatorIdentity.OfLabels(to))
        {
            FeaturesBefore = from.Schema.Features.Length,
            HasLabels = to.Model is not null,
        };
    }

    /// <summary>A row of the old version as one of the new: rebuilt features are unknown in it.</summary>
    /// <param name="from">Laid out by the old version's schema.</param>
    /// <param name="to">Receives it as the new version's schema lays it out.</param>
    public void MapRow(ReadOnlySpan<long> from, Span<long> to)
    {
        to[0] = from[0];
        for (int i = 0; i < FeatureFrom.Length; i++)
        {
            to[1 + i] = FeatureFrom[i] == Rebuilt ? 0 : from[1 + FeatureFrom[i]];
        }
    }
}
