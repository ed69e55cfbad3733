using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// Turns what the control log tells into orders for the tasks of this process. Called on the thread that reads the log.
/// </summary>
public sealed class LiveOrders
{
    private readonly ControlLogFollower follower;
    private readonly PlanShelf shelf;
    private readonly LiveTopology live;
    private readonly Report report;
    private readonly string name;
    private LiveOrder given;
    private string complained = "";
    private string refused = "";

    /// <param name="follower">Has caught up, and the topology has been started.</param>
    /// <param name="shelf">Compiles versions.</param>
    /// <param name="live">Takes the orders; runs the version that was active when this was made.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    public LiveOrders(ControlLogFollower follower, PlanShelf shelf, LiveTopology live, Report report)
    {
        ArgumentNullException.ThrowIfNull(follower);
        ArgumentNullException.ThrowIfNull(live);
        this.follower = follower;
        this.shelf = shelf;
        this.live = live;
        this.report = report;
        given = live.Order;
        name = given.Active.Name;
    }

    /// <summary>Why this process cannot do what the log says; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>From here on every record of the log is obeyed.</summary>
    public void Follow()
    {
        follower.Advanced += Obey;
        Obey();
    }

    private void Obey()
    {
        TopologyState state = follower.Of(name);
        if (shelf.PlanOf(state, state.Active ?? "", out string? problem) is not { } active)
        {
            // Nothing may be applied under a version that is not the active one any more.
            Problem = problem;
            Complain($"{problem} Its tasks hold still here.");
            Give(given with { Paused = true, DrainTo = null, Change = null });
            return;
        }

        Problem = null;
        foreach (string id in state.Order)
        {
            KnowVersionBefore(state, state.Changes[id]);
        }

        Give(new LiveOrder
        {
            Active = active,
            Paused = state.RunState == RunState.Paused,
            DrainTo = state is { RunState: RunState.Draining, Run.Until: { } until } ? until : null,
            Change = ChangeOf(state),
        });
    }

    // State of a partition that has long stood still, or a record that nobody has touched since, may be of any version that ever ran.
    private void KnowVersionBefore(TopologyState state, ChangeState change)
    {
        if (change.Stage == ChangeStage.Done && live.PlanOf(change.Request.To) is null && shelf.PlanOf(state, change.Request.To, out _) is { } earlier)
        {
            live.Know(earlier);
        }
    }

    private PendingChange? ChangeOf(TopologyState state)
    {
        if (state.Open is not { } open)
        {
            return null;
        }

        if (shelf.PlanOf(state, open.Request.To, out string? problem) is not { } target)
        {
            Complain($"The change {open.Id} cannot be made here. {problem}");
            if (open.Stage == ChangeStage.Preparing && refused != open.Id)
            {
                // Once: what is reported comes back as a record, and every record leads here.
                refused = open.Id;
                live.Report(new TaskReport(open.Id, ChangeState.Engine, TaskStage.Failed, Problem: problem));
            }

            return null;
        }

        ChangePhase phase = open.Stage == ChangeStage.Switching ? ChangePhase.Switch : ChangePhase.Prepare;
        return new PendingChange(open.Id, target, phase, open.Request.Shadow);
    }

    private void Give(LiveOrder next)
    {
        bool same = ReferenceEquals(next.Active, given.Active) && next.Paused == given.Paused
            && ReferenceEquals(next.DrainTo, given.DrainTo) && next.Change == given.Change;
        if (!same)
        {
            given = next;
            live.Give(next);
        }
    }

    private void Complain(string sentence)
    {
        if (sentence != complained)
        {
            complained = sentence;
            report(Severity.Error, sentence);
        }
    }
}
