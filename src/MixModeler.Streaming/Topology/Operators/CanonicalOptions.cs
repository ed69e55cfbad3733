using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Options as one text, so that equal ones are equal and others are not: comments, quotes and line ends do not count.</summary>
internal static class CanonicalOptions
{
    public static string Of(YamlNode node)
    {
        StringBuilder text = new();
        Write(text, node);
        return text.ToString();
    }

    // Members in their order: of a branch it decides.
    private static void Write(StringBuilder text, YamlNode node)
    {
        switch (node.Kind)
        {
            case YamlKind.Map:
                text.Append('{');
                foreach ((YamlNode key, YamlNode value) in node.Entries)
                {
                    Write(text, key);
                    Write(text, value);
                }

                text.Append('}');
                break;
            case YamlKind.List:
                text.Append('[');
                node.Items.ForEach(item => Write(text, item));
                text.Append(']');
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{node.Text.Length}:{node.Text}");
                break;
        }
    }
}
