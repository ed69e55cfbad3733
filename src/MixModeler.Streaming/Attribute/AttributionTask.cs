using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Attributes conversions over one partition of the events, while they arrive: each conversion is scored as soon as it is known, and what
/// a late event or a newer version changes is taken back and given anew. What it holds and sends depends on the partition's log alone.
/// </summary>
/// <remarks>
/// Scores are in the log before the commit; journeys, sums, the survival model and the offset move together in it. One thread at a time is
/// in here. Days are taught to the survival model visitor by visitor, up to four at an event, when event time has passed them.
/// </remarks>
public sealed class AttributionTask : IPartitionTask, IDisposable
{
    private const int UncommittedRecordsMax = 16 * RecordBatch.RecordsMax;
    private const int TaughtEveryDays = 7;

    // What one event may change: those that it settles, its own visitor, one that is merged, and records of no visitor.
    private const int SettledAndMerged = AttributionState.SettledPerEventMax + 6;

    private readonly AttributionParts parts;
    private readonly AttributionPlan plan;
    private readonly AttributorOptions options;
    private readonly JourneyReader reader;
    private readonly AttributionState state;
    private readonly AttributionOutputs outputs;
    private readonly OffsetLedger ledger = new();
    private readonly PackedWriter packed = new();
    private readonly string eventsTopic;
    private readonly long latenessMs;
    private readonly long renewMs;
    private AttributionCounts counts = new();
    private long newestMs;
    private long epoch = long.MinValue;
    private int firstDay;
    private int lastDay;
    private long nextOffset;
    private AttributionProgress progress = new();

    public AttributionTask(AttributionParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        this.parts = parts;
        plan = parts.Model;
        SourcePlan source = parts.Topology.Source;
        options = new AttributorOptions
        {
            Lookback = plan.Lookback,
            BeginsAfterConversion = plan.BeginsAfterConversion,
            DecayHalfLife = plan.HalfLife,
            MarkovOrder = plan.Order,
            AtRisk = plan.AtRisk,
            ConvertsOnce = plan.ConvertsOnce,
            HasRegionModels = plan.RegionConversions > 0,
        };
        int weeks = Math.Max(1, (int)Math.Ceiling(plan.Lookback.TotalDays / TouchEffects.DaysPerWeek));
        HazardOptions hazard = new() { Weeks = weeks, DailyRate = plan.DailyRate };
        state = new AttributionState(parts.Store, options, hazard, plan.RegionConversions, parts.VisitorsMax);
        reader = new JourneyReader(plan, source);
        outputs = new AttributionOutputs(parts);
        eventsTopic = parts.Topology.Topics.Events;
        latenessMs = (long)source.Lateness.TotalMilliseconds;
        renewMs = (long)plan.Renew.TotalMilliseconds;
    }

    /// <summary>Where the task stood at its last commit; any thread.</summary>
    public AttributionProgress Progress => Volatile.Read(ref progress);

    public long CommittedOffset => Progress.NextOffset;

    /// <summary>Visitors in memory, bounded between batches.</summary>
    internal int VisitorsInMemory => state.VisitorsInMemory;

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        AttributionProgress stored = await state.AcquireAsync(earliestOffset, ledger, stop);
        if (state.CommittedOffset < earliestOffset)
        {
            throw new TaskLostException(
                TaskLoss.LogTruncated,
                $"{eventsTopic}/{parts.Partition} begins at offset {earliestOffset}, attribution {plan.Name} stands at {state.CommittedOffset}: records are missing");
        }

        (newestMs, epoch, firstDay, lastDay) = (stored.NewestMs, stored.Epoch, stored.FirstDay, stored.LastDay);
        counts = stored.Counts;
        nextOffset = state.CommittedOffset;
        if (newestMs != 0)
        {
            state.Attributor.AdvanceTo(newestMs - latenessMs);
        }

