using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming;

/// <summary>
/// THE file to read first: what happens to the events of one partition. One thread at a time is in here, nothing is locked,
/// and between two waits whole batches run.
/// </summary>
/// <remarks>
/// A commit stands at the end of one or more batches, or earlier when enough visitors changed. Everything that leaves the
/// task is in the log before the commit, and state and offset move together in it: after a crash the next holder reads the
/// committed state, repeats the events from the committed offset and sends the same outputs again with the same origins.
/// Which version of the topology the state belongs to moves with it too: how it gets from one to the next is told in
/// PartitionTask.Versions.cs.
/// </remarks>
public sealed partial class PartitionTask : IPartitionTask
{
    // Few busy visitors never fill a commit; this bounds what a crash repeats.
    private const int UncommittedEventsMax = 16 * RecordBatch.RecordsMax;

    private readonly TaskParts parts;
    private readonly bool isSilent;
    private readonly ComparedSink sink;
    private readonly OffsetLedger ledger = new();
    private readonly TaskTotals totals = new();
    private readonly PackedWriter packed = new();
    private Lane lane;
    private TaskState state;
    private TaskRecord record;
    private LinearModel model;
    private long newestMs;
    private long nextOffset;
    private TaskProgress progress;

    public PartitionTask(TaskParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        this.parts = parts;
        isSilent = parts.IsSilent;
        sink = new ComparedSink(parts.Sink);
        lane = CompileLane(parts.Live.Order.Active);
        state = new TaskState(lane.Layout, parts.Store, parts.VisitorsMax);
        record = new TaskRecord { Version = lane.Plan.Version, Layout = lane.Layout };
        model = parts.Models.Of(lane.Plan);
        progress = new TaskProgress(parts.Partition, lane.Plan.Version, 0, 0, ledger, totals);
    }

    /// <summary>A task of one version that stays, for runs without servers.</summary>
    public PartitionTask(
        TopologyPlan topology, int partition, IStateStore store, IRecordSink sink, ModelRegister models, int visitorsMax = 50_000)
        : this(new TaskParts
        {
            Live = new LiveTopology(topology),
            Partition = partition,
            Store = store,
            Sink = sink,
            Models = models,
            VisitorsMax = visitorsMax,
        })
    {
    }

    /// <summary>Where the task stood at its last commit.</summary>
    public TaskProgress Progress => Volatile.Read(ref progress);

    public long CommittedOffset => Progress.NextOffset;

    /// <summary>What the task spends its time on.</summary>
    public TaskTimes Times { get; } = new();

    /// <summary>Which operators keep how much of the state.</summary>
    public IReadOnlyList<StatePart> Parts => state.Parts;

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        byte[]? stored = await state.AcquireAsync(earliestOffset, stop);
        await parts.Live.CatchUpAsync(stop);
        Resume(TaskRecord.Unpack(stored, ledger, totals));
        nextOffset = state.CommittedOffset;
        Publish();
        return nextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        try
        {
            await WorkAsync(batches, recycle, stop);
        }
        finally
        {
            // Nothing may go on beside a task that has ended: the next holder begins a lane of its own.
            await (change?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private async Task WorkAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        stopping = stop;
        Task<bool>? arriving = null;
        while (true)
        {
            Task changed = parts.Live.Changed;
            bool mayGoOn = await ObeyAsync(batches.TryPeek(out _), stop);           // Topology: pause, prepare, switch
            if (letGo && !mayGoOn)
            {
                return;
            }

            if (mayGoOn && batches.TryRead(out RecordBatch? batch))
            {
                await ApplyAsync(batch, stop);
                recycle(batch);
                bool more = batches.TryPeek(out _) && nextOffset - state.CommittedOffset < UncommittedEventsMax;
                if (!more)
                {
                    await CommitAsync(stop);                                        // What is here already shared the commit.
                }

                continue;
            }

            arriving ??= mayGoOn ? batches.WaitToReadAsync(stop).AsTask() : null;
            if (!await WaitAsync(arriving, changed, stop))
            {
                return;
            }

            arriving = arriving is { IsCompleted: true } ? null : arriving;
        }
    }

    /// <summary>One batch: read, its visitors brought in, every event applied; commits only when enough visitors changed.</summary>
    internal async Task ApplyAsync(RecordBatch batch, CancellationToken stop)
    {
        long began = TaskTimes.Now;
        EventBatch events = lane.Reader.Read(batch);                                // Ingest
        began = Times.Read(began, events.Count);
        await LoadAsync(events, stop);                                              // State: one multi-get
        await LoadProfilesAsync(events, stop);
        Times.Load(began);
        for (int next = 0; next < events.Count;)
        {
            int first = next;
            began = TaskTimes.Now;
            next = ApplyFrom(next, events, batch);                                  // Featurize, Score, Learn: nothing waits
            Times.Apply(began, next - first);
            if (state.DirtyCount >= StateCommit.RecordsTarget)
            {
                await CommitAsync(stop);                                            // Deliver, then state and offset together
            }
        }
    }

    /// <summary>Brings in the visitors of the batch and those whose decisions fall due within it.</summary>
    private Task LoadAsync(EventBatch events, CancellationToken stop)
    {
        state.MakeRoom();
        long batchNewestMs = newestMs;
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Rejection == Rejection.None)
            {
                batchNewestMs = Math.Max(batchNewestMs, events[i].TimeMs);
                state.Want(events[i].Visitor, events.Visitor(i));
            }
            else if (events[i].Rejection == Rejection.TimeMarker)
            {
                batchNewestMs = Math.Max(batchNewestMs, events[i].TimeMs);
            }
        }

