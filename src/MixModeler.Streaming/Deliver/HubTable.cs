using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

/// <summary>What became of the records of a batch.</summary>
/// <param name="Applied">Newer than what was there.</param>
/// <param name="Replayed">Not newer than what this partition had already brought.</param>
/// <param name="Refused">No score records.</param>
public readonly record struct HubApplied(int Applied, int Replayed, int Refused);

/// <summary>
/// The newest row of every visitor, and the order in which rows changed. Each change takes the next sequence number; a change
/// that was overtaken by a later one of the same visitor is skipped by readers and dropped in time. So reading from 0 is a
/// snapshot, reading from where one stopped is a delta, and whoever reads slowly sees each visitor once: memory is O(visitors).
/// </summary>
/// <remarks>Any thread may call; a lock is held for one batch at a time.</remarks>
public sealed class HubTable
{
    private const int ChunkRows = 4_096;
    private const int ChangesMin = 8_192;

    private readonly Lock gate = new();
    private readonly ScoreRecord record;
    private readonly int words;
    private readonly Dictionary<Hash128, int> slots = [];
    private readonly List<Chunk> chunks = [];
    private readonly Dictionary<(int ScoresPartition, int SourcePartition), Origin> newestOrigins = [];

    // Ascending by sequence. A change whose slot has a later sequence is overtaken.
    private Change[] changes = new Change[ChangesMin];
    private int changeCount;
    private bool isRetired;

    /// <summary>For rows of one schema.</summary>
    public HubTable(FeatureSchema schema)
    {
        record = new ScoreRecord(schema);
        words = schema.RowWords;
    }

    /// <summary>For rows of this version, and of others as far as they are known.</summary>
    /// <param name="plan">Lays out what is kept.</param>
    /// <param name="planOf">Finds another version by its name; null where it is not known.</param>
    public HubTable(TopologyPlan plan, Func<string, TopologyPlan?> planOf)
    {
        record = new ScoreRecord(plan.Schema, new RowLayouts(plan, planOf));
        words = plan.Schema.RowWords;
    }

    private readonly record struct Change(long Sequence, int Slot);

    // Rows lie in chunks that never move, so growing copies nothing.
    private sealed class Chunk(int words)
    {
        public readonly RowHeader[] Headers = new RowHeader[ChunkRows];
        public readonly long[] Sequences = new long[ChunkRows];
        public readonly long[] Words = new long[ChunkRows * words];
    }

    /// <summary>Number of the newest change; 0 before any.</summary>
    public long HeadSequence { get; private set; }

    public int Visitors => slots.Count;

    /// <summary>Time of the newest event behind any row, ms since 1970.</summary>
    public long NewestEventMs { get; private set; }

    /// <summary>Changes held for readers, overtaken ones included: at most about twice the visitors.</summary>
    public int ChangesHeld => changeCount;

    /// <summary>Takes in records of one partition of the topic of scores, in the partition's order.</summary>
    /// <exception cref="InvalidOperationException">The rows have moved to another table.</exception>
    public HubApplied Apply(RecordBatch batch) =>
        TryApply(batch) ?? throw new InvalidOperationException("the rows have moved to a table in another layout");

    // Null when the rows have moved on to another table: the batch belongs there.
    internal HubApplied? TryApply(RecordBatch batch)
    {
        int applied = 0;
        int replayed = 0;
        int refused = 0;
        lock (gate)
        {
            if (isRetired)
            {
                return null;
            }

            for (int i = 0; i < batch.Count; i++)
            {
                if (!record.TryRead(batch.Value(i)))
                {
                    refused++;
                }
                else if (IsReplay(batch.Partition))
                {
                    replayed++;
                }
                else
                {
                    Put();
                    applied++;
                }
            }
        }

        return new HubApplied(applied, replayed, refused);
    }

