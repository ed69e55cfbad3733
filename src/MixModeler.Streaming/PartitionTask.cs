using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Featurize;
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
/// </remarks>
public sealed class PartitionTask : IPartitionTask
{
    // Few busy visitors never fill a commit; this bounds what a crash repeats.
    private const int UncommittedEventsMax = 16 * RecordBatch.RecordsMax;

    private readonly int partition;
    private readonly ModelRegister models;
    private readonly EventReader reader;
    private readonly TaskState state;
    private readonly Featurizer featurizer;
    private readonly Scorer scorer;
    private readonly LabelJoin? labels;
    private readonly TaskOutputs outputs;
    private readonly OffsetLedger ledger = new();
    private readonly TaskTotals totals = new();
    private readonly PackedWriter packed = new();
    private readonly long deduplicateMs;
    private readonly long latenessMs;
    private LinearModel model;
    private long newestMs;
    private long nextOffset;
    private TaskProgress progress;

    /// <param name="topology">What to do.</param>
    /// <param name="partition">Of the events topic; outputs carry it.</param>
    /// <param name="store">This partition's state.</param>
    /// <param name="sink">This task's own sink.</param>
    /// <param name="models">Tells the model version that scores.</param>
    /// <param name="visitorsMax">Visitors kept in memory between batches.</param>
    public PartitionTask(
        TopologyPlan topology, int partition, IStateStore store, IRecordSink sink, ModelRegister models, int visitorsMax = 50_000)
    {
        this.partition = partition;
        this.models = models;
        reader = new EventReader(topology);
        state = new TaskState(topology.Schema, store, visitorsMax);
        featurizer = new Featurizer(topology);
        scorer = new Scorer(topology.Schema);
        labels = topology.Model is null ? null : new LabelJoin(topology.Model, topology.Source.Lateness);
        outputs = new TaskOutputs(topology, partition, sink);
        deduplicateMs = (long)topology.Source.DeduplicateWithin.TotalMilliseconds;
        latenessMs = (long)topology.Source.Lateness.TotalMilliseconds;
        model = models.Current;
        progress = new TaskProgress(partition, 0, 0, ledger, totals);
    }

    /// <summary>Where the task stood at its last commit.</summary>
    public TaskProgress Progress => Volatile.Read(ref progress);

    public long CommittedOffset => Progress.NextOffset;

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        newestMs = TaskRecord.Unpack(await state.AcquireAsync(earliestOffset, stop), ledger, totals);
        nextOffset = state.CommittedOffset;
        Volatile.Write(ref progress, new TaskProgress(partition, nextOffset, newestMs, ledger, totals));
        return nextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        while (await batches.WaitToReadAsync(stop))
        {
            while (batches.TryRead(out RecordBatch? batch))
            {
                EventBatch events = reader.Read(batch);                             // Ingest
                await LoadAsync(events, stop);                                      // State: one multi-get
                for (int next = 0; next < events.Count;)
                {
                    next = ApplyFrom(next, events, batch);                          // Featurize, Score, Learn: nothing waits
                    if (state.DirtyCount >= StateCommit.RecordsTarget)
                    {
                        await CommitAsync(stop);                                    // Deliver, then state and offset together
                    }
                }

                recycle(batch);
                bool more = batches.TryPeek(out _) && nextOffset - state.CommittedOffset < UncommittedEventsMax;
                if (!more)
                {
                    await CommitAsync(stop);                                        // What is here already shared the commit.
                }
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
        }

        return state.LoadAsync(batchNewestMs, labels is not null, stop);
    }

    /// <summary>Applies events until the batch or the room of a commit ends; returns where to go on.</summary>
    private int ApplyFrom(int first, EventBatch events, RecordBatch batch)
    {
        model = models.Current;
        int i = first;
        for (; i < events.Count && state.DirtyCount < StateCommit.RecordsTarget; i++)
        {
            ref EventRow row = ref events[i];
            if (row.Rejection == Rejection.None && row.TimeMs < newestMs - latenessMs)
            {
                row.Rejection = Rejection.TooLate;
            }

            outputs.StartOf(row.Offset);
            if (row.Rejection == Rejection.None)
            {
                ApplyEvent(in row, events.Symbols(i), events.Amounts(i));
            }
            else
            {
                totals.CountRejected(row.Rejection);
                outputs.DeadLetter(row.Rejection, batch, i);
            }

            SettleDue();
            ledger.Enter(row.Offset);
            nextOffset = row.Offset + 1;
        }

        return i;
    }

    private void ApplyEvent(in EventRow row, ReadOnlySpan<int> symbols, ReadOnlySpan<double> amounts)
    {
        int slot = state.Find(row.Visitor);
        VisitorMemory visitor = state.Change(slot);
        newestMs = Math.Max(newestMs, row.TimeMs);
        if (deduplicateMs > 0 && !visitor.EventIds.TryAdd(row.EventId, row.TimeMs, newestMs - deduplicateMs))
        {
            totals.DuplicateEvents++;
            return;
        }

        totals.Accepted++;
        Span<long> features = state.Row(slot);
        featurizer.Apply(features, row.TimeMs, symbols, amounts);
        // A late event changes what is known, but the score stays one as of the visitor's newest event.
        visitor.Score = scorer.Score(model, features, features[0]);
        visitor.ScoreModelVersion = model.Version;
        outputs.Score(visitor, features, row.ReceivedMs);
        totals.Scored++;
        if (labels is not null)
        {
            LearnFrom(row.TimeMs, symbols, visitor, features);
        }
    }

    /// <summary>A label event settles earlier decisions as positive; any other event is a decision whose label is awaited.</summary>
    private void LearnFrom(long timeMs, ReadOnlySpan<int> symbols, VisitorMemory visitor, ReadOnlySpan<long> features)
    {
        if (featurizer.IsLabel(symbols))
        {
            totals.Positives += Emit(visitor, labels!.Converted(visitor.Pending, timeMs), label: true);
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
            totals.Negatives += Emit(visitor, labels!.Expired(visitor.Pending, newestMs), label: false);
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
                outputs.Example(visitor.Id, visitor.Pending.TimeMs(p), visitor.Pending.Row(p), label);
                emitted++;
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
        if (labels!.Reschedule(visitor))
        {
            state.Reschedule(visitor);
        }
    }

    /// <summary>Outputs first, then state and offset together.</summary>
    private async Task CommitAsync(CancellationToken stop)
    {
        if (nextOffset == state.CommittedOffset)
        {
            return;
        }

        await outputs.FlushAsync(stop);
        long firstOffset = state.CommittedOffset;
        byte[] record = TaskRecord.Pack(packed, newestMs, ledger, totals);
        switch (await state.CommitAsync(nextOffset, record, labels is null ? null : outputs.Profile, stop))
        {
            case CommitOutcome.Fenced:
                throw new TaskLostException(TaskLoss.Fenced, $"partition {partition}: a newer holder took over; this one stops writing");
            case CommitOutcome.UnexpectedOffset:
                throw new TaskLostException(
                    TaskLoss.StateMoved, $"partition {partition}: the state no longer stands at offset {firstOffset}; it is read again");
        }

        Volatile.Write(ref progress, new TaskProgress(partition, nextOffset, newestMs, ledger, totals));
    }
}
