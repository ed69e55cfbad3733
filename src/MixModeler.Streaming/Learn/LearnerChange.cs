using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// A change of the topology on its way at the learner. Where what is learned from an example stays the same, the state is taken over
/// at the switch, whatever the inputs are then. Where the learner's rates change, a second learner reads the retained log beside the
/// first one until both stand at the same offset, and from then on learns every batch with it.
/// </summary>
/// <remarks>Owned by the learner's thread: the shadow learns there, a batch at a time, so the two can be compared at any moment.</remarks>
internal sealed class LearnerChange : IDisposable
{
    private readonly LearnerState? shadow;
    private readonly CancellationTokenSource? replaying;
    private readonly ChannelReader<RecordBatch>? log;
    private Task<bool>? arriving;
    private bool hasCaughtUp = true;
    private bool hasRead;

    /// <param name="id">Of the change.</param>
    /// <param name="target">The version to come, with a model.</param>
    /// <param name="live">The learner as it stands.</param>
    /// <param name="replay">Reads the training log once more; null where that cannot be done.</param>
    public LearnerChange(string id, TopologyPlan target, LearnerState live, TrainingReplay? replay)
    {
        Id = id;
        Target = target;
        Problem = Rehearse(target, live);
        LearnedShape shape = LearnedShape.Of(target);
        bool learnsAnew = shape.LearnsTheSame(live.Shape) && live.Shape.Rates != 0 && shape.Rates != live.Shape.Rates;
        if (!learnsAnew || Problem is not null)
        {
            return;
        }

        if (replay is null)
        {
            Problem = "the learner's rates change, and the training log cannot be read once more here";
            return;
        }

        shadow = live.EmptyFor(target);
        hasCaughtUp = false;
        replaying = new CancellationTokenSource();
        log = replay(replaying.Token);
    }

    public string Id { get; }

    public TopologyPlan Target { get; }

    /// <summary>Why the target cannot run here, as a sentence; the old version goes on.</summary>
    public string? Problem { get; private set; }

    /// <summary>The switch can be made at any batch's end from here on.</summary>
    public bool IsReady => Problem is null && hasCaughtUp;

    public bool IsRebuilding => Problem is null && !hasCaughtUp;

    /// <summary>The offset in the training log that the second learner comes to next.</summary>
    public long ShadowOffset { get; private set; }

    /// <summary>Completes when <see cref="Step"/> has something to do; null where it never will.</summary>
    public Task? Arriving => IsRebuilding ? arriving ??= log!.WaitToReadAsync().AsTask() : null;

    /// <summary>Lets the second learner take one batch of history, at most up to where the first one stands. False if none was there.</summary>
    public bool Step(long appliedOffset)
    {
        if (!IsRebuilding)
        {
            return false;
        }

        if (hasRead && ShadowOffset >= appliedOffset)
        {
            CatchUp();
            return true;
        }

        if (log!.TryRead(out RecordBatch? batch))
        {
            hasRead = true;
            Learn(batch, appliedOffset);
            return true;
        }

        if (arriving is { IsCompleted: true } over)
        {
            arriving = null;
            if (over.IsFaulted || !over.IsCompletedSuccessfully || !over.Result)
            {
                Problem = $"the training log could not be read to its end: {over.Exception?.InnerException?.Message ?? "it ended early"}";
                return true;
            }
        }

        return false;
    }

    /// <summary>There is no history: what is kept of the log begins where the first learner stands.</summary>
    public void SkipHistory(long appliedOffset)
    {
        if (IsRebuilding && !hasRead)
        {
            ShadowOffset = appliedOffset;
            CatchUp();
        }
    }

    /// <summary>What the first learner has just learned; the second one follows once it has caught up.</summary>
    public void Follow(RecordBatch batch, long fromOffset)
    {
        if (shadow is null || !IsReady)
        {
            return;
        }

        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Offset(i) >= fromOffset)
            {
                shadow.Apply(batch.Value(i), out _);
                ShadowOffset = batch.Offset(i) + 1;
            }
        }
    }

    /// <summary>The learner of the new version, at the offset where the old one stands. Nothing here is used afterwards.</summary>
    /// <param name="live">The learner of the old version.</param>
    /// <param name="afresh">Why nothing of its weights was taken over; null where they were.</param>
    public LearnerState Take(LearnerState live, out string? afresh)
    {
        if (shadow is null)
        {
            return live.For(Target, out afresh);
        }

        afresh = null;
        shadow.ContinueFrom(live);
        return shadow;
    }

    public void Dispose()
    {
        replaying?.Cancel();
        replaying?.Dispose();
    }

    private void Learn(RecordBatch batch, long appliedOffset)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Offset(i) >= appliedOffset)
            {
                CatchUp();
                return;
            }

            shadow!.Apply(batch.Value(i), out _);
            ShadowOffset = batch.Offset(i) + 1;
        }

        if (ShadowOffset >= appliedOffset)
        {
            CatchUp();
        }
    }

    private void CatchUp()
    {
        hasCaughtUp = true;
        replaying!.Cancel();
    }

    // The state changes until the switch; but what cannot be taken over now could not be then.
    private static string? Rehearse(TopologyPlan target, LearnerState live)
    {
        LearnerState copy = live.For(target, out _);
        LinearModel model = copy.Learner.Export();
        bool sound = double.IsFinite(model.Bias) && model.Weights.All(double.IsFinite)
            && copy.Golden(model).All(golden => double.IsFinite(golden.Score));
        return sound ? null : $"the model '{target.Model!.Name}' gives no finite scores over the new features";
    }
}
