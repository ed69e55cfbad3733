namespace MixModeler.Streaming.Tests.Repository;

/// <summary>
/// C# with everything that is not code (comments, texts, characters) blanked out, line by line in place, so that braces and
/// words can be counted without a compiler.
/// </summary>
internal sealed class CodeText
{
    private readonly string code;
    private readonly char[] blanked;
    private int at;

    private CodeText(string code)
    {
        this.code = code;
        blanked = code.ToCharArray();
    }

    public static string Blank(string code)
    {
        CodeText text = new(code);
        text.SkipCode(isHole: false);
        return new string(text.blanked);
    }

    // To the end, or to the brace that closes the hole of an interpolated text.
    private void SkipCode(bool isHole)
    {
        int depth = 0;
        while (at < code.Length)
        {
            if (Ahead("//"))
            {
                BlankTo(code.IndexOf('\n', at));
            }
            else if (Ahead("/*"))
            {
                BlankTo(After("*/", at + 2));
            }
            else if (code[at] == '\'')
            {
                SkipQuoted('\'', isVerbatim: false, isInterpolated: false);
            }
            else if (code[at] is '"' or '$' or '@' && TrySkipText())
            {
                continue;
            }
            else if (isHole && code[at] == '}' && depth == 0)
            {
                return;
            }
            else
            {
                depth += code[at] == '{' ? 1 : code[at] == '}' ? -1 : 0;
                at++;
            }
        }
    }

    private bool TrySkipText()
    {
        int start = at;
        while (start < code.Length && code[start] is '$' or '@')
        {
            start++;
        }

        if (start == code.Length || code[start] != '"')
        {
            at++;                                 // An @identifier.
            return true;
        }

        string prefix = code[at..start];
        int quotes = 1;
        while (start + quotes < code.Length && code[start + quotes] == '"')
        {
            quotes++;
        }

        if (quotes >= 3)
        {
            BlankTo(After(new string('"', quotes), start + quotes));
            return true;
        }

        BlankTo(start);
        SkipQuoted('"', prefix.Contains('@'), prefix.Contains('$'));
        return true;
    }

    private void SkipQuoted(char quote, bool isVerbatim, bool isInterpolated)
    {
        BlankTo(at + 1);
        while (at < code.Length && code[at] != quote || isVerbatim && Ahead("\"\""))
        {
            bool isPair = isVerbatim && Ahead("\"\"") || !isVerbatim && code[at] == '\\' || isInterpolated && (Ahead("{{") || Ahead("}}"));
            if (!isPair && isInterpolated && code[at] == '{')
            {
                BlankTo(at + 1);
                SkipCode(isHole: true);
            }

            BlankTo(at + (isPair ? 2 : 1));
        }

        BlankTo(at + 1);
    }

    private bool Ahead(string text) => string.CompareOrdinal(code, at, text, 0, text.Length) == 0;

    private int After(string text, int from)
    {
        int found = from > code.Length ? -1 : code.IndexOf(text, from, StringComparison.Ordinal);
        return found < 0 ? code.Length : found + text.Length;
    }

    private void BlankTo(int end)
    {
        end = end < 0 || end > code.Length ? code.Length : end;
        for (; at < end; at++)
        {
            if (blanked[at] != '\n')
            {
                blanked[at] = ' ';
            }
        }
    }
}
