namespace MixModeler.Streaming.Ingest.Files;

/// <summary>What is wrong with a row, and where. Lines and columns count from 1; columns are characters.</summary>
public sealed record RowFault(long Line, long Column, string Sentence)
{
    /// <summary>The place of a byte of a row.</summary>
    internal static RowFault At(long rowLine, ReadOnlySpan<byte> row, int index, string sentence)
    {
        ReadOnlySpan<byte> before = row[..Math.Min(index, row.Length)];
        int lineStart = before.LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        long column = 1;
        foreach (byte b in before[lineStart..])
        {
            // Bytes 10xxxxxx go on with a character.
            column += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return new RowFault(rowLine + RowScan.LineEnds(before[..lineStart]), column, sentence);
    }
}
