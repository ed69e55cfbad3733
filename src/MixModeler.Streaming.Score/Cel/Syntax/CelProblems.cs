using System.Collections.Immutable;

namespace MixModeler.Streaming.Score.Cel.Syntax;

/// <summary>The problems of one expression, each place once.</summary>
internal sealed class CelProblems(string text)
{
    private readonly SortedDictionary<int, string> found = [];

    public bool Any => found.Count > 0;

    public bool IsFull => found.Count >= CelLimits.ProblemsMax;

    public void Add(int offset, string message)
    {
        // A second problem of the same place is mostly a consequence of the first.
        if (!IsFull)
        {
            found.TryAdd(offset, message);
        }
    }

    public ImmutableArray<CelProblem> ToArray()
    {
        ImmutableArray<CelProblem>.Builder problems = ImmutableArray.CreateBuilder<CelProblem>(found.Count);
        foreach ((int offset, string message) in found)
        {
            (int line, int column) = Place(text, offset);
            problems.Add(new CelProblem(offset, line, column, message));
        }

        return problems.MoveToImmutable();
    }

    public static (int Line, int Column) Place(string text, int offset)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, Math.Clamp(offset, 0, text.Length));
        return (1 + before.Count('\n'), before.Length - before.LastIndexOf('\n'));
    }
}
