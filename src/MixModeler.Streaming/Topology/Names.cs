namespace MixModeler.Streaming.Topology;

/// <summary>What may stand where something is named or pointed at.</summary>
internal static class Names
{
    public const int CharactersMax = 64;
    public const int PathCharactersMax = 256;
    private const int PathSegmentsMax = 16;

    /// <summary>Letters, digits and <paramref name="alsoAllowed"/>, beginning with a letter or an underscore.</summary>
    public static bool IsName(string text, string alsoAllowed) =>
        text.Length is > 0 and <= CharactersMax
        && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || alsoAllowed.Contains(c));

    /// <summary>The same as a regular expression of JSON Schema.</summary>
    public static string Pattern(string alsoAllowed) =>
        $"^[A-Za-z_][A-Za-z0-9{alsoAllowed.Replace("-", "\\-", StringComparison.Ordinal)}]{{0,{CharactersMax - 1}}}$";

    /// <summary>One line, as of <see cref="MapReader.IsText"/>.</summary>
    public static string TextPattern { get; } = $"^.{{1,{MapReader.TextCharactersMax}}}$";

    public static string PathPattern { get; } = $"^[A-Za-z0-9_:@\\-]+(\\.[A-Za-z0-9_:@\\-]+){{0,{PathSegmentsMax - 1}}}$";

    /// <summary>What a name is, for messages.</summary>
    public static string Rule(string alsoAllowed) =>
        $"at most {CharactersMax} letters, digits and {string.Join(" ", alsoAllowed.AsEnumerable())}, beginning with a letter or _";

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
