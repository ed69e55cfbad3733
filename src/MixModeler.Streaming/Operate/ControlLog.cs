using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// What the records of the control log mean, taken in their order. Everybody who folds the same log sees the same: the first
/// request after an open change has ended opens the next, the first final decision counts, whatever comes too late is passed
/// over. So nobody has to be kept from writing.
/// </summary>
public static class ControlLog
{
    /// <summary>The state after one more record.</summary>
    /// <param name="state">Of the key's topology; a new one where there was none.</param>
    /// <param name="offset">The record's.</param>
    /// <param name="key">The record's.</param>
    /// <param name="value">Empty where compaction's deletion stands; such are passed over.</param>
    /// <param name="complaint">Why the record was not understood, as a sentence; null if it was.</param>
    public static TopologyState Fold(TopologyState state, long offset, in ControlKey key, ReadOnlySpan<byte> value, out string? complaint)
    {
        ArgumentNullException.ThrowIfNull(state);
        complaint = null;
        if (value.IsEmpty || key.Kind == ControlKeyKind.Decisions)
        {
            return state;
        }

        try
        {
            return key.Kind switch
            {
                ControlKeyKind.Version => OnVersion(state, key, Read(value, ControlJson.Default.VersionRecord)),
                ControlKeyKind.Request => OnRequest(state, offset, key, Read(value, ControlJson.Default.ChangeRequest)),
                ControlKeyKind.Task or ControlKeyKind.Switched or ControlKeyKind.Migrated =>
                    OnTask(state, offset, key, Read(value, ControlJson.Default.TaskEntry)),
                ControlKeyKind.Decision => OnDecision(state, offset, key, Read(value, ControlJson.Default.ChangeDecision)),
                ControlKeyKind.Closed => OnClosed(state, key, Read(value, ControlJson.Default.ChangeClosed)),
                ControlKeyKind.Run => OnRun(state, Read(value, ControlJson.Default.RunRecord)),
                ControlKeyKind.Drained => OnDrained(state, key, Read(value, ControlJson.Default.DrainedRecord)),
                ControlKeyKind.Divergence => OnDivergence(state, key, Read(value, ControlJson.Default.DivergenceRecord)),
                _ => state,
            };
        }
        catch (JsonException malformed)
        {
            complaint = $"The record '{key}' at offset {offset} of the control log is not understood and passed over: {malformed.Message}";
            return state;
        }
    }

    private static TopologyState OnVersion(TopologyState state, in ControlKey key, VersionRecord record) =>
        state with { Versions = state.Versions.SetItem(key.Subject, record) };

    private static TopologyState OnRequest(TopologyState state, long offset, in ControlKey key, ChangeRequest request)
    {
        if (!Enum.IsDefined(request.Kind) || request.Partitions is < 0 or > ChangeRequest.PartitionsMax)
        {
            throw new JsonException($"kind {request.Kind}, {request.Partitions} partitions");
        }

        if (state.Changes.ContainsKey(key.Subject))
        {
            return state;
        }

        (string? refusal, bool stale) = RefusalOf(state, request);
        ChangeStage stage = refusal is not null ? ChangeStage.Refused
            : request.Kind == ChangeKind.Start ? ChangeStage.Done
            : ChangeStage.Preparing;
        ChangeState change = new()
        {
            Id = key.Subject,
            Request = request,
            Stage = stage,
            Reason = refusal,
            WasStale = stale,
            LastHeardOffset = offset,
            EndedAt = stage == ChangeStage.Preparing ? null : request.At,
        };
        TopologyState next = state with { Changes = state.Changes.Add(key.Subject, change), Order = state.Order.Add(key.Subject) };
        return stage switch
        {
            ChangeStage.Preparing => next with { OpenId = key.Subject, Sequence = state.Sequence + 1 },
            ChangeStage.Done => next with { Active = request.To, Sequence = state.Sequence + 1 },
            _ => next,
        };
    }

