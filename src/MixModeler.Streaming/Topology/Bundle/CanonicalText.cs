using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// One text for one content: JSON, which is YAML, with the members of maps by name. Comments, the order of members and the
/// style of writing leave no trace in it; what a list holds stays in order.
/// </summary>
internal sealed class CanonicalText
{
    // Down to here every member and item has a line of its own, for those who read it in a log.
    private const int LineDepth = 2;

    private readonly StringBuilder text = new();
    private int nodes;

    private CanonicalText()
    {
    }

    /// <summary>The text; empty, with a problem, where it would be more than can be read again.</summary>
    public static string Of(YamlNode root, ProblemList problems)
    {
        CanonicalText writer = new();
        writer.Write(root, depth: 0);
        writer.text.Append('\n');
        if (writer.text.Length <= YamlTree.CharactersMax && writer.nodes <= YamlTree.NodesMax)
        {
            return writer.text.ToString();
        }

        problems.Add(root, string.Create(
            CultureInfo.InvariantCulture,
            $"{writer.text.Length:N0} characters and {writer.nodes:N0} values when all is put together: a topology has at most {YamlTree.CharactersMax:N0} and {YamlTree.NodesMax:N0}"));
        return "";
    }

    /// <summary>The first 12 hex digits of the text's SHA-256.</summary>
    public static string VersionOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    private void Write(YamlNode node, int depth)
    {
        nodes++;
        switch (node.Kind)
        {
            case YamlKind.Map:
                text.Append('{');
                bool isFirst = true;
                foreach ((YamlNode key, YamlNode value) in node.Entries.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal))
                {
                    Separate(isFirst, depth);
                    isFirst = false;
                    nodes++;
                    WriteQuoted(key.Text);
                    text.Append(": ");
                    Write(value, depth + 1);
                }

                Close('}', isFirst, depth);
                break;
            case YamlKind.List:
                text.Append('[');
                for (int i = 0; i < node.Items.Count; i++)
                {
                    Separate(i == 0, depth);
                    Write(node.Items[i], depth + 1);
                }

                Close(']', node.Items.Count == 0, depth);
                break;
            default:
                WriteText(node);
                break;
        }
    }

    private void Separate(bool isFirst, int depth)
    {
        text.Append(isFirst ? "" : ",");
        if (depth < LineDepth)
        {
            text.Append('\n').Append(' ', depth + 1);
        }
        else if (!isFirst)
        {
            text.Append(' ');
        }
    }

    private void Close(char bracket, bool isEmpty, int depth)
    {
        if (!isEmpty && depth < LineDepth)
        {
            text.Append('\n').Append(' ', depth);
        }

        text.Append(bracket);
    }

    // What was written without quotes and is a number, true, false or nothing stays so: quoted it might mean another thing.
    private void WriteText(YamlNode node)
    {
        if (node.IsNothing)
        {
            text.Append("null");
        }
        else if (!node.IsQuoted && (node.Text is "true" or "false" || JsonNumber.IsOne(node.Text)))
        {
            text.Append(node.Text);
        }
        else
        {
            WriteQuoted(node.Text);
        }
    }

    private void WriteQuoted(string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                // Control characters, and those that YAML takes for line breaks or a byte order mark.
                case < ' ' or (>= '\u007F' and <= '\u009F') or '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF':
                    text.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
