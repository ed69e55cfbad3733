using System.Text;

namespace MixModeler.Streaming.Score.Cel.Patterns;

/// <summary>Each letter with its other cases, both ways: k with K and with the sign of Kelvin.</summary>
internal static class LetterCases
{
    // No letter beyond this plane has two cases.
    private const int LastLetter = 0x1FFFF;

    public static readonly Dictionary<int, List<int>> Others = Create();

    public static IEnumerable<int> Of(int code) => Others.TryGetValue(code, out List<int>? others) ? others : [];

    private static Dictionary<int, List<int>> Create()
    {
        Dictionary<int, List<int>> all = [];
        for (int code = 0; code <= LastLetter; code++)
        {
            if (Rune.IsValid(code))
            {
                Join(all, code, Rune.ToUpperInvariant(new Rune(code)).Value);
                Join(all, code, Rune.ToLowerInvariant(new Rune(code)).Value);
            }
        }

        return all;
    }

    private static void Join(Dictionary<int, List<int>> all, int code, int other)
    {
        if (other == code)
        {
            return;
        }

        all.TryAdd(code, []);
        all.TryAdd(other, []);
        all[code].Add(other);
        all[other].Add(code);
    }
}
