using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// The visitors of one task between store and memory: read ahead for a batch, changed in memory, written together with the
/// offset. Also the near part of the schedule of visitors that must be looked at when event time reaches them.
/// </summary>
/// <param name="layout">How visitors are laid out.</param>
/// <param name="store">The task's own.</param>
/// <param name="visitorsMax">Visitors kept in memory between batches.</param>
internal sealed class TaskState(StateLayout layout, IStateStore store, int visitorsMax)
{
    /// <summary>Scheduled visitors that one event may settle: a burst of them is spread over many events.</summary>
    public const int SettledPerEventMax = 4;

    // What one batch can use up of the schedule: four settled and one rescheduled visitor per event.
    private const int DueEnough = (SettledPerEventMax + 1) * RecordBatch.RecordsMax;

    // Reading the schedule ahead of event time saves a round trip for most batches of a live stream.
    private const long DueAheadMs = 60_000;

    private readonly DueQueue due = new();
    private readonly StateCommit commit = new();
    private readonly PackedWriter packed = new();
    private readonly List<int> dirty = [];
    private readonly List<byte[]> missing = [];
    private readonly HashSet<Hash128> missingSeen = [];
    private VisitorTable visitors = new(layout.RowWords, layout.CreateOperators);
    private RecordShares shares = new(layout);
    private Migrating? migrating;
    private StateLease lease = new(0, 0, null);

    /// <summary>Visitors of the version before, on their way into this one's layout.</summary>
    /// <param name="Migration">How.</param>
    /// <param name="Shadow">Where the shadow lane kept what was rebuilt; null if nothing was.</param>
    /// <param name="Reschedule">Sets when a visitor must be looked at again, which the new version decides.</param>
    internal sealed record Migrating(LayoutMigration Migration, IStateStore? Shadow, Func<VisitorMemory, bool> Reschedule);

    public StateLayout Layout { get; private set; } = layout;

    /// <summary>Which operators keep how much of what was committed; any thread.</summary>
    public IReadOnlyList<StatePart> Parts => Volatile.Read(ref shares).Parts;

    /// <summary>Where the committed state stands.</summary>
    public long CommittedOffset => lease.NextOffset;

    /// <summary>Changed visitors, bounded by <see cref="StateCommit.RecordsTarget"/> per commit.</summary>
    public int DirtyCount => dirty.Count;

