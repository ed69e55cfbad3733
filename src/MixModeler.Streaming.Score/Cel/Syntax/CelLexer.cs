using System.Globalization;

namespace MixModeler.Streaming.Score.Cel.Syntax;

/// <summary>Cuts an expression into words. Never fails: what is no word becomes a bad token with a problem.</summary>
internal sealed class CelLexer(string text, CelProblems problems)
{
    private static readonly string[] Symbols =
    [
        "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}",
    ];

    private int at;

    public CelToken Next()
    {
        SkipSpace();
        if (at >= text.Length)
        {
            return new CelToken(TokenKind.End, text.Length, 0, "", default);
        }

        char first = text[at];
        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return Number();
        }

        if (first is '"' or '\'' || PrefixOfText() > 0)
        {
            return TextLiteral();
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            int end = at;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            return Word(text[at..end]);
        }

        return first == '`' ? QuotedName() : Symbol();
    }

    private CelToken Word(string word)
    {
        CelValue literal = word switch
        {
            "true" => CelValue.True,
            "false" => CelValue.False,
            "null" => CelValue.Null,
            _ => default,
        };
        TokenKind kind = literal.Kind != CelKind.Absent ? TokenKind.Literal : word == "in" ? TokenKind.Symbol : TokenKind.Name;
        return Take(kind, word.Length, word, literal);
    }

    private CelToken Take(TokenKind kind, int length, string word, CelValue value = default)
    {
        CelToken token = new(kind, at, length, word, value);
        at += length;
        return token;
    }

    private CelToken Bad(int length, string message)
    {
        problems.Add(at, message);
        return Take(TokenKind.Bad, length, "");
    }

    private CelToken Symbol()
    {
        foreach (string symbol in Symbols)
        {
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0)
            {
                return Take(TokenKind.Symbol, symbol.Length, symbol);
            }
        }

        string found = char.IsControl(text[at]) || char.IsSurrogate(text[at]) ? $"U+{(int)text[at]:X4}" : $"'{text[at]}'";
        string meant = text[at] switch
        {
            '=' => "; equality is '=='",
            '&' => "; 'and' is '&&'",
            '|' => "; 'or' is '||'",
            _ => "",
        };
        return Bad(1, $"{found} has no meaning here{meant}");
    }

    // A name that only a field can have: with dashes, dots, slashes, spaces.
    private CelToken QuotedName()
    {
        int end = at + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '.' or '-' or '/' or ' '))
        {
            end++;
        }

        return end < text.Length && text[end] == '`' && end > at + 1
            ? Take(TokenKind.QuotedName, end + 1 - at, text[(at + 1)..end])
            : Bad(end - at, "a field name between ` and ` has letters, digits, and any of _ . - / and space");
    }

    private int PrefixOfText()
    {
        int length = 0;
        bool isRaw = false;
        bool isBytes = false;
        while (at + length < text.Length && length < 2)
        {
            char c = text[at + length];
            if (c is 'r' or 'R' && !isRaw)
            {
                isRaw = true;
            }
            else if (c is 'b' or 'B' && !isBytes && length == 0)
            {
                isBytes = true;
            }
            else
            {
                break;
            }

            length++;
        }

        return length > 0 && at + length < text.Length && text[at + length] is '"' or '\'' ? length : 0;
    }

    private CelToken TextLiteral()
    {
        int prefix = PrefixOfText();
        bool isBytes = prefix > 0 && text[at] is 'b' or 'B';
        bool isRaw = prefix > 0 && text[at + prefix - 1] is 'r' or 'R';
        char quote = text[at + prefix];
        bool isTriple = at + prefix + 2 < text.Length && text[at + prefix + 1] == quote && text[at + prefix + 2] == quote;
        int start = at + prefix + (isTriple ? 3 : 1);
        int end = EndOfText(start, quote, isTriple, isRaw);
        if (end < 0)
        {
            int length = isTriple ? text.Length - at : LineEnd(start) - at;
            return Bad(length, $"this {(isBytes ? "bytes" : "string")} is never closed by {new string(quote, isTriple ? 3 : 1)}");
        }

        CelValue value = CelEscapes.Read(text, start, end, isRaw, isBytes, problems);
        return Take(TokenKind.Literal, end + (isTriple ? 3 : 1) - at, "", value);
    }

    private int EndOfText(int start, char quote, bool isTriple, bool isRaw)
    {
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && !isRaw)
            {
                i++;
            }
            else if (!isTriple && c is '\n' or '\r')
            {
                return -1;
            }
            else if (c == quote && (!isTriple || (i + 2 < text.Length && text[i + 1] == quote && text[i + 2] == quote)))
            {
                return i;
            }
        }

        return -1;
    }

    private int LineEnd(int from)
    {
        int end = from < text.Length ? text.AsSpan(from).IndexOfAny('\n', '\r') : -1;
        return end < 0 ? text.Length : from + end;
    }

    private CelToken Number()
    {
        int end = at;
        if (text[at] == '0' && at + 2 < text.Length && text[at + 1] is 'x' or 'X' && char.IsAsciiHexDigit(text[at + 2]))
        {
            end = at + 2;
            while (end < text.Length && char.IsAsciiHexDigit(text[end]))
            {
                end++;
            }

            return Integer(end, NumberStyles.AllowHexSpecifier, at + 2);
        }

        end = Digits(at);
        bool isDouble = false;
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            isDouble = true;
            end = Digits(end + 1);
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            int exponent = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                isDouble = true;
                end = Digits(exponent);
            }
        }

        if (!isDouble)
        {
            return Integer(end, NumberStyles.None, at);
        }

        double value = double.Parse(text.AsSpan(at, end - at), NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsInfinity(value) ? Bad(end - at, "this double is larger than any") : Take(TokenKind.Literal, end - at, "", CelValue.Of(value));
    }

    private int Digits(int from)
    {
        while (from < text.Length && char.IsAsciiDigit(text[from]))
        {
            from++;
        }

        return from;
    }

    // An int is handed on as its magnitude, told from a uint by its text: only the parser knows whether a minus stands in front.
    private CelToken Integer(int end, NumberStyles style, int digits)
    {
        bool isUnsigned = end < text.Length && text[end] is 'u' or 'U';
        int length = end - at + (isUnsigned ? 1 : 0);
        if (!ulong.TryParse(text.AsSpan(digits, end - digits), style, CultureInfo.InvariantCulture, out ulong value))
        {
            return Bad(length, isUnsigned ? "a uint is at most 18446744073709551615" : "an int is at most 9223372036854775807");
        }

        return Take(TokenKind.Literal, length, isUnsigned ? "" : "int", CelValue.Of(value));
    }

    private void SkipSpace()
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                at++;
            }
            else if (text[at] == '/' && at + 1 < text.Length && text[at + 1] == '/')
            {
                int end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end + 1;
            }
            else
            {
                return;
            }
        }
    }
}
