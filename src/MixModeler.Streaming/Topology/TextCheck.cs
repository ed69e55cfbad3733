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

        return problems.IsEmpty;
    }
}
