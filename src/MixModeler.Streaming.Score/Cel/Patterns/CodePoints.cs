using System.Collections.Concurrent;
using System.Globalization;

namespace MixModeler.Streaming.Score.Cel.Patterns;

/// <summary>A set of code points: sorted ranges that do not touch, with a table for ASCII.</summary>
internal sealed class CodePoints
{
    public const int Last = 0x10FFFF;

    // Names of at most two letters, so never many.
    private static readonly ConcurrentDictionary<string, CodePoints> Categories = new(StringComparer.Ordinal);

    private readonly (int First, int Last)[] ranges;
    private readonly UInt128 ascii;

    private CodePoints((int First, int Last)[] ranges)
    {
        this.ranges = ranges;
        for (int code = 0; code < 128; code++)
        {
            ascii |= Search(code) ? UInt128.One << code : UInt128.Zero;
        }
    }

    public static CodePoints All { get; } = Of((0, Last));

    public static CodePoints NotNewline { get; } = Of((0, '\n' - 1), ('\n' + 1, Last));

    public static CodePoints Digits { get; } = Of(('0', '9'));

    public static CodePoints Word { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    public static CodePoints Space { get; } = Of(('\t', '\n'), ('\f', '\r'), (' ', ' '));

    public IReadOnlyList<(int First, int Last)> Ranges => ranges;

    public static CodePoints Of(params IEnumerable<(int First, int Last)> ranges)
    {
        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in ranges.Where(r => r.First <= r.Last).OrderBy(r => r.First))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new CodePoints([.. merged]);
    }

    /// <summary>All whose general category begins with the letters: L, Lu, Nd…; null where there is none.</summary>
    public static CodePoints? OfCategory(string name)
    {
        if (name == "Any")
        {
            return All;
        }

        bool[] isWanted = [.. Enum.GetValues<UnicodeCategory>().Order().Select(c => Abbreviation(c).StartsWith(name, StringComparison.Ordinal))];
        return name.Length <= 2 && isWanted.Contains(true) ? Categories.GetOrAdd(name, _ => OfCategories(isWanted)) : null;
    }

    private static CodePoints OfCategories(bool[] isWanted)
    {
        List<(int, int)> ranges = [];
        int start = -1;
        for (int code = 0; code <= Last + 1; code++)
        {
            bool isIn = code <= Last && isWanted[(int)CharUnicodeInfo.GetUnicodeCategory(code)];
            if (isIn && start < 0)
            {
                start = code;
            }
            else if (!isIn && start >= 0)
            {
                ranges.Add((start, code - 1));
                start = -1;
            }
        }

        return Of(ranges);
    }

    public bool Contains(int code) => code < 128 ? (ascii >> code & 1) != 0 : Search(code);

    public CodePoints Negated()
    {
        List<(int, int)> gaps = [];
        int next = 0;
        foreach ((int first, int last) in ranges)
        {
            gaps.Add((next, first - 1));
            next = last + 1;
        }

        gaps.Add((next, Last));
        return Of(gaps);
    }

    /// <summary>With the upper and lower case of each letter.</summary>
    public CodePoints InAnyCase()
    {
        List<(int, int)> more = [.. ranges];
        if (ranges.Sum(range => range.Last - range.First + 1) < LetterCases.Others.Count)
        {
            foreach ((int first, int last) in ranges)
            {
                for (int code = first; code <= last; code++)
                {
                    more.AddRange(LetterCases.Of(code).Select(other => (other, other)));
                }
            }

            return Of(more);
        }

        foreach ((int code, List<int> others) in LetterCases.Others)
        {
            more.AddRange(Contains(code) ? others.Select(other => (other, other)) : []);
        }

        return Of(more);
    }

    private bool Search(int code)
    {
        int low = 0;
        int high = ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (code < ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (code > ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private static string Abbreviation(UnicodeCategory category)
    {
        const string InOrder = "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSoCn";
        return InOrder.Substring((int)category * 2, 2);
    }
}
