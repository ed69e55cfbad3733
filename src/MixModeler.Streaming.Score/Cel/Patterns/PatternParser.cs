using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Score.Cel.Patterns;

/// <summary>Reads the syntax of RE2; what takes more than one pass over a text (look-around, back-references) is refused.</summary>
internal sealed class PatternParser
{
    private const int RepeatMax = 1_000;
    private const int NestingMax = 100;

    private readonly string pattern;
    private int at;
    private int nesting;
    private bool ignoresCase;
    private bool isMultiline;
    private bool dotIsAll;
    private bool isUngreedy;

    private PatternParser(string pattern) => this.pattern = pattern;

    private bool AtEnd => at >= pattern.Length;

    public static PatternSyntax Parse(string pattern)
    {
        if (pattern.Length > CelLimits.PatternCharactersMax)
        {
            throw new PatternException($"a pattern has at most {CelLimits.PatternCharactersMax} characters");
        }

        PatternParser parser = new(pattern);
        PatternSyntax whole = parser.Either();
        return parser.AtEnd ? whole : throw new PatternException("a ')' closes nothing");
    }

    private PatternSyntax Either()
    {
        if (++nesting > NestingMax)
        {
            throw new PatternException($"groups are nested more than {NestingMax} deep");
        }

        List<PatternSyntax> choices = [Sequence()];
        while (!AtEnd && pattern[at] == '|')
        {
            at++;
            choices.Add(Sequence());
        }

        nesting--;
        return choices.Count == 1 ? choices[0] : new PatternSyntax(PatternKind.Either, [.. choices]);
    }

    private PatternSyntax Sequence()
    {
        List<PatternSyntax> parts = [];
        while (!AtEnd && pattern[at] is not ('|' or ')'))
        {
            if (pattern.AsSpan(at).StartsWith("\\Q"))
            {
                Quoted(parts);
            }
            else
            {
                parts.Add(Repeated(Atom()));
            }
        }

        return parts.Count == 1 ? parts[0] : new PatternSyntax(parts.Count == 0 ? PatternKind.Empty : PatternKind.Sequence, [.. parts]);
    }

    private void Quoted(List<PatternSyntax> parts)
    {
        int end = pattern.IndexOf("\\E", at, StringComparison.Ordinal);
        int stop = end < 0 ? pattern.Length : end;
        at += 2;
        while (at < stop)
        {
            parts.Add(One(NextRune()));
        }

        at = end < 0 ? stop : end + 2;
    }

    private PatternSyntax Repeated(PatternSyntax atom)
    {
        bool isRepeated = false;
        while (!AtEnd && TryRepeat(out int min, out int max))
        {
            if (isRepeated)
            {
                throw new PatternException("a repetition stands behind a repetition; put the first in brackets");
            }

            isRepeated = true;
            if (!AtEnd && pattern[at] == '?')
            {
                at++;                             // As few as possible: whether there is a match stays the same.
            }

            atom = new PatternSyntax(PatternKind.Repeat, atom) { Min = min, Max = max };
        }

        return atom;
    }

    private bool TryRepeat(out int min, out int max)
    {
        (min, max) = (0, -1);
        switch (pattern[at])
        {
            case '*':
                break;
            case '+':
                min = 1;
                break;
            case '?':
                max = 1;
                break;
            case '{':
                return TryCounted(out min, out max);
            default:
                return false;
        }

        at++;
        return true;
    }

    // {2}, {2,} or {2,5}; anything else in braces stands for itself.
    private bool TryCounted(out int min, out int max)
    {
        (min, max) = (0, -1);
        int end = pattern.IndexOf('}', at);
        if (end < 0)
        {
            return false;
        }

        string[] counts = pattern[(at + 1)..end].Split(',');
        if (counts.Length > 2 || !TryCount(counts[0], out min))
        {
            return false;
        }

        max = min;
        if (counts.Length == 2 && counts[1].Length == 0)
        {
            max = -1;
        }
        else if (counts.Length == 2 && !TryCount(counts[1], out max))
        {
            return false;
        }

        if (min > RepeatMax || max > RepeatMax || (max >= 0 && max < min))
        {
            throw new PatternException($"a repetition is from 0 to {RepeatMax}, the lower count first");
        }

        at = end + 1;
        return true;
    }

