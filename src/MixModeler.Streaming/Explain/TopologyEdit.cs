using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>Writes a change into the text of a topology and leaves everything else, comments included, as it stands.</summary>
public static class TopologyEdit
{
    /// <summary>The text with the change; null where the mapping stands in another file or in a form that has to be changed by hand.</summary>
    public static string? Apply(string text, MappingChange change)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(change);
        YamlNode? root = YamlTree.Parse(text, new ProblemList("topology"));
        if (root?["datasets"]?[change.Dataset]?["map"]?[change.Field] is not { Kind: YamlKind.Map, Entries.Count: > 0 } mapping)
        {
            return null;
        }

        YamlNode? list = change.Case is not null ? mapping["cases"] : change.Known is not null ? mapping["known"] : null;
        string? item = change.Case ?? change.Known;
        string? inserted = list is { Kind: YamlKind.List, Items.Count: > 0 } && item is not null ? Insert(text, list, item) : null;
        return inserted ?? Replace(text, mapping, change.Mapping);
    }

    // Before the first of the list.
    private static string? Insert(string text, YamlNode list, string item)
    {
        int open = IndexOf(text, list.Place);
        if (open < text.Length && text[open] == '[')
        {
            return $"{text[..(open + 1)]}{item}, {text[(open + 1)..].TrimStart(' ')}";
        }

        int lineStart = StartOfLine(text, IndexOf(text, list.Items[0].Place));
        int dash = lineStart;
        while (dash < text.Length && text[dash] == ' ')
        {
            dash++;
        }

        return dash < text.Length && text[dash] == '-'
            ? $"{text[..lineStart]}{text[lineStart..dash]}- {item}\n{text[lineStart..]}"
            : null;
    }

    private static string? Replace(string text, YamlNode mapping, string with)
    {
        int start = IndexOf(text, mapping.Place);
        if (start >= text.Length)
        {
            return null;
        }

        int end = text[start] == '{' ? EndOfFlow(text, start) : EndOfBlock(text, start);
        // A comment inside would be lost, and somebody wrote it for a reason.
        return end < 0 || HasComment(text[start..end]) ? null : text[..start] + with + text[end..];
    }

    private static int EndOfFlow(string text, int start)
    {
        int depth = 0;
        char quote = '\0';
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                i += quote == '"' && c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'' && text[i - 1] is ' ' or '[' or '{' or ',' or ':')
            {
                quote = c;
            }
            else
            {
                depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
                if (depth == 0)
                {
                    return i + 1;
                }
            }
        }

        return -1;
    }

    // A block goes on as long as lines are indented as its first key is.
    private static int EndOfBlock(string text, int start)
    {
        int indent = start - StartOfLine(text, start);
        int end = start;
        for (int line = start; line < text.Length;)
        {
            int next = text.IndexOf('\n', line);
            next = next < 0 ? text.Length : next;
            string content = text[line..next];
            bool isInside = line == start || content.Length - content.TrimStart(' ').Length >= indent;
            if (content.Trim().Length > 0 && !isInside)
            {
                break;
            }

            end = content.Trim().Length > 0 ? line + content.TrimEnd().Length : end;
            line = next + 1;
        }

        return end;
    }

    private static bool HasComment(string text) => text.Contains(" #", StringComparison.Ordinal) || text.Contains("\n#", StringComparison.Ordinal);

    private static int IndexOf(string text, Place place)
    {
        int at = 0;
        for (int line = 1; line < place.Line; line++)
        {
            int next = text.IndexOf('\n', at);
            if (next < 0)
            {
                return text.Length;
            }

            at = next + 1;
        }

        return Math.Min(text.Length, at + place.Column - 1);
    }

    private static int StartOfLine(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
}