        Publish();
        return nextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(recycle);
        while (await parts.Store.WaitToReadAsync(batches, $"attribution {plan.Name} of {eventsTopic}/{parts.Partition}", stop))
        {
            while (batches.TryRead(out RecordBatch? batch))
            {
                await ApplyAsync(batch, stop);
                recycle(batch);
                if (nextOffset - state.CommittedOffset >= UncommittedRecordsMax)
                {
                    await CommitAsync(stop);
                }
            }

            // What is here already shares the commit.
            await CommitAsync(stop);
        }
    }

    public void Dispose() => outputs.Dispose();

    /// <summary>One batch: read, its visitors brought in, every record applied; commits only when enough visitors changed.</summary>
    internal async Task ApplyAsync(RecordBatch batch, CancellationToken stop)
    {
        state.MakeRoom(newestMs - latenessMs);
        IReadOnlyList<JourneyRow> rows = reader.Read(batch);
        long throughMs = newestMs;
        // Conversions that may change: those that are not settled, and those of this batch.
        HashSet<int> days = newestMs == 0 ? [] : [.. DaysOf(newestMs - latenessMs, newestMs)];
        for (int i = 0; i < batch.Count; i++)
        {
            JourneyRow row = rows[i];
            if (row.Kind == JourneyRowKind.Refused)
            {
                continue;
            }

            throughMs = Math.Max(throughMs, row.TimeMs);
            if (row.Kind != JourneyRowKind.TimeMarker)
            {
                days.Add((int)TouchEffects.Day(row.TimeMs));
                state.Want(row.Visitor);
                if (row.SameAs is not null)
                {
                    state.Want(row.SameAs);
                }
            }
        }

        await state.LoadDaysAsync(days, stop);
        await state.LoadAsync(throughMs, stop);
        for (int i = 0; i < batch.Count; i++)
        {
            if (rows[i].Offset >= nextOffset)
            {
                Apply(rows[i], batch, i);
                if (state.DirtyCount + SettledAndMerged > StateCommit.RecordsTarget)
                {
                    await CommitAsync(stop);
                }
            }
        }
    }

    private static IEnumerable<int> DaysOf(long fromMs, long toMs) =>
        Enumerable.Range((int)TouchEffects.Day(fromMs), (int)(TouchEffects.Day(toMs) - TouchEffects.Day(fromMs)) + 1);

    /// <summary>Outputs first, then state and offset together.</summary>
    internal Task CommitAsync(CancellationToken stop) => nextOffset == state.CommittedOffset ? Task.CompletedTask : CommitAllAsync(stop);

    private void Apply(JourneyRow row, RecordBatch batch, int i)
    {
        counts.Records++;
        outputs.Start();
        bool isEvent = row.Kind is not (JourneyRowKind.Refused or JourneyRowKind.TimeMarker);
        if (isEvent && row.TimeMs < newestMs - latenessMs)
        {
            counts.TooLate++;
        }
        else if (isEvent)
        {
            Advance(row.TimeMs);
            ApplyEvent(row, batch, i);
        }
        else if (row.Kind == JourneyRowKind.TimeMarker)
        {
            Advance(row.TimeMs);
        }
        else
        {
            counts.Refused++;
        }

        Settle();
        ledger.Enter(row.Offset);
        nextOffset = row.Offset + 1;
    }

    /// <summary>Event time moves on: the horizon with it, and, period by period, the effects that scores are made with.</summary>
    private void Advance(long timeMs)
    {
        if (timeMs <= newestMs)
        {
            return;
        }

        newestMs = timeMs;
        state.Attributor.AdvanceTo(newestMs - latenessMs);
        long now = (newestMs >= 0 ? newestMs : newestMs - renewMs + 1) / renewMs;
        if (now > epoch)
        {
            if (epoch != long.MinValue)
            {
                if (plan.TrainingHalfLife is { } half)
                {
                    state.Models.Forget(Math.Pow(0.5, (now - epoch) * plan.Renew.TotalDays / half.TotalDays));
                }

                state.Attributor.Effects.Add(now * renewMs, state.Models.Effects(now));
            }

            state.Attributor.Effects.Forget(newestMs - latenessMs);
            state.ModelChanged();
            epoch = now;
        }
    }

    private void ApplyEvent(JourneyRow row, RecordBatch batch, int i)
    {
        if (row.SameAs is string other && other != row.Visitor)
        {
            Merge(row.Visitor, other);
        }

        bool isTaken = false;
        switch (row.Kind)
        {
            case JourneyRowKind.NotEligible:
                counts.NotEligible++;
                break;
            case JourneyRowKind.Invalid:
                counts.Invalid++;
                outputs.DeadLetter(row, batch, i);
                break;
            case JourneyRowKind.Seen:
                state.Attributor.Seen(row.Visitor, row.TimeMs);
                isTaken = true;
                break;
            case JourneyRowKind.Touch:
                counts.Touches++;
                isTaken = TakeTouch(row);
                counts.TooLate += isTaken ? 0 : 1;
                break;
            case JourneyRowKind.Conversion:
                counts.Conversions++;
                isTaken = TakeConversion(row);
                counts.TooLate += isTaken ? 0 : 1;
                break;
        }

        if (isTaken && options.HasRegionModels)
        {
            state.Attributor.SeenIn(row.Visitor, row.TimeMs, row.Region);
        }

        foreach (ScoreChange change in state.Attributor.Changes)
        {
            state.Apply(change);
            int day = (int)TouchEffects.Day(change.Score.TimeMs);
            (firstDay, lastDay) = (Math.Min(firstDay, day), Math.Max(lastDay, day));
            counts.Scores += change.IsRetracted ? 0 : 1;
            counts.Retractions += change.IsRetracted ? 1 : 0;
            outputs.Score(change, row.Offset, newestMs);
        }

        state.Attributor.ClearChanges();
        Reschedule(row.Visitor);
    }

    private void Merge(string one, string other)
    {
        string[] roots = [state.Attributor.RootOf(one), state.Attributor.RootOf(other)];
        if (roots[0] == roots[1])
        {
            return;
        }

        // What is settled stays as it is, also where it was not forgotten yet.
        foreach (string root in roots.Where(root => state.Attributor.Find(root) is not null))
        {
            state.ModelChanged();
            state.Attributor.SettleVisitor(root, state.Teacher);
        }

        state.Attributor.Merge(one, other);
        foreach (string gone in roots.Where(root => state.Attributor.Find(root) is null))
        {
            state.Reschedule(gone, 0);
        }
    }

    private bool TakeTouch(JourneyRow row) => row.IsRemoved
        ? state.Attributor.RemoveTouch(row.Visitor, row.EventId, row.TimeMs, row.Version)
        : state.Attributor.Touch(row.Visitor, row.EventId, row.TimeMs, row.Channel, row.Version);

    private bool TakeConversion(JourneyRow row) => row.IsRemoved
        ? state.Attributor.RemoveConversion(row.Visitor, row.EventId, row.TimeMs, row.Version)
        : state.Attributor.Conversion(row.Visitor, row.EventId, row.TimeMs, row.Value, row.Version, row.Note);

    /// <summary>Visitors whose days have passed the horizon: their days are learned, and what nothing can change is forgotten.</summary>
    private void Settle()
    {
        for (int i = 0; i < AttributionState.SettledPerEventMax && state.TryTakeDue(newestMs, out string visitor); i++)
        {
            state.ModelChanged();
            bool isLeft = state.Attributor.SettleVisitor(visitor, state.Teacher);
            state.Reschedule(visitor, isLeft ? DueOf(state.Attributor.Find(visitor)!) : 0);
        }
    }

    private void Reschedule(string visitor)
    {
        string root = state.Attributor.RootOf(visitor);
        if (state.Attributor.Find(root) is { } journeys)
        {
            state.Reschedule(root, DueOf(journeys));
        }
    }

    private long DueOf(VisitorJourneys journeys)
    {
        long taught = journeys.TaughtToDay == long.MinValue ? TouchEffects.Day(journeys.FirstSeenMs) : journeys.TaughtToDay;
        long due = journeys.TaughtToDay == long.MaxValue
            ? journeys.LastSeenMs + (long)options.AtRisk.TotalMilliseconds + latenessMs + 1
            : ((taught + TaughtEveryDays) * TouchEffects.DayMs) + latenessMs;
        return Math.Max(due, newestMs + 1);
    }

    private async Task CommitAllAsync(CancellationToken stop)
    {
        await outputs.FlushAsync(stop);
        long firstOffset = state.CommittedOffset;
        AttributionProgress now = Now();
        switch (await state.CommitAsync(nextOffset, now.Pack(packed, ledger), stop))
        {
            case CommitOutcome.Fenced:
                throw new TaskLostException(
                    TaskLoss.Fenced, $"attribution {plan.Name}, partition {parts.Partition}: a newer holder took over; this one stops writing");
            case CommitOutcome.UnexpectedOffset:
                throw new TaskLostException(
                    TaskLoss.StateMoved, $"attribution {plan.Name}, partition {parts.Partition}: the state no longer stands at offset {firstOffset}");
        }

        Publish();
    }

    private AttributionProgress Now() => new()
    {
        NextOffset = nextOffset,
        NewestMs = newestMs,
        Epoch = epoch,
        FirstDay = firstDay,
        LastDay = lastDay,
        Counts = counts with { },
        Lost = ledger.Lost,
        Duplicated = ledger.Duplicated,
    };

    private void Publish() => Volatile.Write(ref progress, Now());
}
