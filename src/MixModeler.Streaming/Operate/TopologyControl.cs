using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// What people and programs may ask of a running topology. Every engine has one and all answer alike: they read the same log,
/// and a wish is a record in it.
/// </summary>
public sealed class TopologyControl
{
    // Brokers take messages of 1 MiB unless told otherwise.
    private const int TextBytesMax = 1_000_000;

    // The log answers within milliseconds; somebody who waits for it should not wait for minutes when it does not.
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(10);

    private readonly ControlLogFollower follower;
    private readonly PlanShelf shelf;
    private readonly ControlLogWriter writer;
    private readonly Func<bool, CancellationToken, Task<TopologySizes>> sizes;
    private readonly TimeProvider clock;

    /// <param name="topology">The one that this engine runs.</param>
    /// <param name="engine">Names this engine in the log.</param>
    /// <param name="follower">Reads the log.</param>
    /// <param name="shelf">Compiles versions.</param>
    /// <param name="writer">Appends to the log.</param>
    /// <param name="sizes">Measures logs, and state if told to; must at least tell where every partition of the events topic begins and ends.</param>
    /// <param name="clock">Time of the records.</param>
    public TopologyControl(
        string topology,
        string engine,
        ControlLogFollower follower,
        PlanShelf shelf,
        ControlLogWriter writer,
        Func<bool, CancellationToken, Task<TopologySizes>> sizes,
        TimeProvider clock)
    {
        Topology = topology;
        Engine = engine;
        this.follower = follower;
        this.shelf = shelf;
        this.writer = writer;
        this.sizes = sizes;
        this.clock = clock;
    }

    /// <summary>What is checked beyond the language before a version is taken.</summary>
    public Func<TopologyResult, TopologyResult> Check { get; init; } = static result => result;

    public string Topology { get; }

    public string Engine { get; }

    /// <summary>Every topology that the log knows, by name.</summary>
    public IReadOnlyList<TopologyState> All =>
        [.. follower.Topologies.Values.Where(each => each.Active is not null).OrderBy(each => each.Name, StringComparer.Ordinal)];

    /// <summary>Null where the log knows nothing of it.</summary>
    public TopologyState? Find(string topology) => follower.Topologies.GetValueOrDefault(topology) is { Active: not null } state ? state : null;

    public TopologyPlan? PlanOf(TopologyState state, string version) => shelf.PlanOf(state, version, out _);

    /// <summary>What a text would do to the version that runs.</summary>
    public async Task<ControlAnswer> PlanAsync(string topology, string text, CancellationToken stop)
    {
        if (Own(topology, out TopologyState state) is { } elsewhere)
        {
            return elsewhere;
        }

        (TopologyPlan? target, ControlAnswer? wrong) = Target(state, new ChangeWish { Text = text });
        return wrong ?? (await MeasureAsync(withState: true, stop) is { } now ? Compare(state, target!, now) : NoSizes);
    }

