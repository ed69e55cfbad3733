using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Topology;

/// <summary>Whether a text is a number by the grammar of JSON (RFC 8259, section 6).</summary>
internal static partial class JsonNumber
{
    public static bool IsOne(string text) => Grammar().IsMatch(text);

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
