using System.Globalization;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// Decides what becomes of a change: from what the control log tells and the time, and from nothing else. Whoever takes over
/// from a coordinator that died decides the same; if two decide at once, the first decision in the log counts.
/// </summary>
/// <remarks>Not thread-safe: one loop owns it. What it remembers only keeps it from writing the same twice, and measures silence.</remarks>
public sealed class ChangeCoordinator
{
    /// <summary>A written record comes back within milliseconds; it is written again if it has not by now.</summary>
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(5);

    private readonly string writer;
    private readonly Func<TopologyState, ChangeState, string?> objection;
    private readonly TimeSpan patience;
    private int written;
    private (string Change, ChangeStage Stage) lastWrite;
    private DateTimeOffset lastWriteAt;
    private (string Change, long HeardOffset) heard = ("", -1);
    private DateTimeOffset heardAt;
    private (string Change, string? Reason) judged = ("", null);

    /// <param name="writer">Names this coordinator; never used by another one, not even by an earlier start of the same process.</param>
    /// <param name="objection">Why a change must not be made, as a sentence, or null. Asked once a change.</param>
    /// <param name="patience">A change that is still being prepared is given up when nothing was heard of it for so long.</param>
    public ChangeCoordinator(string writer, Func<TopologyState, ChangeState, string?> objection, TimeSpan patience)
    {
        this.writer = writer;
        this.objection = objection;
        this.patience = patience;
    }

    /// <summary>The record to write now, if any.</summary>
    public ControlEntry? Next(TopologyState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Open is not { } change)
        {
            return null;
        }

        if (heard != (change.Id, change.LastHeardOffset))
        {
            heard = (change.Id, change.LastHeardOffset);
            heardAt = now;
        }

        if (lastWrite == (change.Id, change.Stage) && now - lastWriteAt < RepeatAfter)
        {
            return null;
        }

        ControlEntry? entry = change.Stage == ChangeStage.Switching ? Close(state, change, now) : Decide(state, change, now);
        if (entry is not null)
        {
            lastWrite = (change.Id, change.Stage);
            lastWriteAt = now;
        }

        return entry;
    }

    private ControlEntry? Close(TopologyState state, ChangeState change, DateTimeOffset now) => change.HasSwitched
        ? ControlEntry.Of(state.Name, change.Id, Nonce(), new ChangeClosed { By = writer, At = now })
        : null;

    private ControlEntry? Decide(TopologyState state, ChangeState change, DateTimeOffset now)
    {
        if (ReasonToAbandon(state, change, now) is { } reason)
        {
            return Decision(state, change, ChangeVerdict.Abandon, reason, now);
        }

        bool wanted = !change.Request.Shadow || change.PromotedBy is not null;
        return change.IsReady && wanted ? Decision(state, change, ChangeVerdict.Switch, null, now) : null;
    }

    private string? ReasonToAbandon(TopologyState state, ChangeState change, DateTimeOffset now)
    {
        if (judged.Change != change.Id)
        {
            judged = (change.Id, objection(state, change));
        }

        if (judged.Reason is { } objected)
        {
            return objected;
        }

        foreach ((int task, TaskProgressState progress) in change.Tasks)
        {
            if (progress.HasFailed)
            {
                return $"{NameOf(task)} cannot run it: {progress.Newest!.Problem ?? "no reason was given"}";
            }
        }

        if (change.IsReady || now - heardAt < patience)
        {
            return null;
        }

        string[] missing = [.. change.Expected.Where(task => change.Tasks.GetValueOrDefault(task) is not { IsReady: true }).Select(NameOf)];
        string named = string.Join(", ", missing.Take(5)) + (missing.Length > 5 ? $" and {missing.Length - 5} more" : "");
        return $"nothing was heard of it for {patience.TotalSeconds:0} s; not ready: {named}";
    }

    private ControlEntry Decision(TopologyState state, ChangeState change, ChangeVerdict verdict, string? reason, DateTimeOffset now) => ControlEntry.Of(
        state.Name, change.Id, Nonce(), new ChangeDecision { Verdict = verdict, Reason = reason, By = writer, At = now });

    private string Nonce() => string.Create(CultureInfo.InvariantCulture, $"{writer}-{++written}");

    internal static string NameOf(int task) => task switch
    {
        ChangeState.Learner => "the learner",
        ChangeState.Engine => "an engine",
        _ => $"partition {task}",
    };
}