    /// <summary>Asks for a change; it is made, or abandoned, whatever becomes of whoever asked.</summary>
    /// <param name="topology">Name of the topology.</param>
    /// <param name="wish">What to run.</param>
    /// <param name="after">The sequence that the asker saw; null if any will do.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="stop">Stops waiting for the log.</param>
    public async Task<ControlAnswer> ChangeAsync(string topology, ChangeWish wish, long? after, string by, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(wish);
        if (Own(topology, out TopologyState state) is { } elsewhere)
        {
            return elsewhere;
        }

        (TopologyPlan? target, ControlAnswer? wrong) = Target(state, wish);
        if (wrong is not null)
        {
            return wrong;
        }

        if (Busy(state, after) is { } busy)
        {
            return busy;
        }

        // Walking over all keys of the store is for who asks for a plan: it would hold up the change, and the work that goes on.
        if (await MeasureAsync(withState: false, stop) is not { } now)
        {
            return NoSizes;
        }

        ControlAnswer compared = Compare(state, target!, now);
        if (compared.Outcome != ControlOutcome.Accepted)
        {
            return compared;
        }

        TopologyDiff diff = compared.Diff!;
        if (!wish.AllowLoss && ChangeObjection.OfLosses(diff) is { } losses)
        {
            // Who is refused sees the whole plan.
            compared = await MeasureAsync(withState: true, stop) is { } all ? Compare(state, target!, all) : compared;
            return compared with { Outcome = ControlOutcome.Conflict, Sentence = $"Refused: {losses}. Allow the loss, or change the file." };
        }

        ChangeRequest request = new()
        {
            Kind = wish.Text is null ? ChangeKind.Rollback : ChangeKind.Apply,
            From = state.Active!,
            To = target!.Version,
            Shadow = wish.Shadow,
            AllowLoss = wish.AllowLoss,
            After = after,
            // Where no task of the events runs, there is none that could switch.
            Partitions = shelf.PlanOf(state, state.Active!, out _) is { ReadsEvents: false } ? 0 : now.Partitions.Length,
            Learner = NeedsLearner(state, target),
            PredictedPauseMicros = (long)(diff.Estimate!.PauseMs * 1_000),
            Note = wish.Note,
            RequestedBy = by,
            At = clock.GetUtcNow(),
        };
        return (await RequestAsync(state, request, target.ResolvedText, stop)) with { Diff = diff };
    }

    /// <summary>Lets a shadow change switch, or gives a change up.</summary>
    /// <param name="topology">Name of the topology.</param>
    /// <param name="id">The change; null for the one that is under way.</param>
    /// <param name="verdict">Promote or abandon.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="stop">Stops waiting for the log.</param>
    public async Task<ControlAnswer> DecideAsync(string topology, string? id, ChangeVerdict verdict, string by, CancellationToken stop)
    {
        if (Own(topology, out TopologyState state) is { } elsewhere)
        {
            return elsewhere;
        }

        if ((id is null ? state.Open : state.Changes.GetValueOrDefault(id)) is not { } change)
        {
            return new(ControlOutcome.NotFound, id is null ? "No change is under way." : $"There is no change '{id}'.");
        }

        if (AlreadyDecided(change, verdict) is { } decided)
        {
            return decided;
        }

        ChangeDecision decision = new()
        {
            Verdict = verdict,
            Reason = verdict == ChangeVerdict.Abandon ? $"abandoned by {by}" : null,
            By = by,
            At = clock.GetUtcNow(),
        };
        ControlEntry entry = ControlEntry.Of(topology, change.Id, NewId(), decision);
        bool IsSeen(ChangeState now) => now.Stage != ChangeStage.Preparing || (verdict == ChangeVerdict.Promote && now.PromotedBy is not null);
        return await WriteAsync([entry], each => IsSeen(each.Changes[change.Id]), after => Decided(after.Changes[change.Id], verdict), stop);
    }

    /// <summary>Pauses, resumes or drains.</summary>
    public async Task<ControlAnswer> RunAsync(string topology, RunState wish, string by, CancellationToken stop)
    {
        if (Own(topology, out TopologyState state) is { } elsewhere)
        {
            return elsewhere;
        }

        if (state.RunState == wish && wish != RunState.Draining)
        {
            return new(ControlOutcome.Unchanged);
        }

        SortedDictionary<int, long>? until = null;
        if (wish == RunState.Draining)
        {
            if (await MeasureAsync(withState: false, stop) is not { } now)
            {
                return NoSizes;
            }

            until = new(now.Partitions.ToDictionary(each => each.Partition, each => each.NewestOffset));
        }

        RunRecord run = new()
        {
            Id = NewId(),
            State = wish,
            Until = until,
            By = by,
            At = clock.GetUtcNow(),
        };
        return await WriteAsync([ControlEntry.Of(topology, run)], each => each.Run?.Id == run.Id, _ => new(ControlOutcome.Accepted), stop);
    }

