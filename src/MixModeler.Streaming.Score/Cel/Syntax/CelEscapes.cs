using System.Buffers;
using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Score.Cel.Syntax;

/// <summary>What stands between the quotes of a string or bytes literal, as UTF-8.</summary>
internal static class CelEscapes
{
    public static CelValue Read(string text, int start, int end, bool isRaw, bool isBytes, CelProblems problems)
    {
        ArrayBufferWriter<byte> utf8 = new(Math.Max(16, end - start));
        int at = start;
        while (at < end)
        {
            int run = isRaw ? -1 : text.AsSpan(at, end - at).IndexOf('\\');
            int plain = run < 0 ? end : at + run;
            Encoding.UTF8.GetBytes(text.AsSpan(at, plain - at), utf8);
            at = plain < end ? Escape(text, plain, end, isBytes, utf8, problems) : end;
        }

        byte[] buffer = utf8.WrittenSpan.ToArray();
        return isBytes ? CelValue.OfBytes(buffer) : CelValue.OfUtf8(buffer, 0, buffer.Length);
    }

    // Returns where the text goes on.
    private static int Escape(string text, int at, int end, bool isBytes, ArrayBufferWriter<byte> utf8, CelProblems problems)
    {
        char kind = at + 1 < end ? text[at + 1] : '\0';
        int digits = kind switch
        {
            'x' or 'X' => 2,
            'u' when !isBytes => 4,
            'U' when !isBytes => 8,
            >= '0' and <= '3' => 3,
            _ => 0,
        };
        if (digits == 0)
        {
            int place = "abfnrtv\\?\"'`".IndexOf(kind, StringComparison.Ordinal);
            if (kind == '\0' || place < 0)
            {
                problems.Add(at, isBytes && kind is 'u' or 'U'
                    ? "bytes have no \\u and \\U: write the octets with \\x"
                    : "a backslash begins one of \\a \\b \\f \\n \\r \\t \\v \\\\ \\? \\\" \\' \\` \\xHH \\uHHHH \\UHHHHHHHH \\OOO; in r'…' it stands for itself");
                return Math.Min(end, at + 2);
            }

            utf8.Write([(byte)"\a\b\f\n\r\t\v\\?\"'`"[place]]);
            return at + 2;
        }

        bool isOctal = char.IsAsciiDigit(kind);
        int first = isOctal ? at + 1 : at + 2;
        if (first + digits > end || !TryCode(text.AsSpan(first, digits), isOctal, out uint code))
        {
            problems.Add(at, $"\\{(isOctal ? "" : kind)} is followed by {digits} {(isOctal ? "octal" : "hexadecimal")} digits");
            return Math.Min(end, at + 2);
        }

        if (isBytes)
        {
            utf8.Write([(byte)code]);
        }
        else if (Rune.IsValid(code))
        {
            utf8.Advance(new Rune(code).EncodeToUtf8(utf8.GetSpan(4)));
        }
        else
        {
            problems.Add(at, $"U+{code:X4} is no Unicode code point that a string can have");
        }

        return first + digits;
    }

    private static bool TryCode(ReadOnlySpan<char> digits, bool isOctal, out uint code)
    {
        code = 0;
        if (!isOctal)
        {
            return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code);
        }

        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return false;
            }

            code = code * 8 + (uint)(digit - '0');
        }

        return true;
    }
}
