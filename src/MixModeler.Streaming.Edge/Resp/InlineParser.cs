using System.Buffers;

namespace MixModeler.Streaming.Edge.Resp;

// Inline commands: a line of words, as a person types them into a terminal. Words may be quoted: "…" with escapes, '…' with
// none but \'. The words are copied, unescaped, into a buffer of their own.
internal static class InlineParser
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\v\f\r\0"u8);

    public static RespParse Parse(
        ReadOnlySpan<byte> bytes,
        ref byte[] words,
        ref ArgumentSpan[] arguments,
        out int count,
        out int consumed,
        out string problem)
    {
        count = 0;
        consumed = 0;
        problem = "too big inline request";
        int lineEnd = bytes.IndexOf((byte)'\n');
        if (lineEnd < 0 || lineEnd > RespParser.RequestBytesMax)
        {
            return bytes.Length > RespParser.RequestBytesMax ? RespParse.Malformed : RespParse.Incomplete;
        }

        ReadOnlySpan<byte> line = bytes[..lineEnd];
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        if (words.Length < line.Length)
        {
            words = new byte[RespParser.RequestBytesMax];
        }

        if (arguments.Length < RespParser.ArgumentsMax)
        {
            arguments = new ArgumentSpan[RespParser.ArgumentsMax];
        }

        problem = "unbalanced quotes in request";
        int used = 0;
        while (true)
        {
            int start = line.IndexOfAnyExcept(Blank);
            if (start < 0)
            {
                consumed = lineEnd + 1;
                return count == 0 ? RespParse.Nothing : RespParse.Request;
            }

            int length = CopyWord(line[start..], words.AsSpan(used), out int taken);
            if (length < 0 || count == RespParser.ArgumentsMax)
            {
                return RespParse.Malformed;
            }

            arguments[count++] = new ArgumentSpan(used, length);
            used += length;
            line = line[(start + taken)..];
        }
    }

    // The word's length, or -1 where its quotes are not balanced.
    private static int CopyWord(ReadOnlySpan<byte> line, Span<byte> word, out int taken)
    {
        int at = 0;
        int length = 0;
        byte quote = 0;
        while (at < line.Length)
        {
            byte code = line[at];
            if (quote == 0 && Blank.Contains(code))
            {
                break;
            }

            if (quote == 0 && code is (byte)'"' or (byte)'\'')
            {
                quote = code;
                at++;
            }
            else if (quote != 0 && code == quote)
            {
                // A closing quote ends the word: a blank or the end must follow.
                quote = 0;
                at++;
                if (at < line.Length && !Blank.Contains(line[at]))
                {
                    taken = at;
                    return -1;
                }

                break;
            }
            else
            {
                at += quote != 0 && code == '\\' ? Unescape(line[at..], quote, out word[length++]) : Plain(code, out word[length++]);
            }
        }

        taken = at;
        return quote == 0 ? length : -1;
    }

    private static int Plain(byte code, out byte to)
    {
        to = code;
        return 1;
    }

    // How many bytes the escape takes.
    private static int Unescape(ReadOnlySpan<byte> text, byte quote, out byte to)
    {
        to = (byte)'\\';
        if (text.Length < 2)
        {
            return 1;
        }

        if (quote == '\'')
        {
            to = text[1] == '\'' ? (byte)'\'' : to;
            return text[1] == '\'' ? 2 : 1;
        }

        if (text[1] == 'x' && text.Length >= 4 && char.IsAsciiHexDigit((char)text[2]) && char.IsAsciiHexDigit((char)text[3]))
        {
            to = (byte)(Hex(text[2]) << 4 | Hex(text[3]));
            return 4;
        }

        to = text[1] switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            byte other => other,
        };
        return 2;
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
