using System.Diagnostics;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming;

/// <summary>
/// How a task gets from one version of its topology to the next. The next one is prepared beside the work (<see cref="TaskChange"/>);
/// when it may switch, it does so between two commits: the commit that does it moves no event, only what the state says of itself.
/// So a crash finds the task before the switch or behind it, never between, and no event is seen by both versions.
/// </summary>
/// <remarks>
/// Visitors are brought into the new layout when they are first asked for, and the rest in small steps beside the work; until
/// that is done the next change of layout has to wait.
/// </remarks>
public sealed partial class PartitionTask
{
    // Redis walks over the keys of all scopes: of so many that it looks at, some hundred are this task's.
    private const int SweptPerStep = 8_192;

    // How often an idle task looks at what goes on beside it: a shadow lane, a preparation.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    // While records wait, the walk over all visitors gets half of the time.
    private const int WorkPerSweep = 1;

    // How long a switch looks for a moment that costs no pause.
    private static readonly TimeSpan LevelPatience = TimeSpan.FromSeconds(2);

    private TaskChange? change;
    private LayoutSweep? sweep;
    private (string Change, Task Done)? removing;
    private long sweptAt;
    private TimeSpan sweepTook;
    private string? migratedReported;
    private string? switchedReported;
    private volatile bool letGo;

    /// <summary>The host takes the partition away: a task that holds still because it was told to must not wait any longer.</summary>
    public void LetGo() => letGo = true;

    private bool IsBusyBeside => change is not null || sweep is not null || removing is not null;

    private Lane CompileLane(TopologyPlan plan) => Watched(new(plan, parts.Partition, sink, this, Pause, parts.Taps));

    /// <summary>Goes on with the version that the state belongs to.</summary>
    private void Resume(TaskRecord? stored)
    {
        sweep = null;
        removing = null;
        LiveOrder order = parts.Live.Order;
        // A task without state begins with what everybody is about to run; one whose version nobody knows any more takes what fits of it.
        TopologyPlan? known = stored is null ? null : parts.Live.PlanOf(stored.Version);
        TopologyPlan plan = known
            ?? (stored is null && order.Change is { Phase: ChangePhase.Switch } next ? next.Target : order.Active);
        if (lane.Plan.Version != plan.Version)
        {
            lane = CompileLane(plan);
        }

        record = new TaskRecord
        {
            Version = plan.Version,
            VersionSince = known is not null ? stored!.VersionSince : state.CommittedOffset,
            Layout = lane.Layout,
            // A version whose layout is spelled otherwise by this build counts as another layout too.
            Older = stored is null ? null : stored.Layout.Id == lane.Layout.Id ? stored.Older : stored.Layout,
            Change = known is not null ? stored!.Change : "",
            HasShadow = known is not null && stored!.HasShadow,
        };
        newestMs = stored?.NewestMs ?? 0;
        record.Origins.CopyFrom(stored?.Origins);
        state.Relayout(lane.Layout, null);
        BeginSweep();
        if (sweep is null && record.Change.Length > 0)
        {
            // The holder before may have died before it could say so.
            TellMigrated(record.Change);
        }
    }

    /// <summary>Does what the order of the moment says. False: hold still.</summary>
    private async ValueTask<bool> ObeyAsync(bool recordsWait, CancellationToken stop)
    {
        LiveOrder order = parts.Live.Order;
        PendingChange? wanted = order.Change ?? Stray(order);
        if (change is not null && change.Change.Id != wanted?.Id)
        {
            EndChange(leavesNothing: true);
        }

        if (sweep is not null && (!recordsWait || Stopwatch.GetElapsedTime(sweptAt) >= sweepTook * WorkPerSweep))
        {
            await SweepAsync(stop);
        }

        if (removing is { Done.IsCompleted: true } over)
        {
            removing = null;
            TellMigrated(over.Change);
        }

        if (wanted is not null)
        {
            await ApproachAsync(wanted, stop);
        }

        bool isDrained = order.DrainTo is { } ends && nextOffset >= ends.GetValueOrDefault(parts.Partition);
        if (order.Paused || isDrained)
        {
            await CommitAsync(stop);
            return false;
        }

        return true;
    }

    // State of a version that nobody runs (a store that came back from the past, say) follows by a change of its own.
    private PendingChange? Stray(LiveOrder order) => record.Version == order.Active.Version
        ? null
        : new PendingChange($"stray-{order.Active.Version}", order.Active, ChangePhase.Switch);

