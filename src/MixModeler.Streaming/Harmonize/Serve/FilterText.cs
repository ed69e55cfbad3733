using System.Buffers;
using System.Text;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>
/// Filters as people write them: `channel=TV|Social; campaign^=Spring; spend&gt;=100; !brand?`. Conditions stand between semicolons and all
/// hold; values stand between bars and any answers. A backslash takes the meaning from `;`, `|` and itself.
/// </summary>
/// <remarks>
/// <code>
/// =  !=   equals, or not        ^=  $=   starts or ends with       field?    there is a value
/// ~  !~   contains, or not      &lt; &lt;= &gt;= &gt;   numbers                   !field?   there is none
/// </code>
/// </remarks>
public static class FilterText
{
    // The longer ones first: each is found before what it begins with.
    private static readonly (string Sign, GridOperator Operator)[] Signs =
    [
        ("!=", GridOperator.NotEquals), ("!~", GridOperator.NotContains), ("^=", GridOperator.StartsWith), ("$=", GridOperator.EndsWith),
        ("<=", GridOperator.LessOrEqual), (">=", GridOperator.GreaterOrEqual), ("=", GridOperator.Equals), ("~", GridOperator.Contains),
        ("<", GridOperator.Less), (">", GridOperator.Greater),
    ];

    private static readonly SearchValues<char> Begin = SearchValues.Create("!^$<>=~");

    /// <summary>Null, and a problem for each, where a condition cannot be read.</summary>
    public static GridFilter[]? Read(string text, List<string> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(problems);
        int before = problems.Count;
        GridFilter[] filters = [.. Split(text, ';').Where(part => part.Trim().Length > 0).Select(part => ReadOne(part.Trim(), problems)).OfType<GridFilter>()];
        return problems.Count == before ? filters : null;
    }

    private static GridFilter? ReadOne(string text, List<string> problems)
    {
        if (text[^1] == '?')
        {
            bool isMissing = text[0] == '!';
            return new GridFilter(text[(isMissing ? 1 : 0)..^1].Trim(), isMissing ? GridOperator.NotExists : GridOperator.Exists, []);
        }

        int at = text.AsSpan().IndexOfAny(Begin);
        string rest = at < 0 ? "" : text[at..];
        int found = Array.FindIndex(Signs, each => rest.StartsWith(each.Sign, StringComparison.Ordinal));
        if (at <= 0 || found < 0)
        {
            problems.Add($"filter: '{text}' is no condition such as channel=TV, campaign^=Spring, spend>=100 or brand?");
            return null;
        }

        string[] values = [.. Split(rest[Signs[found].Sign.Length..], '|').Select(value => Unescape(value.Trim()))];
        return new GridFilter(text[..at].Trim(), Signs[found].Operator, values);
    }

    private static List<string> Split(string text, char at)
    {
        List<string> parts = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == at)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            i += text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }
}