    private static (string? Refusal, bool Stale) RefusalOf(TopologyState state, ChangeRequest request)
    {
        if (request.Kind == ChangeKind.Start)
        {
            return (state.Active is null ? null : $"version {state.Active} was started before", true);
        }

        if (state.Active is null)
        {
            return ("no version runs yet that could be changed", false);
        }

        if (state.OpenId is not null)
        {
            return ($"the change {state.OpenId} is under way", false);
        }

        bool stale = request.From != state.Active || (request.After is { } after && after != state.Sequence);
        return (stale ? $"it was asked for when version {request.From} ran; now {state.Active} does, with sequence {state.Sequence}" : null, stale);
    }

    private static TopologyState OnTask(TopologyState state, long offset, in ControlKey key, TaskEntry entry)
    {
        if (!state.Changes.TryGetValue(key.Subject, out ChangeState? change))
        {
            throw new JsonException("it belongs to no change that is known");
        }

        if (key.Partition is < ChangeState.Engine or > ChangeRequest.PartitionsMax)
        {
            throw new JsonException("no such partition");
        }

        TaskProgressState before = change.Tasks.GetValueOrDefault(key.Partition) ?? new TaskProgressState();
        TaskProgressState after = key.Kind switch
        {
            ControlKeyKind.Switched => before with { Switched = entry },
            ControlKeyKind.Migrated => before with { Migrated = entry },
            _ => before with { Prepare = entry },
        };
        return Replace(state, change with { Tasks = change.Tasks.SetItem(key.Partition, after), LastHeardOffset = offset });
    }

    private static TopologyState OnDecision(TopologyState state, long offset, in ControlKey key, ChangeDecision decision)
    {
        if (state.Open is not { Stage: ChangeStage.Preparing } open || open.Id != key.Subject)
        {
            return state;
        }

        return decision.Verdict switch
        {
            ChangeVerdict.Promote => Replace(state, open with { PromotedBy = open.PromotedBy ?? decision.By, LastHeardOffset = offset }),
            ChangeVerdict.Switch => Replace(
                state, open with { Stage = ChangeStage.Switching, Reason = decision.Reason, DecidedBy = decision.By, LastHeardOffset = offset }),
            ChangeVerdict.Abandon => Ended(
                state, open with { Stage = ChangeStage.Abandoned, Reason = decision.Reason, DecidedBy = decision.By, EndedAt = decision.At }),
            _ => throw new JsonException($"verdict {decision.Verdict}"),
        };
    }

    private static TopologyState OnClosed(TopologyState state, in ControlKey key, ChangeClosed closed) =>
        state.Open is { Stage: ChangeStage.Switching } open && open.Id == key.Subject
            ? Ended(state, open with { Stage = ChangeStage.Done, EndedAt = closed.At }) with { Active = open.Request.To }
            : state;

    private static TopologyState OnRun(TopologyState state, RunRecord run) =>
        Enum.IsDefined(run.State) ? state with { Run = run } : throw new JsonException($"state {run.State}");

    private static TopologyState OnDrained(TopologyState state, in ControlKey key, DrainedRecord drained) =>
        key.Partition is < 0 or > ChangeRequest.PartitionsMax
            ? throw new JsonException("no such partition")
            : state with { Drained = state.Drained.SetItem(key.Partition, drained) };

    // No sign of life of the change: a comparison goes on while nothing else does.
    private static TopologyState OnDivergence(TopologyState state, in ControlKey key, DivergenceRecord record) =>
        state.Changes.TryGetValue(key.Subject, out ChangeState? change)
            ? Replace(state, change with { Divergences = change.Divergences.SetItem(key.Part, record) })
            : throw new JsonException("it belongs to no change that is known");

    private static TopologyState Replace(TopologyState state, ChangeState change) =>
        state with { Changes = state.Changes.SetItem(change.Id, change) };

    private static TopologyState Ended(TopologyState state, ChangeState change) =>
        Replace(state, change) with { OpenId = null, Sequence = state.Sequence + 1 };

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> form) =>
        JsonSerializer.Deserialize(json, form) ?? throw new JsonException("null");
}
