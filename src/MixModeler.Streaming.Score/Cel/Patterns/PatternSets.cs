using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Score.Cel.Patterns;

/// <summary>The parts of a pattern that stand for sets of characters: [a-z], [[:alpha:]], \d, \pL, \x41.</summary>
internal static class PatternSets
{
    public static CodePoints Bracket(string pattern, ref int at, bool ignoresCase)
    {
        at++;
        bool isNegated = at < pattern.Length && pattern[at] == '^';
        at += isNegated ? 1 : 0;
        List<(int, int)> ranges = [];
        for (bool isFirst = true; ; isFirst = false)
        {
            if (at >= pattern.Length)
            {
                throw new PatternException("a '[' is never closed");
            }

            if (pattern[at] == ']' && !isFirst)
            {
                break;
            }

            if (TryNamed(pattern, ref at, out CodePoints? named) || TryClass(pattern, ref at, out named))
            {
                ranges.AddRange(named.Ranges);
                continue;
            }

            ranges.Add(Range(pattern, ref at));
        }

        at++;
        CodePoints set = CodePoints.Of(ranges);
        set = ignoresCase ? set.InAnyCase() : set;
        return isNegated ? set.Negated() : set;
    }

    private static (int, int) Range(string pattern, ref int at)
    {
        int first = Member(pattern, ref at);
        int last = first;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
        {
            at++;
            last = Member(pattern, ref at);
        }

        return last >= first ? (first, last) : throw new PatternException("a range in [ ] goes from the lower to the higher character");
    }

    private static int Member(string pattern, ref int at)
    {
        if (pattern[at] == '\\')
        {
            return EscapedRune(pattern, ref at);
        }

        Rune.DecodeFromUtf16(pattern.AsSpan(at), out Rune rune, out int used);
        at += used;
        return rune.Value;
    }

    /// <summary>\d \D \s \S \w \W \pN \p{Nd} \PN \p{^Nd}.</summary>
    public static bool TryClass(string pattern, ref int at, [NotNullWhen(true)] out CodePoints? set)
    {
        set = null;
        char kind = pattern[at] == '\\' && at + 1 < pattern.Length ? pattern[at + 1] : '\0';
        set = char.ToLowerInvariant(kind) switch
        {
            'd' => CodePoints.Digits,
            's' => CodePoints.Space,
            'w' => CodePoints.Word,
            _ => null,
        };
        if (set is not null)
        {
            at += 2;
        }
        else if (kind is 'p' or 'P')
        {
            set = Category(pattern, ref at);
        }
        else
        {
            return false;
        }

        set = char.IsAsciiLetterUpper(kind) ? set.Negated() : set;
        return true;
    }

    private static CodePoints Category(string pattern, ref int at)
    {
        int start = at + 2;
        int end = start + 1;
        string name = start < pattern.Length ? pattern[start].ToString() : "";
        if (name == "{")
        {
            int close = pattern.IndexOf('}', start);
            name = close < 0 ? "" : pattern[(start + 1)..close];
            end = close + 1;
        }

        bool isNegated = name.StartsWith('^');
        CodePoints set = (name.Length == 0 ? null : CodePoints.OfCategory(isNegated ? name[1..] : name))
            ?? throw new PatternException("\\p is followed by a general category of Unicode such as L, Lu or {Nd}; scripts are not known");
        at = end;
        return isNegated ? set.Negated() : set;
    }

    // [:alpha:] and its kin, within [ ].
    private static bool TryNamed(string pattern, ref int at, [NotNullWhen(true)] out CodePoints? set)
    {
        set = null;
        int end = pattern.AsSpan(at).StartsWith("[:") ? pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            return false;
        }

        string name = pattern[(at + 2)..end];
        bool isNegated = name.StartsWith('^');
        set = (isNegated ? name[1..] : name) switch
        {
            "alnum" => CodePoints.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
            "alpha" => CodePoints.Of(('A', 'Z'), ('a', 'z')),
            "ascii" => CodePoints.Of((0, 127)),
            "blank" => CodePoints.Of(('\t', '\t'), (' ', ' ')),
            "cntrl" => CodePoints.Of((0, 31), (127, 127)),
            "digit" => CodePoints.Digits,
            "graph" => CodePoints.Of(('!', '~')),
            "lower" => CodePoints.Of(('a', 'z')),
            "print" => CodePoints.Of((' ', '~')),
            "punct" => CodePoints.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
            "space" => CodePoints.Of(('\t', '\r'), (' ', ' ')),
            "upper" => CodePoints.Of(('A', 'Z')),
            "word" => CodePoints.Word,
            "xdigit" => CodePoints.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
            _ => throw new PatternException($"[:{name}:] is no class of characters"),
        };
        set = isNegated ? set.Negated() : set;
        at = end + 2;
        return true;
    }

    /// <summary>\n, \x41, \x{1F431}, \101, \. and the like.</summary>
    public static int EscapedRune(string pattern, ref int at)
    {
        if (at + 1 >= pattern.Length)
        {
            throw new PatternException("a pattern does not end in a backslash");
        }

        char kind = pattern[at + 1];
        at += 2;
        int place = "afnrtv".IndexOf(kind, StringComparison.Ordinal);
        if (place >= 0)
        {
            return "\a\f\n\r\t\v"[place];
        }

        if (kind == 'x')
        {
            return Hexadecimal(pattern, ref at);
        }

        if (kind is >= '0' and <= '7' && (kind == '0' || (at < pattern.Length && pattern[at] is >= '0' and <= '7')))
        {
            int code = kind - '0';
            for (int digits = 1; digits < 3 && at < pattern.Length && pattern[at] is >= '0' and <= '7'; digits++)
            {
                code = code * 8 + pattern[at++] - '0';
            }

            return code;
        }

        if (char.IsAsciiLetterOrDigit(kind) || kind >= 128)
        {
            throw new PatternException(char.IsAsciiDigit(kind)
                ? $"\\{kind} refers back to a group; that takes more than one pass and is refused"
                : $"\\{kind} has no meaning in a pattern");
        }

        return kind;
    }

    private static int Hexadecimal(string pattern, ref int at)
    {
        int end = at + 2;
        int start = at;
        int next = end;
        if (at < pattern.Length && pattern[at] == '{')
        {
            start = at + 1;
            end = pattern.IndexOf('}', at);
            next = end + 1;
        }

        if (end <= start || end > pattern.Length
            || !uint.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
            || code > CodePoints.Last)
        {
            throw new PatternException("\\x is followed by two hexadecimal digits, or by a code point in { }");
        }

        at = next;
        return (int)code;
    }
}