    /// <summary>
    /// Fills a <see cref="RowBatch"/> with rows that changed after <paramref name="cursor"/> and moves the cursor behind
    /// them. Returns how many there were; 0 means the cursor is at the head.
    /// </summary>
    public int Read(ref long cursor, PackedWriter output, int rowsMax)
    {
        RowBatch.Begin(output, words);
        int rows = 0;
        lock (gate)
        {
            for (int at = FirstAfter(cursor); at < changeCount && rows < rowsMax; at++)
            {
                Change change = changes[at];
                cursor = change.Sequence;
                Chunk chunk = chunks[change.Slot / ChunkRows];
                int row = change.Slot % ChunkRows;
                if (chunk.Sequences[row] == change.Sequence)
                {
                    RowBatch.Add(output, in chunk.Headers[row], chunk.Words.AsSpan(row * words, words));
                    rows++;
                }
            }
        }

        RowBatch.End(output, cursor, rows);
        return rows;
    }

    // All rows as another version lays them out, with their origins; this table takes no more. O(visitors), under the lock.
    internal HubTable MoveTo(TopologyPlan plan, Func<string, TopologyPlan?> planOf, StateMapping mapping)
    {
        HubTable next = new(plan, planOf);
        lock (gate)
        {
            isRetired = true;
            foreach (((int, int) partitions, Origin origin) in newestOrigins)
            {
                next.newestOrigins.Add(partitions, origin);
            }

            long[] mapped = new long[next.words];
            for (int slot = 0; slot < slots.Count; slot++)
            {
                Chunk chunk = chunks[slot / ChunkRows];
                int row = slot % ChunkRows;
                mapping.MapRow(chunk.Words.AsSpan(row * words, words), mapped);
                next.Put(in chunk.Headers[row], mapped);
            }

            next.NewestEventMs = NewestEventMs;
        }

        return next;
    }

    private bool IsReplay(int scoresPartition)
    {
        (int, int) key = (scoresPartition, record.Origin.Partition);
        if (newestOrigins.TryGetValue(key, out Origin newest) && record.Origin <= newest)
        {
            return true;
        }

        newestOrigins[key] = record.Origin;
        return false;
    }

    private void Put() => Put(
        new RowHeader(
            record.Visitor,
            record.Origin.Partition,
            record.Origin.Offset,
            record.AtMs,
            record.ReceivedMs,
            record.Score,
            record.ModelVersion),
        record.Row);

    private void Put(in RowHeader header, ReadOnlySpan<long> row)
    {
        if (!slots.TryGetValue(header.Visitor, out int slot))
        {
            slot = slots.Count;
            slots.Add(header.Visitor, slot);
            if (slot / ChunkRows == chunks.Count)
            {
                chunks.Add(new Chunk(words));
            }
        }

        Chunk chunk = chunks[slot / ChunkRows];
        int at = slot % ChunkRows;
        chunk.Headers[at] = header;
        row.CopyTo(chunk.Words.AsSpan(at * words, words));
        chunk.Sequences[at] = ++HeadSequence;
        NewestEventMs = Math.Max(NewestEventMs, header.EventMs);
        AddChange(new Change(HeadSequence, slot));
    }

    private void AddChange(Change change)
    {
        if (changeCount == changes.Length)
        {
            DropOvertaken();
            if (changeCount > changes.Length / 2)
            {
                Array.Resize(ref changes, changes.Length * 2);
            }
        }

        changes[changeCount++] = change;
    }

    // O(changes), at most once per as many changes.
    private void DropOvertaken()
    {
        int kept = 0;
        for (int i = 0; i < changeCount; i++)
        {
            Change change = changes[i];
            if (chunks[change.Slot / ChunkRows].Sequences[change.Slot % ChunkRows] == change.Sequence)
            {
                changes[kept++] = change;
            }
        }

        changeCount = kept;
    }

    private int FirstAfter(long sequence)
    {
        int low = 0;
        int high = changeCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (changes[middle].Sequence <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
