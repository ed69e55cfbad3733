using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Learns one model from its partition of the training topic: predicts each example before learning from it, commits weights,
/// origins, metrics and offset together, and publishes model versions. What it holds after any number of crashes equals
/// what an undisturbed learner over the same log holds, to the last bit.
/// </summary>
public sealed class LearnerTask : IPartitionTask, IDisposable
{
    private readonly LiveTopology live;
    private readonly TrainingReplay? replay;
    private readonly IStateStore store;
    private readonly IRecordSink sink;
    private readonly TimeProvider time;
    private readonly LearnerTaskOptions options;
    private readonly Report? report;
    private readonly LearnerFollower follower;
    private readonly DeadLetter deadLetter = new();
    private readonly PackedWriter record = new(64 * 1_024);
    private readonly PackedWriter taskRecord = new(16);
    private readonly StateCommit commit = new();

    private TopologyPlan plan;
    private LearnerState state;
    private StateLease? lease;
    private LearnerStatus status = new();
    private string? startedAfresh;

    // Offsets: applied is in memory, committed is safe.
    private long appliedOffset;
    private long committedOffset;
    private long earliestOffset;
    private long commits;
    private long uncommittedSince;
    private long publishedVersion;
    private long? publishedAt;
    private bool outputsWaiting;

    /// <param name="plan">A topology with a model, which never changes.</param>
    /// <param name="store">This task's state.</param>
    /// <param name="sink">This task's own sink.</param>
    /// <param name="time">Paces commits and versions; nothing that is learned depends on it.</param>
    /// <param name="options">The pace.</param>
    /// <param name="report">Told when the stored learner does not fit this topology.</param>
    public LearnerTask(
        TopologyPlan plan, IStateStore store, IRecordSink sink, TimeProvider time, LearnerTaskOptions? options = null, Report? report = null)
        : this(new LiveTopology(plan), null, store, sink, time, options, report)
    {
    }

    /// <param name="live">What to run, also later; some version that it names must have a model.</param>
    /// <param name="replay">Reads the training log once more, for a change of the learner's rates; null where that cannot be done.</param>
    /// <param name="store">This task's state, the same under every version of the topology.</param>
    /// <param name="sink">This task's own sink.</param>
    /// <param name="time">Paces commits and versions; nothing that is learned depends on it.</param>
    /// <param name="options">The pace.</param>
    /// <param name="report">Told when the stored learner does not fit this topology.</param>
    public LearnerTask(
        LiveTopology live, TrainingReplay? replay, IStateStore store, IRecordSink sink, TimeProvider time, LearnerTaskOptions? options = null,
        Report? report = null)
    {
        ArgumentNullException.ThrowIfNull(live);
        this.live = live;
        this.replay = replay;
        this.store = store;
        this.sink = sink;
        this.time = time;
        this.options = options ?? new LearnerTaskOptions();
        this.report = report;
        plan = LearnerFollower.PlanFor(live.Order, null);
        state = new LearnerState(plan);
        follower = new LearnerFollower(live, replay, time);
    }

    /// <summary>Safe to read from any thread.</summary>
    public LearnerStatus Status => Volatile.Read(ref status);

    public long CommittedOffset => Status.NextOffset;

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        lease = await store.AcquireAsync(earliestOffset, stop);
        if (lease.NextOffset < earliestOffset)
        {
            ThrowTruncated(lease.NextOffset, earliestOffset);
        }

        byte[]?[] stored = await store.LoadAsync([LearnerRecord.Key.ToArray()], stop);
        follower.Restart();
        plan = LearnerFollower.PlanFor(live.Order, stored[0]);
        state = new LearnerState(plan);
        Warn(stored[0] == null ? null : state.Load(stored[0]));
        this.earliestOffset = earliestOffset;
        appliedOffset = lease.NextOffset;
        committedOffset = lease.NextOffset;

