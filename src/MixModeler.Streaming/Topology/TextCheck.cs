namespace MixModeler.Streaming.Topology;

/// <summary>What can be said about a file before a YAML parser sees it, in better words than the parser's.</summary>
internal static class TextCheck
{
    public static bool IsReadable(string text, ProblemList problems)
    {
        if (text.Length > YamlTree.CharactersMax)
        {
            problems.Add(1, 1, $"{text.Length:N0} characters: a topology has at most {YamlTree.CharactersMax:N0}");
            return false;
        }

        int problemsBefore = problems.Count;
        int line = 1;
        int column = 1;
        bool isIndent = true;
        foreach (char c in text)
        {
            if (c == '\t' && isIndent)
            {
                problems.Add(line, column, "a tab: YAML is indented with spaces");
                isIndent = false;             // Once a line.
            }

            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085'))
            {
                problems.Add(line, column, $"character U+{(int)c:X4}: this is not a text file");
                return false;
            }

            isIndent = c == '\n' || (isIndent && c == ' ');
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }

        return problems.Count == problemsBefore;
    }

    /// <summary>
    /// The parser finds that something is missing behind the end of the text, in a line that no editor can show: then the end.
    /// </summary>
    public static (int Line, int Column) Inside(string text, int line, int column)
    {
        int at = 1;
        int start = 0;
        for (int i = 0; i < text.Length && at < line; i++)
        {
            bool isBreak = text[i] is '\n' or '\u0085' or '\u2028' or '\u2029' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'));
            if (isBreak)
            {
                at++;
                start = i + 1;
            }
        }

        int length = text.AsSpan(start).IndexOfAny("\r\n\u0085\u2028\u2029");
        int columnMax = 1 + (length < 0 ? text.Length - start : length);
        return at < line ? (at, columnMax) : (line, Math.Min(column, columnMax));
    }
}
