using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// What an attribution task holds, between store and memory: visitors' journeys read ahead for a batch, sums, the survival model, and the
/// schedule of visitors whose days have to be learned. Changed in memory, written together with the offset.
/// </summary>
/// <param name="store">The task's own.</param>
/// <param name="options">How to attribute.</param>
/// <param name="hazard">A survival model before it has learned anything.</param>
/// <param name="regionConversions">Conversions after which a region's own effects are used; 0 where all share one model.</param>
/// <param name="visitorsMax">Visitors kept in memory between batches.</param>
internal sealed class AttributionState(IStateStore store, AttributorOptions options, HazardOptions hazard, int regionConversions, int visitorsMax)
{
    /// <summary>Scheduled visitors that one event may settle.</summary>
    public const int SettledPerEventMax = 4;

    private const int DueEnough = (SettledPerEventMax + 1) * RecordBatch.RecordsMax;
    private const long DueAheadMs = 60_000;

    private readonly Dictionary<string, KeptVisitor> visitors = new(StringComparer.Ordinal);
    private readonly HashSet<string> missing = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, DaySums> days = [];
    private readonly DueQueue due = new();
    private readonly StateCommit commit = new();
    private readonly PackedWriter packed = new();
    private StateLease lease = new(0, 0, null);
    private bool isModelDirty;
    private long uses;

    public PathAttributor Attributor { get; private set; } = null!;

    public SurvivalModels Models { get; private set; } = null!;

    /// <summary>Teaches the models.</summary>
    public DayTeacher Teacher { get; private set; } = null!;

    public long CommittedOffset => lease.NextOffset;

    /// <summary>Records that the next commit writes, more or less.</summary>
    public int DirtyCount => Attributor.Changed.Count + days.Count + 2;

    public int VisitorsInMemory => visitors.Count;

    /// <summary>Forgets everything in memory, takes a new epoch and reads what is not a visitor's.</summary>
    public async Task<AttributionProgress> AcquireAsync(long earliestOffset, OffsetLedger ledger, CancellationToken stop)
    {
        visitors.Clear();
        missing.Clear();
        days.Clear();
        due.Clear();
        isModelDirty = false;
        lease = await store.AcquireAsync(earliestOffset, stop);
        AttributionProgress progress = AttributionProgress.Unpack(lease.TaskRecord, ledger);
        byte[]?[] records = await store.LoadAsync([AttributionKey.Totals, AttributionKey.Model], stop);
        Read(records[0], records[1]);
        return progress;
    }

    /// <summary>Brings in the sums of days.</summary>
    public async Task LoadDaysAsync(IEnumerable<int> some, CancellationToken stop)
    {
        int[] wanted = [.. some.Where(day => !days.ContainsKey(day)).Distinct().Order()];
        if (wanted.Length == 0)
        {
            return;
        }

        byte[]?[] records = await store.LoadAsync([.. wanted.Select(AttributionKey.Day)], stop);
        for (int i = 0; i < wanted.Length; i++)
        {
            days[wanted[i]] = DaySums.Load(records[i]);
        }
    }

    public void Want(string visitor)
    {
        if (visitors.TryGetValue(visitor, out KeptVisitor? kept))
        {
            kept.UsedAt = ++uses;
        }
        else
        {
            missing.Add(visitor);
        }
    }

    /// <summary>Brings in who is wanted, and who falls due up to this event time.</summary>
    public async Task LoadAsync(long throughMs, CancellationToken stop)
    {
        while (true)
        {
            if (throughMs > due.LoadedThroughMs && due.Count < DueEnough)
            {
                await ExtendDueAsync(throughMs, stop);
            }

            foreach (byte[] key in due.DueThrough(throughMs))
            {
                Want(AttributionKey.VisitorOf(key));
            }

            await LoadMissingAsync(stop);
            if (throughMs <= due.LoadedThroughMs)
            {
                return;
            }

            due.RemoveStale(entry => visitors.TryGetValue(AttributionKey.VisitorOf(entry.Key), out KeptVisitor? kept) && kept.DueMs != entry.DueMs);
            if (due.Count >= DueEnough)
            {
                return;
            }
        }
    }

    /// <summary>Sets when a visitor must be looked at again, after it changed.</summary>
    public void Reschedule(string root, long dueMs)
    {
        KeptVisitor kept = visitors[root];
        if (kept.DueMs != dueMs)
        {
            kept.DueMs = dueMs;
            if (dueMs != 0)
            {
                due.Add(kept.Key, dueMs);
            }
        }
    }

    /// <summary>Takes the next visitor whose time has come.</summary>
    public bool TryTakeDue(long nowMs, out string visitor)
    {
        while (due.TryPeek(out DueKey next) && next.DueMs <= nowMs)
        {
            due.RemoveFirst();
            visitor = AttributionKey.VisitorOf(next.Key);
            if (visitors.TryGetValue(visitor, out KeptVisitor? kept) && kept.DueMs == next.DueMs)
            {
                return true;
            }
        }

        visitor = "";
        return false;
    }

    public void ModelChanged() => isModelDirty = true;

    /// <summary>A conversion that came or went.</summary>
    public void Apply(ScoreChange change) => DayOf(change.Score.TimeMs).Apply(change.Score, change.IsRetracted ? -1 : 1);