    private async Task ApproachAsync(PendingChange wanted, CancellationToken stop)
    {
        if (record.Version == wanted.Target.Version)
        {
            TellSwitched(wanted, 0);
            return;
        }

        // Two layouts at a time: the visitors of the one before have to be through first.
        if (sweep is not null)
        {
            parts.Live.Report(new TaskReport(wanted.Id, parts.Partition, TaskStage.Rebuilding, 0, nextOffset));
            return;
        }

        change ??= new TaskChange(wanted, parts with { Sink = sink }, CompileLane, lane.Layout, nextOffset);
        sink.Comparison = change.Comparison;
        change.Follow(state.CommittedOffset);
        if (change.IsLost)
        {
            EndChange(leavesNothing: false);
            return;
        }

        if (wanted.Phase == ChangePhase.Switch && change.IsReady && IsLevel(change))
        {
            await SwitchAsync(wanted, stop);
        }
    }

    // A shadow lane that stands exactly here costs no pause. It comes by and by between two batches; where it never does, because
    // events never stop, the work waits for it once.
    private bool IsLevel(TaskChange ready)
    {
        if (ready.Shadow is null || ready.Shadow.Offset == nextOffset)
        {
            return true;
        }

        ready.SwitchWantedAt ??= Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(ready.SwitchWantedAt.Value) > LevelPatience;
    }

    private async Task SwitchAsync(PendingChange wanted, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        await CommitAsync(stop);
        TaskChange taken = change!;
        await taken.FinishAsync(nextOffset, stop);
        StateLayout before = lane.Layout;
        lane = taken.Lane!;
        record.Version = wanted.Target.Version;
        record.VersionSince = nextOffset;
        record.Layout = lane.Layout;
        record.Older = taken.Migration is null ? null : before;
        record.Change = wanted.Id;
        record.HasShadow = taken.Shadow is not null;
        await CommitAllAsync(stop);
        EndChange(leavesNothing: taken.Migration is null);
        BeginSweep();
        TellSwitched(wanted, (long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
    }

    private void TellSwitched(PendingChange wanted, long pauseMicros)
    {
        if (switchedReported != wanted.Id)
        {
            switchedReported = wanted.Id;
            parts.Live.Report(new TaskReport(wanted.Id, parts.Partition, TaskStage.Switched, record.VersionSince, nextOffset, pauseMicros));
        }

        if (sweep is null && removing is null)
        {
            TellMigrated(wanted.Id);
        }
    }

    // Long after the change itself is closed, perhaps, and by another holder of the partition.
    private void TellMigrated(string changeId)
    {
        if (migratedReported != changeId)
        {
            migratedReported = changeId;
            parts.Live.Report(new TaskReport(changeId, parts.Partition, TaskStage.Migrated, nextOffset, nextOffset));
        }
    }

    // Closing a shadow lane takes as long as its consumer does; the stream does not wait for it. What could not be removed stays in the
    // store under the name of the change, where nobody reads it.
    private void EndChange(bool leavesNothing)
    {
        TaskChange ended = change!;
        change = null;
        sink.Comparison = null;
        _ = leavesNothing ? ended.AbandonAsync() : ended.DisposeAsync().AsTask();
    }

    private void BeginSweep()
    {
        if (record.Older is not { } older)
        {
            return;
        }

        LayoutMigration migration = new(older, lane.Layout, lane.Plan.Schema);
        IStateStore? shadow = record.HasShadow ? parts.Shadows?.StoreOf(record.Change, parts.Partition) : null;
        state.Relayout(lane.Layout, new TaskState.Migrating(migration, shadow, lane.Reschedule));
        sweep = new LayoutSweep();
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        if (!sweep!.IsDone)
        {
            state.MakeRoom();
            await state.SweepAsync(sweep, SweptPerStep, stop);
        }

        await CommitAsync(stop);
        if (!sweep.IsDone)
        {
            sweepTook = Stopwatch.GetElapsedTime(began);
            sweptAt = Stopwatch.GetTimestamp();
            return;
        }

        record.Older = null;
        state.EndMigration();
        sweep = null;
        await CommitAllAsync(stop);
        // Over all keys of the store once more: the stream does not wait for it, and what is left if it fails is nobody's.
        Task removed = record.HasShadow && parts.Shadows is { } shadows
            ? shadows.StoreOf(record.Change, parts.Partition).RemoveAsync(stop)
            : Task.CompletedTask;
        removing = (record.Change, removed);
    }

    /// <summary>Waits for records, for another order, or for what goes on beside. False: there will be no more records.</summary>
    private async Task<bool> WaitAsync(Task<bool>? arriving, Task changed, CancellationToken stop)
    {
        if (arriving is { IsCompleted: true })
        {
            return await arriving;
        }

        if (sweep is not null)
        {
            return true;
        }

        using CancellationTokenSource glanced = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> any = [changed, parts.Store.Moved];
        if (arriving is not null)
        {
            any.Add(arriving);
        }

        if (IsBusyBeside || arriving is null)
        {
            any.Add(Task.Delay(Glance, glanced.Token));
        }

        await Task.WhenAny(any);
        await glanced.CancelAsync();
        stop.ThrowIfCancellationRequested();
        parts.Store.ThrowIfMoved(arriving, $"partition {parts.Partition}");
        return arriving is not { IsCompleted: true } || await arriving;
    }
}