    /// <summary>Forgets everything in memory and takes a new epoch. The task record that was committed, or null.</summary>
    public async Task<byte[]?> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        visitors.Clear();
        due.Clear();
        dirty.Clear();
        missing.Clear();
        missingSeen.Clear();
        lease = await store.AcquireAsync(earliestOffset, stop);
        return lease.TaskRecord;
    }

    /// <summary>
    /// From here on visitors are laid out otherwise. Those in memory are read again when they are next asked for; none may be dirty.
    /// </summary>
    /// <param name="next">The new layout.</param>
    /// <param name="from">How visitors come into it; null where the store has none of another layout.</param>
    public void Relayout(StateLayout next, Migrating? from)
    {
        Layout = next;
        migrating = from;
        visitors = new VisitorTable(next.RowWords, next.CreateOperators);
        Volatile.Write(ref shares, new RecordShares(next));
        due.Clear();
    }

    /// <summary>
    /// Brings the next few visitors of the older layout into the new one; they are dirty then. Between batches only.
    /// </summary>
    /// <param name="sweep">How far the walk over all visitors is.</param>
    /// <param name="about">How many to look at.</param>
    /// <param name="stop">Gives up.</param>
    public async Task SweepAsync(LayoutSweep sweep, int about, CancellationToken stop)
    {
        foreach (byte[] visitor in await sweep.NextAsync(store, migrating!.Migration.KeepsNothing ? migrating.Shadow : null, about, stop))
        {
            Want(Hash128.Of(visitor), visitor);
        }

        await LoadMissingAsync(stop);
    }

    /// <summary>No visitor of an older layout is left.</summary>
    public void EndMigration() => migrating = null;

    /// <summary>Drops visitors that nobody asked for lately. Between batches only: within one, slots must stay.</summary>
    public void MakeRoom() => visitors.EvictTo(visitorsMax);

    /// <summary>The next <see cref="LoadAsync"/> will bring in this visitor.</summary>
    public void Want(Hash128 hash, ReadOnlySpan<byte> visitor)
    {
        if (visitors.Find(hash) < 0 && missingSeen.Add(hash))
        {
            missing.Add(visitor.ToArray());
        }
    }

    /// <summary>One multi-get for the wanted visitors and for those that fall due up to this event time.</summary>
    public async Task LoadAsync(long throughMs, bool withSchedule, CancellationToken stop)
    {
        while (true)
        {
            if (withSchedule && throughMs > due.LoadedThroughMs && due.Count < DueEnough)
            {
                await ExtendDueAsync(throughMs, stop);
            }

            foreach (byte[] visitor in due.DueThrough(throughMs))
            {
                Want(Hash128.Of(visitor), visitor);
            }

            await LoadMissingAsync(stop);
            if (!withSchedule || throughMs <= due.LoadedThroughMs)
            {
                return;
            }

            // Only a part of a long schedule fits; what is in the queue must then be enough for the batch without stale entries.
            due.RemoveStale(IsStale);
            if (due.Count >= DueEnough)
            {
                return;
            }
        }
    }

    /// <summary>The slot of a visitor that was loaded; -1 otherwise.</summary>
    public int Find(Hash128 visitor) => visitors.Find(visitor);

    public Span<long> Row(int slot) => visitors.Row(slot);

    /// <summary>For changing: the visitor will be in the next commit.</summary>
    public VisitorMemory Change(int slot)
    {
        VisitorMemory memory = visitors.Memory(slot);
        if (!memory.Dirty)
        {
            memory.Dirty = true;
            dirty.Add(slot);
        }

        return memory;
    }

    /// <summary>The visitor's due time changed.</summary>
    public void Reschedule(VisitorMemory memory)
    {
        if (memory.ScheduledDueMs != 0)
        {
            due.Add(memory.Id, memory.ScheduledDueMs);
        }
    }

    /// <summary>Takes the next visitor whose time has come, if there is one, for changing.</summary>
    public bool TryTakeDue(long nowMs, out VisitorMemory visitor)
    {
        while (due.TryPeek(out DueKey next) && next.DueMs <= nowMs)
        {
            due.RemoveFirst();
            int slot = visitors.Find(Hash128.Of(next.Key));
            // Without a slot: a stale entry of a visitor that was rescheduled, committed and evicted since.
            if (slot >= 0 && visitors.Memory(slot).ScheduledDueMs == next.DueMs)
            {
                visitor = Change(slot);
                return true;
            }
        }

        visitor = null!;
        return false;
    }

    /// <summary>Writes every changed visitor, the schedule, the task record and the offset, all or nothing.</summary>
    public async Task<CommitOutcome> CommitAsync(
        long nextOffset, byte[] taskRecord, Func<VisitorMemory, long, byte[]>? profile, CancellationToken stop)
    {
        commit.Clear();
        commit.FirstOffset = lease.NextOffset;
        commit.NextOffset = nextOffset;
        commit.TaskRecord = taskRecord;
        foreach (int slot in dirty)
        {
            Gather(slot, profile);
        }

        dirty.Clear();
        CommitOutcome outcome = await store.CommitAsync(lease, commit, stop);
        lease = lease with { NextOffset = nextOffset };
        return outcome;
    }

    private void Gather(int slot, Func<VisitorMemory, long, byte[]>? profile)
    {
        VisitorMemory memory = visitors.Memory(slot);
        commit.Records.Add(new(memory.Id, Pack(slot, memory)));
        if (memory.ScoreModelVersion >= 0 && profile is not null)
        {
            commit.Profiles.Add(new(memory.Id, profile(memory, visitors.Row(slot)[0])));
        }

        if (memory.ScheduleDirty && memory.ScheduledDueMs != 0)
        {
            commit.Scheduled.Add(new DueKey(memory.ScheduledDueMs, memory.Id));
        }
        else if (memory.ScheduleDirty)
        {
            commit.Unscheduled.Add(memory.Id);
        }

        memory.Dirty = false;
        memory.ScheduleDirty = false;
        memory.ScoreModelVersion = -1;
    }

    private async Task ExtendDueAsync(long throughMs, CancellationToken stop)
    {
        long before = due.LoadedThroughMs;
        await due.ExtendAsync(store, throughMs + DueAheadMs, DueEnough, stop);
        // What was scheduled since the last commit is not in the store yet.
        foreach (int slot in dirty)
        {
            VisitorMemory memory = visitors.Memory(slot);
            if (memory.ScheduledDueMs > before)
            {
                due.Add(memory.Id, memory.ScheduledDueMs);
            }
        }
    }

    private bool IsStale(DueKey entry)
    {
        int slot = visitors.Find(Hash128.Of(entry.Key));
        return slot >= 0 && visitors.Memory(slot).ScheduledDueMs != entry.DueMs;
    }

    private async Task LoadMissingAsync(CancellationToken stop)
    {
        if (missing.Count == 0)
        {
            return;
        }

        byte[]?[] records = await store.LoadAsync(missing, stop);
        byte[]?[]? rebuilt = migrating is { Shadow: { } shadow } ? await shadow.LoadAsync(missing, stop) : null;
        for (int k = 0; k < records.Length; k++)
        {
            int slot = visitors.Add(Hash128.Of(missing[k]));
            VisitorMemory memory = visitors.Memory(slot);
            memory.Id = missing[k];
            Read(slot, memory, records[k], rebuilt?[k]);
        }

        missing.Clear();
        missingSeen.Clear();
    }

    private void Read(int slot, VisitorMemory memory, ReadOnlySpan<byte> record, ReadOnlySpan<byte> rebuilt)
    {
        bool isCurrent = !record.IsEmpty && (migrating is null || VisitorRecord.LayoutOf(record) == Layout.Id);
        if (isCurrent)
        {
            VisitorRecord.Unpack(record, Layout, visitors.Row(slot), memory);
        }
        else if (migrating is not null && !(record.IsEmpty && rebuilt.IsEmpty))
        {
            migrating.Migration.Apply(record, rebuilt, visitors.Row(slot), memory);
            migrating.Reschedule(memory);
            // The store may hold a time for a visitor that has none here, and the other way round.
            memory.ScheduleDirty = true;
            Reschedule(Change(slot));
        }
    }

    // A visitor of whom nothing is known leaves an empty record: what an older version kept under this key is gone.
    private byte[] Pack(int slot, VisitorMemory memory) =>
        migrating is not null && visitors.Row(slot)[0] == 0 ? [] : VisitorRecord.Pack(packed, Layout, visitors.Row(slot), memory, shares);
}
