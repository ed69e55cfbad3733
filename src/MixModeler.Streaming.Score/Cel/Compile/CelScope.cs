using MixModeler.Streaming.Score.Cel.Evaluate;
using MixModeler.Streaming.Score.Cel.Syntax;

namespace MixModeler.Streaming.Score.Cel.Compile;

/// <summary>A compiled part with what is known of its value.</summary>
internal readonly record struct Bound(CelNode Node, CelType Type)
{
    public bool IsConstant => Node is ConstantNode;
}

/// <summary>What the parts of the binder share: names in reach, the problems, the slots that are read.</summary>
internal sealed class CelScope(CelEnvironment environment, CelProblems problems)
{
    private readonly List<(string Name, CelType Type)> locals = [];

    public CelEnvironment Environment { get; } = environment;

    /// <summary>Slots that the expression reads.</summary>
    public SortedSet<int> Slots { get; } = [];

    public bool HasLocals { get; private set; }

    public bool IsChecked => Environment.IsChecked;

    /// <summary>The place of a comprehension's variable, the innermost of that name; -1 where there is none.</summary>
    public int FindLocal(string name) => locals.FindLastIndex(local => local.Name == name);

    public CelType LocalType(int local) => locals[local].Type;

    public int OpenLocal(string name, CelType type, int offset)
    {
        HasLocals = true;
        locals.Add((name, type));
        if (locals.Count > CelLimits.ComprehensionsMax)
        {
            problems.Add(offset, $"all, exists, map and the like are nested more than {CelLimits.ComprehensionsMax} deep");
            return 0;
        }

        return locals.Count - 1;
    }

    public void CloseLocal() => locals.RemoveAt(locals.Count - 1);

    /// <summary>A problem, checked or not.</summary>
    public Bound Problem(int offset, string message)
    {
        problems.Add(offset, message);
        return new Bound(new FailingNode(offset, CelErrorCode.InvalidArgument, message), CelType.Dyn);
    }

    /// <summary>What can never succeed: a problem where types are checked, else an error once it is evaluated.</summary>
    public Bound Fail(int offset, string message, CelErrorCode code, string detail)
    {
        if (IsChecked)
        {
            problems.Add(offset, message);
        }

        return new Bound(new FailingNode(offset, code, detail), CelType.Dyn);
    }

    /// <summary>Reports types that never fit, where types are checked.</summary>
    public void Check(bool holds, int offset, Func<string> message)
    {
        if (!holds && IsChecked)
        {
            problems.Add(offset, message());
        }
    }
}
