namespace MixModeler.Streaming.Ingest;

/// <summary>
/// Records of one partition in offset order, their bytes side by side in one buffer. Pooled: filled by a source, read by one
/// task, given back by <see cref="Clear"/>.
/// </summary>
public sealed class RecordBatch
{
    /// <summary>More records per batch cost latency, fewer cost round trips to the state store.</summary>
    public const int RecordsMax = 1_024;

    private readonly Entry[] entries = new Entry[RecordsMax];
    private byte[] bytes = new byte[64 * 1_024];
    private int bytesUsed;

    private readonly record struct Entry(long Offset, long TimestampMs, int KeyStart, int ValueStart, int End);

    public int Partition { get; set; }

    public int Count { get; private set; }

    public bool IsFull => Count == RecordsMax;

    /// <summary>Offset of the first record.</summary>
    public long FirstOffset => entries[0].Offset;

    /// <summary>Offset after the last record.</summary>
    public long NextOffset => entries[Count - 1].Offset + 1;

    public void Clear()
    {
        Count = 0;
        bytesUsed = 0;
    }

    /// <param name="offset">Position in the partition.</param>
    /// <param name="timestampMs">The broker's or producer's time of the record, ms since 1970.</param>
    /// <param name="key">May be empty.</param>
    /// <param name="value">Copied.</param>
    public void Add(long offset, long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int end = bytesUsed + key.Length + value.Length;
        if (end > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, end));
        }

        key.CopyTo(bytes.AsSpan(bytesUsed));
        value.CopyTo(bytes.AsSpan(bytesUsed + key.Length));
        entries[Count++] = new Entry(offset, timestampMs, bytesUsed, bytesUsed + key.Length, end);
        bytesUsed = end;
    }

    public long Offset(int i) => entries[i].Offset;

    public long TimestampMs(int i) => entries[i].TimestampMs;

    public ReadOnlySpan<byte> Key(int i) => bytes.AsSpan(entries[i].KeyStart, entries[i].ValueStart - entries[i].KeyStart);

    /// <summary>The value where it lies: slices of it stay valid until the batch is cleared.</summary>
    internal ArraySegment<byte> Segment(int i) => new(bytes, entries[i].ValueStart, entries[i].End - entries[i].ValueStart);

    public ReadOnlySpan<byte> Value(int i) => bytes.AsSpan(entries[i].ValueStart, entries[i].End - entries[i].ValueStart);
}
