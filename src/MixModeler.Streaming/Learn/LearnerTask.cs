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
    private readonly TopologyPlan plan;
    private readonly ModelPlan model;
    private readonly IStateStore store;
    private readonly IRecordSink sink;
    private readonly TimeProvider time;
    private readonly LearnerTaskOptions options;
    private readonly Report? report;
    private readonly byte[] modelKey;
    private readonly string[] inputNames;
    private readonly DeadLetter deadLetter = new();
    private readonly PackedWriter record = new(64 * 1_024);
    private readonly PackedWriter taskRecord = new(16);
    private readonly StateCommit commit = new();

    private LearnerState state;
    private StateLease? lease;
    private LearnerStatus status = new();
    private string? startedAfresh;

    // Offsets: applied is in memory, committed is safe.
    private long appliedOffset;
    private long committedOffset;
    private long commits;
    private long uncommittedSince;
    private long publishedVersion;
    private long? publishedAt;
    private bool outputsWaiting;

    /// <param name="plan">A topology with a model.</param>
    /// <param name="store">This task's state.</param>
    /// <param name="sink">This task's own sink.</param>
    /// <param name="time">Paces commits and versions; nothing that is learned depends on it.</param>
    /// <param name="options">The pace.</param>
    /// <param name="report">Told when the stored learner does not fit this topology.</param>
    public LearnerTask(
        TopologyPlan plan, IStateStore store, IRecordSink sink, TimeProvider time, LearnerTaskOptions? options = null, Report? report = null)
    {
        this.plan = plan;
        this.store = store;
        this.sink = sink;
        this.time = time;
        this.options = options ?? new LearnerTaskOptions();
        this.report = report;
        model = plan.Model ?? throw new ArgumentException($"topology {plan.Name} has no model to learn");
        modelKey = Encoding.UTF8.GetBytes($"{plan.Name}/{model.Name}");
        inputNames = [.. plan.Schema.InputNames];
        state = new LearnerState(plan.Schema, model);
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
        state = new LearnerState(plan.Schema, model);
        startedAfresh = stored[0] == null ? null : state.Load(stored[0]);
        if (startedAfresh != null)
        {
            report?.Invoke(Severity.Warning, $"Model {plan.Name}/{model.Name}: {startedAfresh}.");
        }

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
            if (batches.TryRead(out RecordBatch? batch))
            {
                LearnBatch(batch);
                recycle(batch);
            }
            else
            {
                arriving ??= batches.WaitToReadAsync(stop).AsTask();
                await WaitUntilDueAsync(arriving, stop);
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

    public void Dispose() => deadLetter.Dispose();

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

        if (state.Version > publishedVersion)
        {
            TimeSpan untilPublish = publishedAt is long at ? options.PublishEvery - time.GetElapsedTime(at) : TimeSpan.Zero;
            due = due is TimeSpan untilCommit && untilCommit < untilPublish ? untilCommit : untilPublish;
        }

        return due;
    }

    private async Task WaitUntilDueAsync(Task<bool> arriving, CancellationToken stop)
    {
        TimeSpan? due = TimeUntilDue();
        if (arriving.IsCompleted || due <= TimeSpan.Zero)
        {
            return;
        }

        if (due is not TimeSpan wait)
        {
            await arriving;
            return;
        }

        using CancellationTokenSource waitOver = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(arriving, Task.Delay(wait, time, waitOver.Token));
        await waitOver.CancelAsync();
    }

    // Outputs first, then the commit: a crash in between repeats outputs, and those are recognised by version and offset.
    private async Task SettleAsync(bool draining, CancellationToken stop)
    {
        if (state.Version > publishedVersion && (draining || publishedAt is not long at || time.GetElapsedTime(at) >= options.PublishEvery))
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
            Model = model.Name,
            Version = state.Version,
            Bias = exported.Bias,
            Weights = [.. exported.Weights],
            Inputs = inputNames,
            Golden = state.Golden(exported),
            Metrics = [],
        };
        AddMetrics(document.Metrics, "", state.Metrics.SinceStart());
        AddMetrics(document.Metrics, "window.", state.Metrics.OverWindow());
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
                throw new TaskLostException(TaskLoss.Fenced, $"a later holder learns {plan.Name}/{model.Name}");
            default:
                throw new TaskLostException(TaskLoss.StateMoved, $"the stored offset of {plan.Name}/{model.Name} is not {committedOffset}");
        }
    }

    private void RenewStatus() => Volatile.Write(ref status, new LearnerStatus
    {
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
