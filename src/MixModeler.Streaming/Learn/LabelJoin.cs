using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Joins decisions with what became of them. A decision waits in its visitor's state with the features as they stood; a label
/// event of that visitor within the horizon makes it a positive example, the horizon's end a negative one. The end is told
/// by event time: when the partition's newest event is a horizon and the allowed lateness past the decision, no label that
/// counts can still arrive.
/// </summary>
/// <remarks>Everything here is a function of one partition's log, never of batches or clocks: a replay settles the same
/// decisions at the same offsets.</remarks>
internal sealed class LabelJoin(ModelPlan model, TimeSpan lateness)
{
    private readonly long withinMs = (long)model.LabelWithin.TotalMilliseconds;
    // One millisecond more: a label exactly at the horizon may still arrive exactly as late as is allowed.
    private readonly long settleAfterMs = (long)(model.LabelWithin + lateness).TotalMilliseconds + 1;
    private readonly bool[] settled = new bool[PendingExamples.DecisionsMax];

    /// <summary>Which of a visitor's decisions a label event at this time settles as positive. Valid until the next call.</summary>
    public ReadOnlySpan<bool> Converted(PendingExamples pending, long labelMs)
    {
        for (int i = 0; i < pending.Count; i++)
        {
            long decidedMs = pending.TimeMs(i);
            settled[i] = decidedMs <= labelMs && labelMs - decidedMs <= withinMs;
        }

        return settled.AsSpan(0, pending.Count);
    }

    /// <summary>Which decisions can get no label any more once the partition's newest event is at this time.</summary>
    public ReadOnlySpan<bool> Expired(PendingExamples pending, long newestMs)
    {
        for (int i = 0; i < pending.Count; i++)
        {
            settled[i] = pending.TimeMs(i) + settleAfterMs <= newestMs;
        }

        return settled.AsSpan(0, pending.Count);
    }

    /// <summary>When the oldest of them settles; 0 = there are none.</summary>
    public long DueMs(PendingExamples pending) => pending.Count == 0 ? 0 : pending.OldestMs() + settleAfterMs;
}
