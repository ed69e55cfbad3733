using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Tests.Repository;

/// <summary>What a file declares, read off its braces.</summary>
internal static partial class CodeBlocks
{
    private enum BlockKind
    {
        Type,
        Member,
        Inner,
    }

    /// <summary>A member of a type with the lines of its body, braces included.</summary>
    internal readonly record struct Member(string Header, int Line, int BodyLines);

    /// <summary>Members with a block body, in the order in which they end.</summary>
    public static List<Member> Members(string blanked)
    {
        List<Member> members = [];
        Stack<(BlockKind Kind, string Header, int Line)> open = new();
        int line = 1;
        int headerStart = 0;
        for (int i = 0; i < blanked.Length; i++)
        {
            switch (blanked[i])
            {
                case '\n':
                    line++;
                    break;
                case ';':
                    headerStart = i + 1;
                    break;
                case '{':
                    string header = Spaces().Replace(blanked[headerStart..i], " ").Trim();
                    open.Push((KindOf(header, open.Count == 0 ? BlockKind.Type : open.Peek().Kind), header, line));
                    headerStart = i + 1;
                    break;
                case '}' when open.Count > 0:
                    (BlockKind kind, string closed, int firstLine) = open.Pop();
                    if (kind == BlockKind.Member)
                    {
                        members.Add(new Member(closed, firstLine, line - firstLine + 1));
                    }

                    headerStart = i + 1;
                    break;
            }
        }

        return members;
    }

    /// <summary>A type declared outside of any other, with the lines it takes.</summary>
    internal readonly record struct TopLevel(string Name, bool IsPublic, int Lines);

    public static List<TopLevel> TopLevelTypes(string blanked) =>
    [
        .. TopLevelType().Matches(blanked).Select(match => new TopLevel(
            match.Groups["name"].Value, match.Groups["words"].Value.Contains("public"), LinesOf(blanked, match.Index))),
    ];

    /// <summary>Names of all types that a file declares.</summary>
    public static List<string> TypeNames(string blanked) => [.. AnyType().Matches(blanked).Select(match => match.Groups["name"].Value)];

    // To the brace that closes the declaration, or to its semicolon where it has no body.
    private static int LinesOf(string blanked, int start)
    {
        int depth = 0;
        int lines = 1;
        for (int i = start; i < blanked.Length; i++)
        {
            depth += blanked[i] == '{' ? 1 : blanked[i] == '}' ? -1 : 0;
            lines += blanked[i] == '\n' ? 1 : 0;
            if (depth == 0 && (blanked[i] is '}' or ';'))
            {
                break;
            }
        }

        return lines;
    }

    private static BlockKind KindOf(string header, BlockKind parent)
    {
        if (parent != BlockKind.Type)
        {
            return BlockKind.Inner;
        }

        return TypeHeader().IsMatch(header) ? BlockKind.Type : BlockKind.Member;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(^|\s)(class|struct|record|interface|enum|namespace|extension)\s+[A-Za-z_@(]")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"^(?<words>([a-z]+ )*)(class|struct|record struct|record class|record|interface|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(
        @"^ *((public|internal|private|protected|file|sealed|static|abstract|readonly|ref|partial|unsafe) )*"
        + @"(class|struct|record struct|record class|record|interface|enum) (?<name>[A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex AnyType();
}
