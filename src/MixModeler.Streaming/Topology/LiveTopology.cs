namespace MixModeler.Streaming.Topology;

/// <summary>
/// Between those who decide what a process should run (the control log) and those who run it (its tasks): the order of the
/// moment, the versions that are known, and what the tasks report. One per process and topology; safe from any thread.
/// </summary>
public sealed class LiveTopology
{
    private readonly Dictionary<string, TopologyPlan> known = [];
    private readonly Lock gate = new();
    private volatile LiveOrder order;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveTopology(TopologyPlan active)
    {
        ArgumentNullException.ThrowIfNull(active);
        known.Add(active.Version, active);
        order = new LiveOrder { Active = active };
    }

    /// <summary>Takes what tasks report; called on their threads, must not block.</summary>
    public event Action<TaskReport>? Reported;

    public LiveOrder Order => order;

    /// <summary>
    /// Completes when <see cref="Order"/> is what the control log said at the time of the call, or something newer. A task awaits
    /// it after it has fenced its predecessor and before it obeys: who came before may have switched under records that are not
    /// read here yet, and an order of the past must not lead the state back.
    /// </summary>
    public Func<CancellationToken, Task> CatchUpAsync { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Completes when the order is another one. Take it before reading <see cref="Order"/>, or a change is missed.</summary>
    public Task Changed => Volatile.Read(ref changed).Task;

    /// <summary>Replaces the order of the moment and wakes the tasks.</summary>
    public void Give(LiveOrder next)
    {
        ArgumentNullException.ThrowIfNull(next);
        TaskCompletionSource woken;
        lock (gate)
        {
            known[next.Active.Version] = next.Active;
            if (next.Change is { } change)
            {
                known[change.Target.Version] = change.Target;
            }

            order = next;
            woken = changed;
            Volatile.Write(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        woken.TrySetResult();
    }

    /// <summary>An earlier version, for a task whose state still stands there.</summary>
    public void Know(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        lock (gate)
        {
            known.TryAdd(plan.Version, plan);
        }
    }

    public TopologyPlan? PlanOf(string version)
    {
        lock (gate)
        {
            return known.GetValueOrDefault(version);
        }
    }

    public void Report(TaskReport report) => Reported?.Invoke(report);
}

/// <summary>What every task of a topology should be doing now.</summary>
public sealed record LiveOrder
{
    public required TopologyPlan Active { get; init; }

    /// <summary>Tasks hold still at their last commit; nothing is lost, the log waits.</summary>
    public bool Paused { get; init; }

    /// <summary>Hold still at these offsets, by partition, and go no further; null: there is no end.</summary>
    public IReadOnlyDictionary<int, long>? DrainTo { get; init; }

    /// <summary>The one change that is under way, if any.</summary>
    public PendingChange? Change { get; init; }
}

/// <summary>A change on its way from one version to another.</summary>
/// <param name="Id">Names it in the control log.</param>
/// <param name="Target">The new version.</param>
/// <param name="Phase">How far it may go.</param>
/// <param name="RunsBeside">Keep a shadow lane of the target on the same input, even if no state has to be rebuilt, and compare.</param>
public sealed record PendingChange(string Id, TopologyPlan Target, ChangePhase Phase, bool RunsBeside = false);

/// <summary>How far a change may go.</summary>
public enum ChangePhase
{
    /// <summary>Compile it, rehearse it, rebuild what must be rebuilt in a shadow lane and keep that caught up; then say so.</summary>
    Prepare,

    /// <summary>Every partition switches at its next commit. There is no way back but another change.</summary>
    Switch,
}

/// <summary>What a task says about a change.</summary>
/// <param name="ChangeId">Which change.</param>
/// <param name="Partition">Of the events topic; -1 for the learner.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="Offset">Rebuilding: where the shadow lane stands; switched: the first offset under the new version.</param>
/// <param name="EndOffset">Rebuilding: where the live lane stands.</param>
/// <param name="PauseMicros">Switched: how long no event was applied.</param>
/// <param name="Problem">Failed: why, as a sentence.</param>
public sealed record TaskReport(
    string ChangeId, int Partition, TaskStage Stage, long Offset = 0, long EndOffset = 0, long PauseMicros = 0, string? Problem = null);

/// <summary>Stages of a change at one task.</summary>
public enum TaskStage
{
    /// <summary>A shadow lane replays the log.</summary>
    Rebuilding,

    /// <summary>Ready to switch at the next commit.</summary>
    Ready,

    /// <summary>The new version cannot run here; the old one goes on.</summary>
    Failed,

    /// <summary>The new version runs from <see cref="TaskReport.Offset"/> on, and that is committed.</summary>
    Switched,

    /// <summary>No record in the layout of the old version is left.</summary>
    Migrated,
}
