namespace MixModeler.Streaming.Ingest.Files;

/// <summary>The fields of one row that <see cref="RowScan"/> found to keep the rules. Reused; owned by one thread.</summary>
internal sealed class CsvFields
{
    private byte[] values = new byte[1_024];
    private (int At, int Start, int Length)[] fields = new (int, int, int)[16];
    private int used;

    public int Count { get; private set; }

    /// <summary>Without quotes; valid until the next row.</summary>
    public ReadOnlySpan<byte> this[int index] => values.AsSpan(fields[index].Start, fields[index].Length);

    /// <summary>Byte of the row at which the field begins.</summary>
    public int PlaceOf(int index) => fields[index].At;

    public void Split(ReadOnlySpan<byte> row, byte delimiter)
    {
        (Count, used) = (0, 0);
        if (values.Length < row.Length)
        {
            values = new byte[row.Length];
        }

        int at = 0;
        while (true)
        {
            int start = at;
            int valueStart = used;
            bool isQuoted = at < row.Length && row[at] == '"';
            at = isQuoted ? Unquote(row, at + 1) : at;
            int found = row[at..].IndexOf(delimiter);
            int end = found < 0 ? row.Length : at + found;
            if (!isQuoted)
            {
                row[at..end].CopyTo(values.AsSpan(used));
                used += end - at;
            }

            Add(start, valueStart);
            if (found < 0)
            {
                return;
            }

            at = end + 1;
        }
    }

    // Returns the place after the closing quote.
    private int Unquote(ReadOnlySpan<byte> row, int at)
    {
        while (true)
        {
            int found = row[at..].IndexOf((byte)'"');
            int end = found < 0 ? row.Length : at + found;
            row[at..end].CopyTo(values.AsSpan(used));
            used += end - at;
            if (end + 1 >= row.Length || row[end + 1] != '"')
            {
                return Math.Min(row.Length, end + 1);
            }

            values[used++] = (byte)'"';
            at = end + 2;
        }
    }

    private void Add(int at, int valueStart)
    {
        if (Count == fields.Length)
        {
            Array.Resize(ref fields, fields.Length * 2);
        }

        fields[Count++] = (at, valueStart, used - valueStart);
    }
}
