using System.Globalization;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Operate;

/// <summary>The folded log as documents for people and programs.</summary>
public static class ControlView
{
    public static TopologyDocument Of(TopologyState state, string engine)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new TopologyDocument
        {
            Name = state.Name,
            Active = state.Active ?? "",
            Sequence = state.Sequence,
            Run = new RunDocument(state.RunState, state.Run?.By ?? "", state.Run?.At, state.Run?.Until, state.IsDrained),
            Change = state.Open is { } open ? Of(open) : null,
            Versions = state.Versions.Count,
            Engine = engine,
        };
    }

    /// <summary>Newest first.</summary>
    public static VersionDocument[] VersionsOf(TopologyState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        HashSet<string> ran = [.. state.Changes.Values.Where(change => change.Stage == ChangeStage.Done).Select(change => change.Request.To)];
        return
        [
            .. state.Versions
                .OrderByDescending(each => each.Value.At).ThenBy(each => each.Key, StringComparer.Ordinal)
                .Select(each => new VersionDocument(
                    each.Key, each.Key == state.Active, ran.Contains(each.Key), each.Value.Note, each.Value.RequestedBy, each.Value.At)),
        ];
    }

    /// <summary>Newest first.</summary>
    public static ChangeDocument[] HistoryOf(TopologyState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. state.Order.Reverse().Select(id => Of(state.Changes[id]))];
    }

    public static ChangeDocument Of(ChangeState change)
    {
        ArgumentNullException.ThrowIfNull(change);
        long[] pauses = [.. change.Tasks.Values.Select(task => task.Switched).OfType<TaskEntry>().Select(switched => switched.PauseMicros)];
        return new ChangeDocument
        {
            Id = change.Id,
            Kind = Word(change.Request.Kind.ToString()),
            From = change.Request.From,
            To = change.Request.To,
            Stage = Word(change.Stage.ToString()),
            Open = change.IsOpen,
            Shadow = change.Request.Shadow,
            AllowLoss = change.Request.AllowLoss,
            Note = change.Request.Note,
            RequestedBy = change.Request.RequestedBy,
            At = change.Request.At,
            Reason = change.Reason,
            PromotedBy = change.PromotedBy,
            EndedAt = change.EndedAt,
            PredictedPauseMicros = change.Request.PredictedPauseMicros,
            MeasuredPauseMicros = pauses.Length == 0 ? null : pauses.Max(),
            Migrated = change.Stage == ChangeStage.Done && change.HasMigrated,
            Partitions = [.. change.Expected.Union(change.Tasks.Keys).Order().Select(task => Of(task, change.Tasks.GetValueOrDefault(task)))],
        };
    }

    public static DivergenceDocument DivergenceOf(ChangeState change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new DivergenceDocument
        {
            Change = change.Id,
            From = change.Request.From,
            To = change.Request.To,
            Stage = Word(change.Stage.ToString()),
            Engines = [.. change.Divergences.Select(each => new EngineDivergence(each.Key, each.Value.At, each.Value.Report))],
        };
    }

    public static PlanDocument Of(ControlAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new PlanDocument
        {
            Valid = answer.Diff is not null,
            Problems = [.. answer.Problems],
            Diff = answer.Diff,
            Text = answer.Diff is { } diff ? DiffText.Table(diff) : null,
        };
    }

    private static PartitionDocument Of(int task, TaskProgressState? progress) => new()
    {
        Partition = task switch
        {
            ChangeState.Learner => "learner",
            ChangeState.Engine => "engine",
            _ => task.ToString(CultureInfo.InvariantCulture),
        },
        Stage = progress?.Newest is null ? "waiting" : progress.Stage,
        Offset = (progress?.Switched ?? progress?.Newest)?.Offset ?? 0,
        EndOffset = (progress?.Switched ?? progress?.Newest)?.EndOffset ?? 0,
        PauseMicros = progress?.Switched?.PauseMicros,
        Problem = progress?.Newest?.Problem,
        Engine = progress?.Newest?.By,
    };

    private static string Word(string name) => name.ToLowerInvariant();
}