    /// <summary>
    /// What this engine is to run. A topology that the log does not know yet is started with the engine's file; otherwise the log
    /// counts. Of several engines that start one at once, the first in the log counts.
    /// </summary>
    /// <param name="file">What the engine was given; null if only a name.</param>
    /// <param name="by">Who starts it.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is nothing to run, or it cannot run here; the message is a sentence.</exception>
    public async Task<TopologyPlan> AgreeAsync(TopologyPlan? file, string by, Report report, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(report);
        TopologyState state = follower.Of(Topology);
        if (state.Active is null)
        {
            if (file is null)
            {
                throw new InvalidOperationException(
                    $"The control log knows no topology '{Topology}'; start one engine with its file first. It knows: {string.Join(", ", All.Select(each => each.Name))}.");
            }

            VersionRecord version = new() { Text = file.ResolvedText, RequestedBy = by, At = clock.GetUtcNow() };
            ChangeRequest start = new() { Kind = ChangeKind.Start, To = file.Version, RequestedBy = by, At = clock.GetUtcNow() };
            try
            {
                await writer.AppendAsync([ControlEntry.Of(Topology, file.Version, version), ControlEntry.Of(Topology, NewId(), start)], stop);
            }
            catch (TaskLostException refused)
            {
                throw new InvalidOperationException($"'{Topology}' cannot be started: the control log did not take it. {refused.Message}", refused);
            }

            state = await follower.WhenAsync(Topology, each => each.Active is not null, stop);
        }

        if (file is not null && file.Version != state.Active)
        {
            report(Severity.Warning, $"The control log says that '{Topology}' runs version {state.Active}; the file is version {file.Version} and is not applied. Apply it with 'mixmodeler topology apply'.");
        }

        return shelf.PlanOf(state, state.Active!, out string? problem) ?? throw new InvalidOperationException(problem);
    }

    private static ControlAnswer NoSizes => new(ControlOutcome.Unavailable, "Kafka does not tell how long the logs are; try again when it answers.");