        return state.LoadAsync(batchNewestMs, lane.HasSchedule, stop);
    }

    /// <summary>Applies events until the batch or the room of a commit ends; returns where to go on.</summary>
    private int ApplyFrom(int first, EventBatch events, RecordBatch batch)
    {
        model = parts.Models.Of(lane.Plan);
        int i = first;
        for (; i < events.Count && state.DirtyCount < StateCommit.RecordsTarget; i++)
        {
            ref EventRow row = ref events[i];
            bool isReplay = lane.IsKeyed && row.Rejection == Rejection.None && !record.Origins.TryAdvance(row.Origin);
            if (row.Rejection == Rejection.None && !isReplay && row.TimeMs < newestMs - lane.LatenessMs)
            {
                row.Rejection = Rejection.TooLate;
            }

            lane.Outputs.StartOf(batch, i);
            if (parts.Taps?.Listening is not null)
            {
                ShowRead(batch, i, row.Rejection);
            }

            if (isReplay)
            {
                totals.DuplicateEvents++;
            }
            else if (row.Rejection == Rejection.None)
            {
                ApplyEvent(events, i, batch);
            }
            else if (row.Rejection == Rejection.TimeMarker)
            {
                newestMs = Math.Max(newestMs, row.TimeMs);
            }
            else
            {
                totals.CountRejected(row.Rejection);
                if (!isSilent)
                {
                    lane.Outputs.DeadLetter(row.Rejection, batch, i);
                }
            }

            SettleDue();
            ledger.Enter(row.Offset);
            nextOffset = row.Offset + 1;
        }

        return i;
    }

    private void ApplyEvent(EventBatch events, int i, RecordBatch batch)
    {
        ref EventRow row = ref events[i];
        int slot = state.Find(row.Visitor);
        VisitorMemory visitor = state.Change(slot);
        newestMs = Math.Max(newestMs, row.TimeMs);
        if (lane.DeduplicateMs > 0 && !visitor.EventIds.TryAdd(row.EventId, row.TimeMs, newestMs - lane.DeduplicateMs))
        {
            totals.DuplicateEvents++;
            return;
        }

        totals.Accepted++;
        if (parts.Taps?.Listening is not null)
        {
            ShowDistinct(batch, i);
        }

        if (lane.Flow is { } flow)
        {
            ApplyFlow(flow, visitor, slot, events, i, batch);                       // Flow: the main job is one of the nodes
        }
        else
        {
            ApplyProfile(visitor, slot, in row, events.Symbols(i), events.Amounts(i));
        }
    }

    private void ApplyProfile(VisitorMemory visitor, int slot, in EventRow row, ReadOnlySpan<int> symbols, ReadOnlySpan<double> amounts)
    {
        Span<long> features = state.Row(slot);
        lane.Featurizer.Apply(features, row.TimeMs, symbols, amounts);
        // Nodes behind the profile may keep what follows from the score.
        if (!isSilent || lane.Flow is not null)
        {
            // A late event changes what is known, but the score stays one as of the visitor's newest event.
            visitor.Score = lane.Scorer.Score(model, features, features[0]);
            visitor.ScoreModelVersion = model.Version;
            lane.Outputs.Score(visitor, features, row.ReceivedMs);
        }

        totals.Scored++;
        if (lane.Labels is not null)
        {
            LearnFrom(row.TimeMs, symbols, visitor, features);
        }
    }

    /// <summary>A label event settles earlier decisions as positive; any other event is a decision whose label is awaited.</summary>
    private void LearnFrom(long timeMs, ReadOnlySpan<int> symbols, VisitorMemory visitor, ReadOnlySpan<long> features)
    {
        if (lane.Featurizer.IsLabel(symbols))
        {
            totals.Positives += Emit(visitor, lane.Labels!.Converted(visitor.Pending, timeMs), label: true);
        }
        else if (visitor.Pending.IsFull)
        {
            totals.DecisionsSkipped++;
        }
        else
        {
            features.CopyTo(visitor.Pending.Add(features[0]));
        }

        Reschedule(visitor);
    }

    /// <summary>Event time moved on: decisions whose horizon has passed become negative examples.</summary>
    private void SettleDue()
    {
        for (int i = 0; i < TaskState.SettledPerEventMax && state.TryTakeDue(newestMs, out VisitorMemory visitor); i++)
        {
            if (lane.Labels is not null)
            {
                totals.Negatives += Emit(visitor, lane.Labels.Expired(visitor.Pending, newestMs), label: false);
            }

            if (lane.Flow is { } flow)
            {
                AdvanceFlow(flow, visitor);
            }

            Reschedule(visitor);
        }
    }

    private int Emit(VisitorMemory visitor, ReadOnlySpan<bool> settled, bool label)
    {
        int emitted = 0;
        for (int p = 0; p < settled.Length; p++)
        {
            if (settled[p])
            {
                emitted++;
                if (!isSilent)
                {
                    lane.Outputs.Example(visitor.Id, visitor.Pending.TimeMs(p), visitor.Pending.Row(p), label);
                }
            }
        }

        if (emitted > 0)
        {
            visitor.Pending.RemoveSettled(settled);
        }

        return emitted;
    }

    private void Reschedule(VisitorMemory visitor)
    {
        if (lane.Reschedule(visitor))
        {
            state.Reschedule(visitor);
        }
    }

    /// <summary>Outputs first, then state and offset together.</summary>
    private Task CommitAsync(CancellationToken stop) =>
        nextOffset == state.CommittedOffset && state.DirtyCount == 0 ? Task.CompletedTask : CommitAllAsync(stop);

    private async Task CommitAllAsync(CancellationToken stop)
    {
        long began = TaskTimes.Now;
        await lane.Outputs.FlushAsync(stop);
        long firstOffset = state.CommittedOffset;
        record.NewestMs = newestMs;
        bool withProfiles = parts.WritesProfiles && lane.Labels is not null;
        byte[] task = record.Pack(packed, ledger, totals);
        switch (await state.CommitAsync(nextOffset, task, withProfiles ? lane.Outputs.Profile : null, stop))
        {
            case CommitOutcome.Fenced:
                throw new TaskLostException(
                    TaskLoss.Fenced, $"partition {parts.Partition}: a newer holder took over; this one stops writing");
            case CommitOutcome.UnexpectedOffset:
                throw new TaskLostException(
                    TaskLoss.StateMoved, $"partition {parts.Partition}: the state no longer stands at offset {firstOffset}; it is read again");
        }

        Times.Commit(began);
        lane.Flow?.Publish();
        Publish();
    }

    private void Publish() =>
        Volatile.Write(ref progress, new TaskProgress(parts.Partition, record.Version, nextOffset, newestMs, ledger, totals));
}
