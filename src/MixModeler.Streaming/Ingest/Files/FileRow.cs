namespace MixModeler.Streaming.Ingest.Files;

/// <summary>A row as it stands in a file.</summary>
/// <param name="Line">Its first line, from 1.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="ContentEnd">Offset after its last byte.</param>
/// <param name="End">Offset after its line end, where it has one.</param>
/// <param name="Bytes">Its content, or the beginning of it; valid until the next row is read.</param>
/// <param name="Fault">Why it is no row; null where it may be one.</param>
internal readonly record struct FileRow(long Line, long Offset, long ContentEnd, long End, ReadOnlyMemory<byte> Bytes, RowFault? Fault)
{
    public long FullBytes => ContentEnd - Offset;

    public bool IsBlank => Fault is null && Bytes.Span.Trim(" \t"u8).IsEmpty;
}
