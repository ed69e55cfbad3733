using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// Rows, cells and event ids of one task between store and memory: read ahead for a batch, changed in memory, written together
/// with the offset. The store has the truth, memory what was asked for lately.
/// </summary>
/// <param name="store">The task's own.</param>
/// <param name="metrics">Of the dataset.</param>
/// <param name="partition">Of the records.</param>
/// <param name="keysMax">Rows and cells kept in memory between batches, and as many visitors.</param>
internal sealed class DatasetState(IStateStore store, int metrics, int partition, int keysMax)
{
    private readonly KeyTable<RowMemory> rows = new();
    private readonly KeyTable<CellMemory> cells = new();
    private readonly KeyTable<IdentityMemory> visitors = new();
    private readonly List<RowMemory> dirtyRows = [];
    private readonly List<CellMemory> dirtyCells = [];
    private readonly List<IdentityMemory> dirtyVisitors = [];
    private readonly List<IKeptMemory> missing = [];
    private readonly StateCommit commit = new();
    private readonly PackedWriter packed = new();
    private StateLease lease = new(0, 0, null);

    /// <summary>Where the committed state stands.</summary>
    public long CommittedOffset => lease.NextOffset;

    /// <summary>Changed keys.</summary>
    public int DirtyCount => dirtyRows.Count + dirtyCells.Count + dirtyVisitors.Count;

    /// <summary>Keys in memory.</summary>
    public int Count => rows.Count + cells.Count + visitors.Count;

    /// <summary>Forgets everything in memory and takes a new epoch. The task record that was committed, or null.</summary>
    public async Task<byte[]?> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        rows.Clear();
        cells.Clear();
        visitors.Clear();
        dirtyRows.Clear();
        dirtyCells.Clear();
        dirtyVisitors.Clear();
        missing.Clear();
        lease = await store.AcquireAsync(earliestOffset, stop);
        return lease.TaskRecord;
    }

    /// <summary>Drops what nobody asked for lately. Between batches only: within one, what was loaded must stay.</summary>
    public void MakeRoom()
    {
        rows.EvictTo(keysMax);
        cells.EvictTo(keysMax);
        visitors.EvictTo(keysMax);
    }

    public void WantRow(Hash128 key)
    {
        if (!rows.TryFind(key, out _))
        {
            RowMemory row = new() { StoreKey = StoreKey(TableRecord.RowKey, key) };
            rows.Add(key, row);
            missing.Add(row);
        }
    }

    public void WantCell(Hash128 key)
    {
        if (!cells.TryFind(key, out _))
        {
            CellMemory cell = new(metrics) { StoreKey = StoreKey(TableRecord.CellKey, key) };
            cells.Add(key, cell);
            missing.Add(cell);
        }
    }

    public void WantVisitor(Hash128 key, ReadOnlySpan<byte> storeKey)
    {
        if (!visitors.TryFind(key, out _))
        {
            IdentityMemory visitor = new() { StoreKey = storeKey.ToArray() };
            visitors.Add(key, visitor);
            missing.Add(visitor);
        }
    }

    /// <summary>One multi-get for all that was wanted and is not in memory.</summary>
    public Task LoadAsync(CancellationToken stop) => missing.Count == 0 ? Task.CompletedTask : LoadMissingAsync(stop);

    public RowMemory Row(Hash128 key) => rows.TryFind(key, out RowMemory? row) ? row : throw NotLoaded();

    public CellMemory Cell(Hash128 key) => cells.TryFind(key, out CellMemory? cell) ? cell : throw NotLoaded();

    public IdentityMemory Visitor(Hash128 key) => visitors.TryFind(key, out IdentityMemory? visitor) ? visitor : throw NotLoaded();

    public void Changed(RowMemory row, long offset)
    {
        row.ChangedAt = Math.Max(row.IsDirty ? row.ChangedAt : 0, offset);
        if (!row.IsDirty)
        {
            row.IsDirty = true;
            dirtyRows.Add(row);
        }
    }

    public void Changed(CellMemory cell, long offset)
    {
        cell.ChangedAt = Math.Max(cell.IsDirty ? cell.ChangedAt : 0, offset);
        if (!cell.IsDirty)
        {
            cell.IsDirty = true;
            dirtyCells.Add(cell);
        }
    }

    public void Changed(IdentityMemory visitor)
    {
        if (!visitor.IsDirty)
        {
            visitor.IsDirty = true;
            dirtyVisitors.Add(visitor);
        }
    }

    /// <summary>Writes all that changed, the task record and the offset, all or nothing.</summary>
    public async Task<CommitOutcome> CommitAsync(long nextOffset, byte[] taskRecord, CancellationToken stop)
    {
        commit.Clear();
        commit.FirstOffset = lease.NextOffset;
        commit.NextOffset = nextOffset;
        commit.TaskRecord = taskRecord;
        foreach (RowMemory row in dirtyRows)
        {
            commit.Records.Add(new(row.StoreKey, row.Record));
            commit.Scheduled.Add(new DueKey(row.ChangedAt, row.StoreKey));
            row.IsDirty = false;
        }

        foreach (CellMemory cell in dirtyCells)
        {
            CellRecord.Pack(packed, cell, partition);
            commit.Records.Add(new(cell.StoreKey, packed.Written.ToArray()));
            commit.Scheduled.Add(new DueKey(cell.ChangedAt, cell.StoreKey));
            cell.IsDirty = false;
        }

        foreach (IdentityMemory visitor in dirtyVisitors)
        {
            visitor.Pack(packed);
            commit.Records.Add(new(visitor.StoreKey, packed.Written.ToArray()));
            visitor.IsDirty = false;
        }

        dirtyRows.Clear();
        dirtyCells.Clear();
        dirtyVisitors.Clear();
        CommitOutcome outcome = await store.CommitAsync(lease, commit, stop);
        lease = lease with { NextOffset = nextOffset };
        return outcome;
    }

    private async Task LoadMissingAsync(CancellationToken stop)
    {
        byte[]?[] records = await store.LoadAsync([.. missing.Select(kept => kept.StoreKey)], stop);
        for (int i = 0; i < records.Length; i++)
        {
            missing[i].Load(records[i]);
        }

        missing.Clear();
    }

    private static byte[] StoreKey(byte kind, Hash128 key)
    {
        byte[] bytes = new byte[17];
        bytes[0] = kind;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), key.High);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(9), key.Low);
        return bytes;
    }

    private static InvalidOperationException NotLoaded() => new("a key of the batch was not read ahead");
}
