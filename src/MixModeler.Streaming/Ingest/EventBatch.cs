using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Ingest;

/// <summary>The events of one <see cref="RecordBatch"/>, read: as many rows as records, refused ones with their reason.</summary>
internal sealed class EventBatch(int symbolPaths, int amountPaths)
{
    /// <summary>Longer visitor ids are refused: they stand in keys of every store and topic.</summary>
    public const int VisitorBytesMax = 256;

    private readonly EventRow[] rows = new EventRow[RecordBatch.RecordsMax];
    private readonly int[] symbols = new int[RecordBatch.RecordsMax * symbolPaths];
    private readonly double[] amounts = new double[RecordBatch.RecordsMax * amountPaths];
    private byte[] visitors = new byte[RecordBatch.RecordsMax * 40];
    private int visitorsUsed;

    public int Count { get; private set; }

    public ref EventRow this[int i] => ref rows[i];

    public Span<int> Symbols(int i) => symbols.AsSpan(i * symbolPaths, symbolPaths);

    public Span<double> Amounts(int i) => amounts.AsSpan(i * amountPaths, amountPaths);

    public ReadOnlySpan<byte> Visitor(int i) => visitors.AsSpan(rows[i].VisitorStart, rows[i].VisitorLength);

    public void Clear()
    {
        Count = 0;
        visitorsUsed = 0;
    }

    public ref EventRow Add()
    {
        int i = Count++;
        Symbols(i).Clear();
        Amounts(i).Clear();
        rows[i] = default;
        return ref rows[i];
    }

    /// <summary>Keeps the visitor's id beside the row; a later call for the same row replaces it.</summary>
    public void SetVisitor(ref EventRow row, ReadOnlySpan<byte> id)
    {
        if (visitorsUsed + id.Length > visitors.Length)
        {
            Array.Resize(ref visitors, Math.Max(visitors.Length * 2, visitorsUsed + id.Length));
        }

        id.CopyTo(visitors.AsSpan(visitorsUsed));
        row.VisitorStart = visitorsUsed;
        row.VisitorLength = id.Length;
        row.Visitor = Hash128.Of(id);
        visitorsUsed += id.Length;
    }
}

/// <summary>One event: what a topology needs of it, and nothing else.</summary>
internal struct EventRow
{
    public Rejection Rejection;
    public long Offset;

    /// <summary>When it happened, ms since 1970.</summary>
    public long TimeMs;

    /// <summary>The record's own timestamp.</summary>
    public long ReceivedMs;

    public Hash128 EventId;
    public Hash128 Visitor;
    public int VisitorStart;
    public int VisitorLength;

    /// <summary>Of a record behind a key-by: the event that it comes from.</summary>
    public Origin Origin;
}
