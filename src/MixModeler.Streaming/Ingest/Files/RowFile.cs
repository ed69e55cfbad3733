namespace MixModeler.Streaming.Ingest.Files;

/// <summary>A file with its format found out: JSON lines where its first line begins with a brace, else CSV.</summary>
internal sealed class RowFile : IDisposable
{
    private readonly RowSplitter rows;

    private RowFile(RowSplitter rows, IRowRecords? records, RowFault? fault)
    {
        this.rows = rows;
        Records = records;
        Fault = fault;
    }

    /// <summary>Null for a file that holds nothing, or with a <see cref="Fault"/>.</summary>
    public IRowRecords? Records { get; }

    /// <summary>Why nothing of the file can be read.</summary>
    public RowFault? Fault { get; }

    public FileRow Row => rows.Row;

    public string ConsumedHash => rows.ConsumedHash;

    public string? WatchedHash => rows.WatchedHash;

    /// <param name="input">From the beginning; not closed.</param>
    /// <param name="watchedOffset">The hash of all before is kept; -1 for none.</param>
    /// <param name="naming">How records are named.</param>
    /// <param name="delimiter">Of a CSV file; null finds it out.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<RowFile> OpenAsync(Stream input, long watchedOffset, RowNaming naming, byte? delimiter, CancellationToken stop)
    {
        RowSplitter rows = new(input, watchedOffset);
        ReadOnlyMemory<byte> beginning = await rows.PeekAsync(CsvHeader.PeekBytes, stop).ConfigureAwait(false);
        if (WideFault(beginning.Span) is { } wide)
        {
            return new RowFile(rows, null, wide);
        }

        ReadOnlySpan<byte> first = beginning.Span.TrimStart("\r\n \t"u8);
        if (delimiter is null && !first.IsEmpty && (first[0] is (byte)'{' or (byte)'['))
        {
            return first[0] == '{'
                ? new RowFile(rows, new JsonRecords(naming), null)
                : new RowFile(rows, null, new RowFault(1, 1, "a JSON array is one value however long; write its objects one a line"));
        }

        byte between = delimiter ?? CsvHeader.DelimiterOf(beginning.Span);
        rows.Delimit(between);
        while (await rows.ReadAsync(stop).ConfigureAwait(false))
        {
            if (!rows.Row.IsBlank)
            {
                return Of(rows, between, naming);
            }
        }

        return new RowFile(rows, null, null);
    }

    public ValueTask<bool> ReadAsync(CancellationToken stop) => rows.ReadAsync(stop);

    public void Dispose()
    {
        Records?.Dispose();
        rows.Dispose();
    }

    private static RowFile Of(RowSplitter rows, byte delimiter, RowNaming naming)
    {
        if (rows.Row.Fault is { } broken)
        {
            return new RowFile(rows, null, broken);
        }

        string[]? names = CsvHeader.Read(rows.Row, delimiter, out RowFault? fault);
        return new RowFile(rows, names is null ? null : new CsvRecords(names, delimiter, naming), fault);
    }

    private static RowFault? WideFault(ReadOnlySpan<byte> beginning) =>
        beginning.StartsWith([(byte)0xFF, (byte)0xFE]) || beginning.StartsWith([(byte)0xFE, (byte)0xFF])
            ? new RowFault(1, 1, "the file is UTF-16: say --encoding utf-16")
            : null;
}
