using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MixModeler.Streaming.Topology;

/// <summary>Finds where in a file the characters of a text stand, if they stand there as they are.</summary>
internal sealed class TextStart(string file, string text)
{
    private string[]? lines;

    /// <summary>
    /// The place of the first character, from which the others follow: on the same line, or in a block of lines that begin
    /// at one column. Null for what is escaped, folded or continued.
    /// </summary>
    public Place? Of(Scalar scalar)
    {
        int line = (int)scalar.Start.Line;
        int column = (int)scalar.Start.Column;
        if (scalar.Style == ScalarStyle.Literal)
        {
            return OfBlock(scalar, line);
        }

        int quote = scalar.Style == ScalarStyle.Plain ? 0 : 1;
        bool isWhole = scalar.End.Line == line && scalar.End.Column - column == scalar.Value.Length + 2 * quote;
        return isWhole ? new Place(file, line, column + quote) : null;
    }

    private Place? OfBlock(Scalar scalar, int line)
    {
        lines ??= text.Split('\n');
        string[] inside = scalar.Value.TrimEnd('\n').Split('\n');
        if (line + inside.Length > lines.Length)
        {
            return null;
        }

        // The line after the one with the bar; were it blank, the indentation would not be seen in it.
        int indent = lines[line].Length - lines[line].TrimStart(' ').Length;
        for (int i = 0; i < inside.Length; i++)
        {
            string written = lines[line + i].TrimEnd('\r');
            if (written.Length < indent ? inside[i].Length > 0 : written[indent..] != inside[i])
            {
                return null;
            }
        }

        return new Place(file, line + 1, indent + 1);
    }
}