    private async Task<TopologySizes?> MeasureAsync(bool withState, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LogPatience);
        try
        {
            return await sizes(withState, patience.Token);
        }
        catch (Exception away) when (away is InvalidOperationException || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private ControlAnswer? Own(string topology, out TopologyState state)
    {
        TopologyState? found = Find(topology);
        state = found ?? new TopologyState { Name = topology };
        return found is null ? new(ControlOutcome.NotFound, $"The control log knows no topology '{topology}'; this engine runs '{Topology}'.")
            : topology != Topology ? new(ControlOutcome.Elsewhere, $"This engine runs '{Topology}'; ask one that runs '{topology}'.")
            : null;
    }

    private (TopologyPlan? Target, ControlAnswer? Wrong) Target(TopologyState state, ChangeWish wish)
    {
        if ((wish.Text is null) == (wish.Version is null))
        {
            return (null, new(ControlOutcome.Invalid, "Give either the text of a topology or a version of it."));
        }

        if (wish.Text is { } text)
        {
            TopologyResult result = Check(TopologyLoader.Parse(text, "topology.yaml"));
            return result.IsValid
                ? (result.Plan, null)
                : (null, new(ControlOutcome.Invalid, "The topology has problems.") { Problems = result.Problems });
        }

        string[] versions = [.. state.Versions.Keys.Where(version => wish.Version!.Length >= 4 && version.StartsWith(wish.Version, StringComparison.Ordinal))];
        if (versions.Length != 1)
        {
            string sentence = versions.Length == 0 ? $"There is no version '{wish.Version}'." : $"'{wish.Version}' begins more than one version.";
            return (null, new(ControlOutcome.NotFound, sentence));
        }

        return shelf.PlanOf(state, versions[0], out string? problem) is { } plan ? (plan, null) : (null, new(ControlOutcome.Conflict, problem!));
    }

    private static ControlAnswer? Busy(TopologyState state, long? after)
    {
        if (after is { } seen && seen != state.Sequence)
        {
            return new(ControlOutcome.Stale, $"The topology has changed: it stands at sequence {state.Sequence}, not {seen}. Look again before you decide.");
        }

        return state.Open is { } open
            ? new(ControlOutcome.Conflict, $"The change {open.Id} to version {open.Request.To} is under way. Wait for it, promote it or abandon it.") { Change = open }
            : null;
    }

    private ControlAnswer Compare(TopologyState state, TopologyPlan target, TopologySizes now)
    {
        if (shelf.PlanOf(state, state.Active!, out string? problem) is not { } active)
        {
            return new(ControlOutcome.Conflict, problem!);
        }

        if (ChangeObjection.OfPlans(active, target) is { } objection)
        {
            return new(ControlOutcome.Invalid, $"Refused: {objection}.");
        }

        TopologyDiff diff = TopologyDiff.Between(active, target).Sized(now);
        return new(active.Version == target.Version ? ControlOutcome.Unchanged : ControlOutcome.Accepted) { Diff = diff };
    }

    // Where one side has no learner there is nobody to wait for: it starts with the new version, or ends with the old one.
    private bool NeedsLearner(TopologyState state, TopologyPlan target) =>
        target.Model is not null && shelf.PlanOf(state, state.Active!, out _)?.Model is not null;

    private Task<ControlAnswer> RequestAsync(TopologyState state, ChangeRequest request, string text, CancellationToken stop)
    {
        string id = NewId();
        List<ControlEntry> entries = [ControlEntry.Of(state.Name, id, request)];
        if (!state.Versions.ContainsKey(request.To))
        {
            VersionRecord version = new() { Text = text, Note = request.Note, RequestedBy = request.RequestedBy, At = request.At };
            ControlEntry entry = ControlEntry.Of(state.Name, request.To, version);
            if (entry.Value.Length > TextBytesMax)
            {
                string sentence = $"With its includes the topology has {entry.Value.Length:N0} bytes; the control log takes {TextBytesMax:N0}.";
                return Task.FromResult(new ControlAnswer(ControlOutcome.Invalid, sentence));
            }

            entries.Insert(0, entry);
        }

        return WriteAsync(entries, each => each.Changes.ContainsKey(id), after => Requested(after.Changes[id]), stop);
    }

    private static ControlAnswer Requested(ChangeState change) => change.Stage == ChangeStage.Refused
        ? new(change.WasStale ? ControlOutcome.Stale : ControlOutcome.Conflict, $"Refused: {change.Reason}.") { Change = change }
        : new(ControlOutcome.Accepted) { Change = change };

    private static ControlAnswer? AlreadyDecided(ChangeState change, ChangeVerdict verdict) => verdict switch
    {
        _ when IsAsWished(change, verdict) => new(ControlOutcome.Unchanged) { Change = change },
        _ when change.Stage != ChangeStage.Preparing => Decided(change, verdict),
        ChangeVerdict.Promote when !change.Request.Shadow =>
            new(ControlOutcome.Conflict, $"The change {change.Id} runs in no shadow; it switches by itself.") { Change = change },
        _ => null,
    };

    private static bool IsAsWished(ChangeState change, ChangeVerdict verdict) => verdict == ChangeVerdict.Promote
        ? change.PromotedBy is not null && change.Stage is ChangeStage.Preparing or ChangeStage.Switching or ChangeStage.Done
        : change.Stage == ChangeStage.Abandoned;

    private static ControlAnswer Decided(ChangeState change, ChangeVerdict verdict) => IsAsWished(change, verdict)
        ? new(ControlOutcome.Accepted) { Change = change }
        : new(ControlOutcome.Conflict, $"Too late: the change {change.Id} is {change.Stage.ToString().ToLowerInvariant()}.") { Change = change };

    /// <summary>Writes, and waits until what was written has come back: only then is it known what it met in the log.</summary>
    private async Task<ControlAnswer> WriteAsync(
        IReadOnlyList<ControlEntry> entries, Func<TopologyState, bool> seen, Func<TopologyState, ControlAnswer> answer, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LogPatience);
        try
        {
            await writer.AppendAsync(entries, patience.Token);
            return answer(await follower.WhenAsync(Topology, seen, patience.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(ControlOutcome.Unavailable, "The control log does not answer; the wish may still arrive there. Ask for the status when it does.");
        }
        catch (TaskLostException away)
        {
            return new(ControlOutcome.Unavailable, $"The control log did not take it: {away.Message}");
        }
    }

    private static string NewId() => Guid.CreateVersion7().ToString("N")[..20];
}
