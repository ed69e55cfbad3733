using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>What a record is to a dataset.</summary>
internal enum RecordVerdict : byte
{
    /// <summary>Another dataset's, or no record at all.</summary>
    NotOurs,

    /// <summary>It only says how late it is.</summary>
    TimeMarker,

    /// <summary>Refused or quarantined.</summary>
    Refused,

    /// <summary>A good event without any of the metrics.</summary>
    Nothing,
    Row,
    Deletion,
    Event,
}

/// <summary>One record, read: what a dataset needs of it, and nothing else.</summary>
internal struct DatasetRow
{
    public RecordVerdict Verdict;
    public DatasetReason Reason;
    public string? Detail;

    /// <summary>Of a quarantine.</summary>
    public QuarantineCause? Cause;
    public long Offset;

    /// <summary>Where the record first stood: elsewhere than here where it was put back.</summary>
    public RecordOrigin Origin;

    /// <summary>The record's own timestamp.</summary>
    public long ReceivedMs;
    public int Day;
    public long TimeMs;
    public bool IsAudited;

    /// <summary>0 where the record has no audit time.</summary>
    public long UpdatedMs;

    /// <summary>Of the row or of the cell.</summary>
    public Hash128 Key;
    public DimensionSet? Dimensions;
    public bool HasEventId;
    public Hash128 EventId;

    /// <summary>Whose set of ids knows the event.</summary>
    public Hash128 Visitor;
    public int VisitorStart;
    public int VisitorLength;
}

/// <summary>The records of one <see cref="RecordBatch"/>, read.</summary>
internal sealed class DatasetBatch(int metrics)
{
    private readonly DatasetRow[] rows = new DatasetRow[RecordBatch.RecordsMax];
    private readonly ExactAmount[] amounts = new ExactAmount[RecordBatch.RecordsMax * metrics];
    private readonly bool[] present = new bool[RecordBatch.RecordsMax * metrics];
    private byte[] visitors = new byte[RecordBatch.RecordsMax * 40];
    private int visitorsUsed;

    public int Count { get; private set; }

    public ref DatasetRow this[int i] => ref rows[i];

    public Span<ExactAmount> Amounts(int i) => amounts.AsSpan(i * metrics, metrics);

    public Span<bool> Present(int i) => present.AsSpan(i * metrics, metrics);

    /// <summary>The store's key of the ids of the row's visitor.</summary>
    public ReadOnlySpan<byte> VisitorKey(int i) => visitors.AsSpan(rows[i].VisitorStart, rows[i].VisitorLength);

    public void Clear()
    {
        Count = 0;
        visitorsUsed = 0;
    }

    public ref DatasetRow Add()
    {
        ref DatasetRow row = ref rows[Count++];
        row = default;
        return ref row;
    }

    public void SetVisitor(ref DatasetRow row, byte kind, ReadOnlySpan<byte> id)
    {
        if (visitorsUsed + id.Length + 1 > visitors.Length)
        {
            Array.Resize(ref visitors, Math.Max(visitors.Length * 2, visitorsUsed + id.Length + 1));
        }

        visitors[visitorsUsed] = kind;
        id.CopyTo(visitors.AsSpan(visitorsUsed + 1));
        (row.VisitorStart, row.VisitorLength) = (visitorsUsed, id.Length + 1);
        row.Visitor = Hash128.Of(visitors.AsSpan(visitorsUsed, id.Length + 1));
        visitorsUsed += id.Length + 1;
    }
}
