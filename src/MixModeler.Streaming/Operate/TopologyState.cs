using System.Collections.Immutable;

namespace MixModeler.Streaming.Operate;

/// <summary>A topology as the control log tells it up to some offset. Immutable; made by <see cref="ControlLog"/>.</summary>
public sealed record TopologyState
{
    public required string Name { get; init; }

    /// <summary>The version that runs; null before the first start. While a change switches, still the one before.</summary>
    public string? Active { get; init; }

    /// <summary>Grows whenever a change begins or ends: what `If-Match` compares.</summary>
    public long Sequence { get; init; }

    public ImmutableDictionary<string, VersionRecord> Versions { get; init; } = ImmutableDictionary<string, VersionRecord>.Empty;

    public ImmutableDictionary<string, ChangeState> Changes { get; init; } = ImmutableDictionary<string, ChangeState>.Empty;

    /// <summary>The changes' ids, oldest first.</summary>
    public ImmutableList<string> Order { get; init; } = [];

    public string? OpenId { get; init; }

    /// <summary>Null while nobody has asked for anything but running.</summary>
    public RunRecord? Run { get; init; }

    public ImmutableSortedDictionary<int, DrainedRecord> Drained { get; init; } = ImmutableSortedDictionary<int, DrainedRecord>.Empty;

    public RunState RunState => Run?.State ?? RunState.Running;

    /// <summary>The one change that is under way, if any.</summary>
    public ChangeState? Open => OpenId is null ? null : Changes[OpenId];

    /// <summary>Every partition has finished what it was to finish.</summary>
    public bool IsDrained => Run is { State: RunState.Draining } run
        && (run.Until ?? []).Keys.All(partition => Drained.GetValueOrDefault(partition)?.Run == run.Id);

    /// <summary>The version that ran before the active one; null if there was none.</summary>
    public string? Previous
    {
        get
        {
            for (int i = Order.Count - 1; i >= 0; i--)
            {
                ChangeState change = Changes[Order[i]];
                if (change.Stage == ChangeStage.Done)
                {
                    return change.Request.From.Length > 0 ? change.Request.From : null;
                }
            }

            return null;
        }
    }
}