    /// <summary>Writes all that changed, the task record and the offset, all or nothing.</summary>
    public async Task<CommitOutcome> CommitAsync(long nextOffset, byte[] taskRecord, CancellationToken stop)
    {
        commit.Clear();
        commit.FirstOffset = lease.NextOffset;
        commit.NextOffset = nextOffset;
        commit.TaskRecord = taskRecord;
        foreach (string id in Attributor.Changed.Order(StringComparer.Ordinal))
        {
            Gather(visitors[id]);
        }

        if (Attributor.Changed.Count > 0)
        {
            packed.Clear();
            Attributor.Totals.Save(packed);
            commit.Records.Add(new(AttributionKey.Totals, packed.Written.ToArray()));
        }

        if (isModelDirty)
        {
            packed.Clear();
            Models.Save(packed);
            Attributor.Effects.Save(packed, options.HasRegionModels);
            commit.Records.Add(new(AttributionKey.Model, packed.Written.ToArray()));
        }

        foreach ((int day, DaySums sums) in days.Where(each => each.Value.IsDirty))
        {
            packed.Clear();
            sums.Save(packed);
            commit.Records.Add(new(AttributionKey.Day(day), packed.Written.ToArray()));
            sums.IsDirty = false;
        }

        Attributor.ClearChanged();
        isModelDirty = false;
        CommitOutcome outcome = await store.CommitAsync(lease, commit, stop);
        lease = lease with { NextOffset = nextOffset };
        return outcome;
    }

    /// <summary>Drops what was not used lately, and days that nothing can change any more. After a commit only.</summary>
    public void MakeRoom(long settledMs)
    {
        if (Attributor.Changed.Count > 0)
        {
            return;
        }

        foreach (int past in days.Keys.TakeWhile(day => day < TouchEffects.Day(settledMs)).ToArray())
        {
            days.Remove(past);
        }

        if (visitors.Count <= visitorsMax)
        {
            return;
        }

        foreach (KeptVisitor kept in visitors.Values.OrderBy(kept => kept.UsedAt).Take(visitors.Count - (visitorsMax / 2)).ToArray())
        {
            visitors.Remove(kept.Id);
            Attributor.Drop(kept.Id);
        }
    }

    private DaySums DayOf(long timeMs)
    {
        int day = (int)TouchEffects.Day(timeMs);
        if (!days.TryGetValue(day, out DaySums? sums))
        {
            throw new InvalidOperationException($"day {day} was not read ahead");
        }

        return sums;
    }

    private void Gather(KeptVisitor kept)
    {
        byte[] record = kept.Pack(packed, Attributor);
        kept.DueMs = record.Length == 0 || Attributor.Find(kept.Id) is null ? 0 : kept.DueMs;
        commit.Records.Add(new(kept.Key, record));
        if (kept.DueMs != 0 && kept.DueMs != kept.StoredDueMs)
        {
            commit.Scheduled.Add(new DueKey(kept.DueMs, kept.Key));
        }
        else if (kept.DueMs == 0 && kept.StoredDueMs != 0)
        {
            commit.Unscheduled.Add(kept.Key);
        }

        kept.StoredDueMs = kept.DueMs;
    }

    private async Task ExtendDueAsync(long throughMs, CancellationToken stop)
    {
        long before = due.LoadedThroughMs;
        await due.ExtendAsync(store, throughMs + DueAheadMs, DueEnough, stop);
        // What was scheduled since the last commit is not in the store yet.
        foreach (string id in Attributor.Changed)
        {
            if (visitors.TryGetValue(id, out KeptVisitor? kept) && kept.DueMs > before)
            {
                due.Add(kept.Key, kept.DueMs);
            }
        }
    }

    // Whoever was merged leads to somebody else, who is needed too.
    private async Task LoadMissingAsync(CancellationToken stop)
    {
        while (missing.Count > 0)
        {
            KeptVisitor[] wanted = [.. missing.Select(id => new KeptVisitor(id) { UsedAt = ++uses })];
            missing.Clear();
            byte[]?[] records = await store.LoadAsync([.. wanted.Select(kept => kept.Key)], stop);
            List<string> roots = [];
            for (int i = 0; i < wanted.Length; i++)
            {
                visitors.Add(wanted[i].Id, wanted[i]);
                if (wanted[i].Read(records[i], Attributor, options) is string root)
                {
                    roots.Add(root);
                }
            }

            roots.ForEach(Want);
        }
    }

    private void Read(byte[]? totals, byte[]? model)
    {
        AttributionTotals sums = new(options.MarkovOrder);
        if (totals is { Length: > 0 })
        {
            PackedReader from = new(totals);
            sums = AttributionTotals.Load(ref from);
        }

        Models = new SurvivalModels(hazard, regionConversions);
        EffectsByTime effects = new(Models.Effects(0));
        if (model is { Length: > 0 })
        {
            PackedReader from = new(model);
            Models = SurvivalModels.Load(ref from, hazard, regionConversions);
            effects = EffectsByTime.Load(ref from, options.HasRegionModels);
        }

        Teacher = new DayTeacher(Models, options);

        Attributor = new PathAttributor(options, effects, sums);
    }
}
