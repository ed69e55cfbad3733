namespace MixModeler.Streaming.Ingest.Files;

/// <summary>
/// Where a row ends, found piece by piece: a row that is not complete is asked about again with more bytes behind it. By RFC 4180,
/// except that a quote inside of a field that began without one stands for itself, and that any of \n, \r\n and \r ends a line.
/// </summary>
/// <param name="delimiter">Between fields; null where rows are lines and nothing is quoted.</param>
internal sealed class RowScan(byte? delimiter)
{
    private const byte Quote = (byte)'"';

    private enum Place
    {
        FieldStart,
        Unquoted,
        Quoted,

        /// <summary>After a quote inside of quotes: it ends the field, or a second one follows.</summary>
        Closing,

        /// <summary>After a fault: only the end of the line is of interest.</summary>
        Broken,
    }

    private readonly byte separator = delimiter ?? (byte)'\n';
    private Place place;
    private int at;
    private int quoteAt;
    private int firstLineEnd;

    /// <summary>Without the line end; set when <see cref="Finds"/> said so.</summary>
    public int ContentBytes { get; private set; }

    /// <summary>With the line end.</summary>
    public int TotalBytes { get; private set; }

    /// <summary>Byte of the row at which it breaks the rules; -1 where it does not.</summary>
    public int FaultAt { get; private set; }

    public string FaultSentence { get; private set; } = "";

    /// <summary>A quoted field has gone over a line end.</summary>
    public bool IsOverLines => firstLineEnd >= 0;

    public void Restart()
    {
        (place, at, quoteAt, firstLineEnd) = (delimiter is null ? Place.Broken : Place.FieldStart, 0, -1, -1);
        (ContentBytes, TotalBytes, FaultAt, FaultSentence) = (0, 0, -1, "");
    }

    /// <summary>Whether the row's end is among these bytes, which begin where the row does.</summary>
    public bool Finds(ReadOnlySpan<byte> row, bool isEnded)
    {
        while (at < row.Length)
        {
            bool goesOn = place switch
            {
                Place.FieldStart => Begin(row),
                Place.Quoted => SkipQuoted(row),
                Place.Closing => Close(row, isEnded),
                _ => SkipUnquoted(row, isEnded),
            };
            if (!goesOn)
            {
                return TotalBytes > 0;
            }
        }

        return isEnded && row.Length > 0 && EndsWithInput(row);
    }

    /// <summary>Gives up: the row is only its first line, and what follows is looked at by itself.</summary>
    public void EndAtFirstLine(ReadOnlySpan<byte> row, string sentence)
    {
        (FaultAt, FaultSentence) = (quoteAt, sentence);
        EndFirstLine(row);
    }

    public static long LineEnds(ReadOnlySpan<byte> text)
    {
        long ends = 0;
        while (text.IndexOfAny((byte)'\n', (byte)'\r') is var found and >= 0)
        {
            ends++;
            text = text[(found + (text[found] == '\r' && found + 1 < text.Length && text[found + 1] == '\n' ? 2 : 1))..];
        }

        return ends;
    }

    private bool Begin(ReadOnlySpan<byte> row)
    {
        bool isQuote = row[at] == Quote;
        place = isQuote ? Place.Quoted : Place.Unquoted;
        quoteAt = isQuote ? at : quoteAt;
        at += isQuote ? 1 : 0;
        return true;
    }

    private bool SkipUnquoted(ReadOnlySpan<byte> row, bool isEnded)
    {
        byte other = place == Place.Broken ? (byte)'\n' : separator;
        int found = row[at..].IndexOfAny(other, (byte)'\n', (byte)'\r');
        at = found < 0 ? row.Length : at + found;
        if (found < 0)
        {
            return true;
        }

        if (row[at] is (byte)'\n' or (byte)'\r')
        {
            return End(row, isEnded);
        }

        place = Place.FieldStart;
        at++;
        return true;
    }

    private bool SkipQuoted(ReadOnlySpan<byte> row)
    {
        ReadOnlySpan<byte> rest = row[at..];
        int found = firstLineEnd < 0 ? rest.IndexOfAny(Quote, (byte)'\n', (byte)'\r') : rest.IndexOf(Quote);
        at = found < 0 ? row.Length : at + found;
        if (found < 0)
        {
            return true;
        }

        if (row[at] == Quote)
        {
            place = Place.Closing;
        }
        else
        {
            firstLineEnd = at;
        }

        at++;
        return true;
    }

    private bool Close(ReadOnlySpan<byte> row, bool isEnded)
    {
        byte b = row[at];
        if (b == Quote && row[at - 1] == Quote)
        {
            place = Place.Quoted;
            at++;
            return true;
        }

        if (b is (byte)'\n' or (byte)'\r')
        {
            return End(row, isEnded);
        }

        if (b == separator)
        {
            place = Place.FieldStart;
            at++;
            return true;
        }

        // Spaces between the quote and the delimiter are no content.
        if (b == ' ')
        {
            at++;
            return true;
        }

        (FaultAt, FaultSentence) = (at, "after a closing quote a delimiter or the end of the line must follow; a quote inside of quotes is written twice");
        place = Place.Broken;
        if (!IsOverLines)
        {
            return true;
        }

        EndFirstLine(row);
        return false;
    }

    // Whether \r stands alone is not known before the next byte.
    private bool End(ReadOnlySpan<byte> row, bool isEnded)
    {
        bool isReturn = row[at] == '\r';
        if (isReturn && at + 1 == row.Length && !isEnded)
        {
            return false;
        }

        ContentBytes = at;
        TotalBytes = at + (isReturn && at + 1 < row.Length && row[at + 1] == '\n' ? 2 : 1);
        return false;
    }

    private bool EndsWithInput(ReadOnlySpan<byte> row)
    {
        (ContentBytes, TotalBytes) = (row.Length, row.Length);
        if (place == Place.Quoted)
        {
            (FaultAt, FaultSentence) = (quoteAt, "the quote that opens here is never closed");
            if (IsOverLines)
            {
                EndFirstLine(row);
            }
        }

        return true;
    }

    private void EndFirstLine(ReadOnlySpan<byte> row)
    {
        ContentBytes = firstLineEnd;
        bool isPair = row[firstLineEnd] == '\r' && firstLineEnd + 1 < row.Length && row[firstLineEnd + 1] == '\n';
        TotalBytes = firstLineEnd + (isPair ? 2 : 1);
    }
}