    private static bool TryCount(string text, out int count)
    {
        bool isCount = text.Length > 0 && text.All(char.IsAsciiDigit);
        count = isCount && text.Length <= 6 ? int.Parse(text, CultureInfo.InvariantCulture) : RepeatMax + 1;
        return isCount;
    }

    private PatternSyntax Atom()
    {
        switch (pattern[at])
        {
            case '(':
                return Group();
            case '[':
                return new PatternSyntax(PatternKind.Set) { Set = PatternSets.Bracket(pattern, ref at, ignoresCase) };
            case '.':
                at++;
                return new PatternSyntax(PatternKind.Set) { Set = dotIsAll ? CodePoints.All : CodePoints.NotNewline };
            case '^':
                at++;
                return new PatternSyntax(isMultiline ? PatternKind.LineStart : PatternKind.TextStart);
            case '$':
                at++;
                return new PatternSyntax(isMultiline ? PatternKind.LineEnd : PatternKind.TextEnd);
            case '*' or '+' or '?':
                throw new PatternException($"'{pattern[at]}' has nothing in front of it to repeat");
            case '\\':
                return Escape();
            default:
                return One(NextRune());
        }
    }

    private PatternSyntax Escape()
    {
        char kind = at + 1 < pattern.Length ? pattern[at + 1] : '\0';
        PatternKind edge = kind switch
        {
            'A' => PatternKind.TextStart,
            'z' => PatternKind.TextEnd,
            'b' => PatternKind.WordEdge,
            'B' => PatternKind.NoWordEdge,
            _ => PatternKind.Empty,
        };
        if (edge != PatternKind.Empty)
        {
            at += 2;
            return new PatternSyntax(edge);
        }

        if (PatternSets.TryClass(pattern, ref at, out CodePoints? set))
        {
            return new PatternSyntax(PatternKind.Set) { Set = ignoresCase ? set.InAnyCase() : set };
        }

        return One(PatternSets.EscapedRune(pattern, ref at));
    }

    private PatternSyntax Group()
    {
        (bool, bool, bool, bool) outside = (ignoresCase, isMultiline, dotIsAll, isUngreedy);
        at++;
        if (!AtEnd && pattern[at] == '?')
        {
            at++;
            if (!Opening())
            {
                return new PatternSyntax(PatternKind.Empty);
            }
        }

        PatternSyntax inner = Either();
        if (AtEnd)
        {
            throw new PatternException("a '(' is never closed");
        }

        at++;
        (ignoresCase, isMultiline, dotIsAll, isUngreedy) = outside;
        return inner;
    }

    // Behind "(?": a name, or flags for this group (then true), or flags from here on (then false).
    private bool Opening()
    {
        ReadOnlySpan<char> rest = pattern.AsSpan(at);
        int name = rest.StartsWith("P<") ? 2 : rest.StartsWith("<") && !rest.StartsWith("<=") && !rest.StartsWith("<!") ? 1 : 0;
        if (name > 0)
        {
            int end = rest.IndexOf('>');
            if (end <= name || rest[name..end].ContainsAnyExcept(WordCharacters))
            {
                throw new PatternException("a group's name has letters, digits and _");
            }

            at += end + 1;
            return true;
        }

        bool value = true;
        for (; !AtEnd; at++)
        {
            switch (pattern[at])
            {
                case 'i':
                    ignoresCase = value;
                    break;
                case 'm':
                    isMultiline = value;
                    break;
                case 's':
                    dotIsAll = value;
                    break;
                case 'U':
                    isUngreedy = value;
                    break;
                case '-' when value:
                    value = false;
                    break;
                case ':' or ')':
                    return pattern[at++] == ':';
                default:
                    throw new PatternException("'(?' is followed by ':', a name or flags of i m s U; look-around takes more than one pass and is refused");
            }
        }

        throw new PatternException("a '(?' is never closed");
    }

    private static readonly System.Buffers.SearchValues<char> WordCharacters =
        System.Buffers.SearchValues.Create("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private int NextRune()
    {
        Rune.DecodeFromUtf16(pattern.AsSpan(at), out Rune rune, out int used);
        at += used;
        return rune.Value;
    }

    private PatternSyntax One(int code)
    {
        CodePoints set = CodePoints.Of((code, code));
        return new PatternSyntax(PatternKind.Set) { Set = ignoresCase ? set.InAnyCase() : set };
    }
}