        // The version that stands is announced once more: whoever held the task may have died between commit and publication.
        publishedVersion = 0;
        publishedAt = null;
        outputsWaiting = false;
        RenewStatus();
        return lease.NextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        Task<bool>? arriving = null;
        while (true)
        {
            // Taken before the order is looked at: a change in between ends the wait below.
            Task changed = live.Changed;
            if (follower.Look(plan, state, appliedOffset, earliestOffset))
            {
                await SwitchAsync(stop);
            }

            bool worked = follower.Step(appliedOffset);
            if (batches.TryRead(out RecordBatch? batch))
            {
                long from = appliedOffset;
                LearnBatch(batch);
                follower.Follow(batch, from);
                recycle(batch);
            }
            else if (!worked || batches.Completion.IsCompleted)
            {
                arriving ??= batches.WaitToReadAsync(stop).AsTask();
                await WaitUntilDueAsync(arriving, changed, stop);
                store.ThrowIfMoved(arriving, "the learner");
                if (arriving.IsCompleted)
                {
                    if (!await arriving)
                    {
                        break;
                    }

                    arriving = null;
                    continue;
                }
            }

            if (TimeUntilDue() <= TimeSpan.Zero)
            {
                await SettleAsync(draining: false, stop);
            }
        }

        await SettleAsync(draining: true, stop);
    }

    public void Dispose()
    {
        follower.Dispose();
        deadLetter.Dispose();
    }

    // Everything learned so far is committed in the layout of the new version: from here on a restart begins there.
    private async Task SwitchAsync(CancellationToken stop)
    {
        long began = time.GetTimestamp();
        if (outputsWaiting)
        {
            await sink.FlushAsync(stop);
            outputsWaiting = false;
        }

        (plan, state, string? afresh) = follower.Take(state);
        await CommitAsync(stop);
        Warn(afresh);

        // The same examples under another layout: whoever holds the version before must hear of it.
        publishedVersion = Math.Min(publishedVersion, state.Version - 1);
        publishedAt = null;
        RenewStatus();
        follower.Switched(committedOffset, time.GetElapsedTime(began));
    }

    private void Warn(string? afresh)
    {
        startedAfresh = afresh;
        if (afresh is not null)
        {
            report?.Invoke(Severity.Warning, $"Model {plan.Name}/{plan.Model!.Name}: {afresh}.");
        }
    }

    private void LearnBatch(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            long offset = batch.Offset(i);
            if (offset < appliedOffset)
            {
                // Fetched before the seek took effect.
                continue;
            }

            if (offset > appliedOffset)
            {
                ThrowTruncated(appliedOffset, offset);
            }

            if (appliedOffset == committedOffset)
            {
                uncommittedSince = time.GetTimestamp();
            }

            appliedOffset = offset + 1;
            if (state.Apply(batch.Value(i), out ExampleRefusal refusal) == ExampleOutcome.Refused)
            {
                sink.Send(
                    plan.Topics.DeadLetter,
                    IRecordSink.ByKey,
                    batch.Key(i),
                    deadLetter.Write(refusal.Reason, refusal.Detail, plan.Topics.Training, batch.Partition, offset, batch.TimestampMs(i), batch.Value(i)));
                outputsWaiting = true;
            }
        }
    }

    // A learner that begins has nothing to show its first version by.
    private bool HasNews => state.Version > publishedVersion && state.Learner.Examples > 0;

    // Null when there is nothing to settle.
    private TimeSpan? TimeUntilDue()
    {
        TimeSpan? due = null;
        if (appliedOffset > committedOffset)
        {
            due = appliedOffset - committedOffset >= options.CommitRecordsMax
                ? TimeSpan.Zero
                : options.CommitEvery - time.GetElapsedTime(uncommittedSince);
        }

        if (HasNews)
        {
            TimeSpan untilPublish = publishedAt is long at ? options.PublishEvery - time.GetElapsedTime(at) : TimeSpan.Zero;
            due = due is TimeSpan untilCommit && untilCommit < untilPublish ? untilCommit : untilPublish;
        }

        return due;
    }

    private async Task WaitUntilDueAsync(Task<bool> arriving, Task changed, CancellationToken stop)
    {
        TimeSpan? due = TimeUntilDue();
        if (arriving.IsCompleted || due <= TimeSpan.Zero)
        {
            return;
        }

        Task woken = Task.WhenAny(arriving, changed, follower.Arriving ?? changed, store.Moved);
        if (due is not TimeSpan wait)
        {
            await woken;
            return;
        }

        using CancellationTokenSource waitOver = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(woken, Task.Delay(wait, time, waitOver.Token));
        await waitOver.CancelAsync();
    }

    // Outputs first, then the commit: a crash in between repeats outputs, and those are recognised by version and offset.
    private async Task SettleAsync(bool draining, CancellationToken stop)
    {
        if (HasNews && (draining || publishedAt is not long at || time.GetElapsedTime(at) >= options.PublishEvery))
        {
            Publish();
        }

        if (outputsWaiting)
        {
            await sink.FlushAsync(stop);
            outputsWaiting = false;
        }

        if (appliedOffset > committedOffset)
        {
            await CommitAsync(stop);
        }

        RenewStatus();
    }

    private void Publish()
    {
        LinearModel exported = state.Learner.Export();
        ModelDocument document = new()
        {
            Topology = plan.Name,
            Model = plan.Model!.Name,
            Version = state.Version,
            LabelId = LabelId.Text(state.Shape.Label),
            Bias = exported.Bias,
            Weights = [.. exported.Weights],
            Inputs = [.. plan.Schema.InputNames],
            Golden = state.Golden(exported),
            Metrics = [],
        };
        AddMetrics(document.Metrics, "", state.Metrics.SinceStart());
        AddMetrics(document.Metrics, "window.", state.Metrics.OverWindow());
        byte[] modelKey = Encoding.UTF8.GetBytes($"{plan.Name}/{document.Model}");
        sink.Send(plan.Topics.Models, IRecordSink.ByKey, modelKey, JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Default.ModelDocument));
        outputsWaiting = true;
        publishedVersion = state.Version;
        publishedAt = time.GetTimestamp();
    }

    private static void AddMetrics(Dictionary<string, double> metrics, string prefix, Quality quality)
    {
        Add("examples", quality.Examples);
        Add("positives", quality.Positives);
        Add("logLoss", quality.LogLoss);
        Add("auc", quality.Auc);
        Add("brier", quality.Brier);
        Add("meanPredicted", quality.MeanPredicted);
        Add("meanObserved", quality.MeanObserved);
        Add("calibrationError", quality.CalibrationError);

        // JSON has no NaN: what has no value yet is left out.
        void Add(string name, double value)
        {
            if (double.IsFinite(value))
            {
                metrics[prefix + name] = value;
            }
        }
    }

    private async Task CommitAsync(CancellationToken stop)
    {
        state.Save(record);
        taskRecord.Clear();
        taskRecord.VarUInt((ulong)state.Version);
        commit.Clear();
        commit.FirstOffset = committedOffset;
        commit.NextOffset = appliedOffset;
        commit.TaskRecord = taskRecord.Written.ToArray();
        commit.Records.Add(new(LearnerRecord.Key.ToArray(), record.Written.ToArray()));
        CommitOutcome outcome = await store.CommitAsync(lease!, commit, stop);
        switch (outcome)
        {
            case CommitOutcome.Applied:
                committedOffset = appliedOffset;
                commits++;
                return;
            case CommitOutcome.Fenced:
                throw new TaskLostException(TaskLoss.Fenced, $"a later holder learns {plan.Name}/{plan.Model!.Name}");
            default:
                throw new TaskLostException(TaskLoss.StateMoved, $"the stored offset of {plan.Name}/{plan.Model!.Name} is not {committedOffset}");
        }
    }

    private void RenewStatus() => Volatile.Write(ref status, new LearnerStatus
    {
        Topology = plan.Version,
        Version = state.Version,
        PublishedVersion = publishedVersion,
        NextOffset = committedOffset,
        Commits = commits,
        Counts = state.Counts,
        SinceStart = state.Metrics.SinceStart(),
        Window = state.Metrics.OverWindow(),
        StartedAfresh = startedAfresh,
    });

    [DoesNotReturn]
    private static void ThrowTruncated(long wanted, long found) =>
        throw new TaskLostException(TaskLoss.LogTruncated, $"the training log continues at offset {found}, the learner stands at {wanted}: examples are missing");
}
