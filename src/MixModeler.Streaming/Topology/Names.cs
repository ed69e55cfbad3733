namespace MixModeler.Streaming.Topology;

/// <summary>What may stand where something is named or pointed at.</summary>
internal static class Names
{
    public const int CharactersMax = 64;
    private const int PathSegmentsMax = 16;
    private const int PathCharactersMax = 256;

    /// <summary>Letters, digits and <paramref name="alsoAllowed"/>, beginning with a letter or an underscore.</summary>
    public static bool IsName(string text, string alsoAllowed) =>
        text.Length is > 0 and <= CharactersMax
        && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || alsoAllowed.Contains(c));

    /// <summary>A dotted path such as `channel._id` or `identityMap.ECID`; a problem where it is none.</summary>
    public static bool IsPath(YamlNode node, string what, ProblemList problems)
    {
        if (!MapReader.IsText(node, what, problems))
        {
            return false;
        }

        string[] segments = node.Text.Split('.');
        if (node.Text.Length <= PathCharactersMax && segments.Length <= PathSegmentsMax && segments.All(IsSegment))
        {
            return true;
        }

        string rule = $"a dotted path such as channel._id, of at most {PathSegmentsMax} parts of letters, digits and _ - : @";
        problems.Add(node, $"{what} is {rule}; found {node.Found}");
        return false;
    }

    private static bool IsSegment(string segment) =>
        segment.Length > 0 && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ':' or '@');
}
