using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Between the order of the moment and a learner: begins what is ordered, drops what is called off, and tells how far it is. A pause
/// needs nothing here: where no events are applied, no examples come.
/// </summary>
/// <remarks>Owned by the learner's thread.</remarks>
internal sealed class LearnerFollower(LiveTopology live, TrainingReplay? replay, TimeProvider time) : IDisposable
{
    // Partitions report under their numbers.
    private const int Learner = -1;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private LearnerChange? change;
    private LiveOrder? seen;
    private long reportedAt;
    private bool saidReady;

    /// <summary>Completes when <see cref="Step"/> may have something to do; null where only a new order brings anything.</summary>
    public Task? Arriving => change?.Arriving;

    /// <summary>
    /// The version whose learner a record is: after a crash in the middle of a switch it may be either. Where it is neither's, or there
    /// is none, the active one, or the one to come where only that has a model.
    /// </summary>
    public static TopologyPlan PlanFor(LiveOrder order, byte[]? record)
    {
        TopologyPlan active = order.Active;
        TopologyPlan? target = order.Change?.Target;
        if (active.Model is null)
        {
            return target?.Model is null ? throw new ArgumentException($"topology {active.Name} has no model to learn") : target;
        }

        if (record is null || target?.Model is null || order.Change!.Phase != ChangePhase.Switch)
        {
            return active;
        }

        LearnerState.Open(record, out LearnedShape shape, out _);
        return LearnedShape.Of(target).Fits(shape) && !LearnedShape.Of(active).Fits(shape) ? target : active;
    }

    /// <summary>Forgets what was begun; the next look begins it anew.</summary>
    public void Restart()
    {
        Drop();
        seen = null;
    }

    /// <summary>Takes in the order of the moment. True where the switch is to be made now.</summary>
    public bool Look(TopologyPlan runs, LearnerState state, long appliedOffset, long earliestOffset)
    {
        LiveOrder order = live.Order;
        if (!ReferenceEquals(order, seen))
        {
            seen = order;
            Begin(order, runs, state, appliedOffset, earliestOffset);
        }

        if (change is null)
        {
            return false;
        }

        if (change.Problem is { } problem)
        {
            Report(new TaskReport(change.Id, Learner, TaskStage.Failed, appliedOffset, Problem: problem));
            Drop();
            return false;
        }

        if (!change.IsReady)
        {
            return false;
        }

        if (!saidReady)
        {
            saidReady = true;
            Report(new TaskReport(change.Id, Learner, TaskStage.Ready, appliedOffset, appliedOffset));
        }

        return order.Change is null || order.Change.Phase == ChangePhase.Switch;
    }

    /// <summary>Lets the second learner of a change go on; false where there is none, or nothing for it to do now.</summary>
    public bool Step(long appliedOffset)
    {
        if (change is not { IsRebuilding: true } || !change.Step(appliedOffset))
        {
            return false;
        }

        if (change.IsRebuilding && time.GetElapsedTime(reportedAt) >= ReportEvery)
        {
            ReportRebuilding(change, appliedOffset);
        }

        return true;
    }

    public void Follow(RecordBatch batch, long fromOffset) => change?.Follow(batch, fromOffset);

    /// <summary>The version that runs from now on, its learner, and why that begins afresh, if it does.</summary>
    public (TopologyPlan Plan, LearnerState State, string? Afresh) Take(LearnerState state)
    {
        LearnerState next = change!.Take(state, out string? afresh);
        return (change.Target, next, afresh);
    }

    /// <summary>The switch is committed.</summary>
    public void Switched(long offset, TimeSpan pause)
    {
        ReportSwitched(change!.Id, offset, (long)pause.TotalMicroseconds);
        Drop();
    }

    public void Dispose() => Drop();

    private void Begin(LiveOrder order, TopologyPlan runs, LearnerState state, long appliedOffset, long earliestOffset)
    {
        string id = order.Change?.Id ?? "";
        TopologyPlan target = order.Change?.Target ?? order.Active;
        if (change is not null && change.Id == id && change.Target.Version == target.Version)
        {
            return;
        }

        Drop();
        if (target.Model is null || target.Version == runs.Version)
        {
            // Nothing to learn under the new version: what was learned stays where it is, for a version that asks for it again.
            ReportDone(order, appliedOffset);
            return;
        }

        change = new LearnerChange(id, target, state, replay);
        if (earliestOffset >= appliedOffset)
        {
            change.SkipHistory(appliedOffset);
        }

        if (change.IsRebuilding)
        {
            ReportRebuilding(change, appliedOffset);
        }
    }

    private void ReportRebuilding(LearnerChange rebuilding, long appliedOffset)
    {
        reportedAt = time.GetTimestamp();
        Report(new TaskReport(rebuilding.Id, Learner, TaskStage.Rebuilding, rebuilding.ShadowOffset, appliedOffset));
    }

    private void ReportDone(LiveOrder order, long appliedOffset)
    {
        switch (order.Change)
        {
            case { Phase: ChangePhase.Prepare } prepared:
                Report(new TaskReport(prepared.Id, Learner, TaskStage.Ready, appliedOffset, appliedOffset));
                break;
            case { Phase: ChangePhase.Switch } switched:
                ReportSwitched(switched.Id, appliedOffset, 0);
                break;
        }
    }

    // One record holds everything, so with the switch nothing of the old layout is left.
    private void ReportSwitched(string id, long offset, long pauseMicros)
    {
        Report(new TaskReport(id, Learner, TaskStage.Switched, offset, PauseMicros: pauseMicros));
        Report(new TaskReport(id, Learner, TaskStage.Migrated, offset));
    }

    // Who finds another active version than its own, without a change, has nobody to tell.
    private void Report(TaskReport report)
    {
        if (report.ChangeId.Length > 0)
        {
            live.Report(report);
        }
    }

    private void Drop()
    {
        change?.Dispose();
        change = null;
        saidReady = false;
    }
}
