namespace MixModeler.Streaming.Tests.Topology;

/// <summary>What goes wrong with a file: slips of a hand, of a merge, of a disk.</summary>
internal static class Mutation
{
    private static readonly string[] Fragments =
    [
        ":", ": ", "- ", "[", "]", "{", "}", ",", "\"", "'", "#", "&a ", "*a", "!!map ", "!<x> ", "|", ">", "? ", "---\n", "...\n", "%YAML 9.9\n",
        "\t", "\r", "\r\n", "\n", " ", "\0", "\u0085", "\u2028", "\uFEFF", "\uD800", "\U0001F600", "\\x", "\\u", "<<: ", "~", "null", "1e999", "-",
        "[[[[[[[[", "{{{{{{{{", "{a: [", "features", "count", "99999999999999999999", "7d", "@", "`", "%",
        "\"\\UFFFFFFFF\"", "\"\\uD800\"", "!<>", "!a!b ", "%TAG ! x\n", "|9\n", "{?", "[?", "{:", "- - -",
        "\"\\u0000\\u2028\\uFFFE\\e\"", "->", " -> profile", "events -> ", ".errors", "key+: [a]\n", "include: [x.yaml]\n", "environments: {}\n",
    ];

    // Pieces of expressions, right and wrong.
    private static readonly string[] Expressions =
    [
        " && ", " || ", "!", "has(a.b)", "x.matches('(a+)+$')", "1.0 / 0.0", "[1, 2].all(i, i > 0)", "\"\\\"\"", "'''", "r\"\\d\"", "b'\\xff'", "(((((((((((",
        "a ? b : c", "-9223372036854775809", "timestamp('2026-01-01T00:00:00Z')", "{1: 2}[1]", "//", "0x", "1e", "in in in", "'\\uD800'", "\"a\" + \"b\"",
    ];

    private static readonly string[] Values =
        ["x", "5", "-1", "1.5", "true", "~", "\"\"", "[]", "{}", "[a, b]", "{ a: b }", "[[a, b]]", "1d", "a.b.c", "\"a -> b\"", "|\n  text\n", "1e400", "'*'"];

    private static readonly string[] Keys =
    [
        "topology", "tenant", "include", "source", "sources", "harmonize", "features", "model", "models", "scores", "audiences", "nodes", "edges",
        "decisions", "sinks", "environments", "name", "kind", "fields", "pii", "where", "set", "onError", "retry", "operator", "from", "to", "when",
        "datasets", "mergePreferences", "touchpoints", "conversions", "map", "cases", "any", "all", "then", "otherwise", "known", "scale", "units", "ids",
        "formula", "category", "rule", "clicks", "channel", "factor_value", "equals", "exists", "sum", "count", "field", "value",
        "label", "profile", "features+", "prod", "events", "dead-letter", "training", "path", "type", "identity",
    ];

    public static string Of(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(1, 40), text.Length - at);
        List<string> lines = [.. text.Split('\n')];
        int line = random.Next(lines.Count);
        int other = random.Next(lines.Count);
        switch (random.Next(13))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, Any(Fragments, random));
            case 2:
                return text.Remove(at, length).Insert(at, Any(Fragments, random));
            case 3:
                return text.Insert(at, ((char)random.Next(0x3000)).ToString());
            case 4:
                return text.Insert(random.Next(text.Length + 1), text.Substring(at, length));
            case 5:
                lines.RemoveAt(line);
                break;
            case 6:
                lines[line] = new string(' ', random.Next(8)) + lines[line].TrimStart();
                break;
            case 7:
                (lines[line], lines[other]) = (lines[other], lines[line]);
                break;
            case 8:
                lines.Insert(other, lines[line]);
                break;
            case 9:
                lines[line] = Renamed(lines[line], random);
                break;
            case 10:
                lines[line] = Retyped(lines[line], random);
                break;
            case 11:
                return text.Insert(at, Any(Expressions, random));
            default:
                return at == text.Length ? text : text[..at] + (char)(text[at] ^ (1 << random.Next(8))) + text[(at + 1)..];
        }

        return string.Join('\n', lines);
    }

    // Another name in front of a colon: one that exists somewhere, or a slip.
    private static string Renamed(string line, Random random)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        int start = colon < 0 ? -1 : line.LastIndexOfAny([' ', '{', ','], colon) + 1;
        if (start < 0 || start >= colon)
        {
            return line;
        }

        string name = random.Next(2) == 0 ? Any(Keys, random) : line[start..colon].Remove(random.Next(colon - start), 1);
        return line[..start] + name + line[colon..];
    }

    // Another value behind a colon, often of another kind.
    private static string Retyped(string line, Random random)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? line : line[..(colon + 2)] + Any(random.Next(4) == 0 ? Expressions : Values, random);
    }

    private static string Any(string[] of, Random random) => of[random.Next(of.Length)];
}
