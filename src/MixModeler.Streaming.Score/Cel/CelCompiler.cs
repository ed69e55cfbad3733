using MixModeler.Streaming.Score.Cel.Compile;
using MixModeler.Streaming.Score.Cel.Syntax;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>Compiles expressions of the Common Expression Language; docs/expressions.md says which part of it.</summary>
public static class CelCompiler
{
    /// <summary>Never throws for what is written: a program, or all problems that were found.</summary>
    public static CelCompilation Compile(string text, CelEnvironment environment)
    {
        CelProblems problems = new(text);
        if (text.Length > CelLimits.ExpressionCharactersMax)
        {
            problems.Add(0, $"the expression has {text.Length} characters; at most {CelLimits.ExpressionCharactersMax} are allowed");
            return new CelCompilation(null, problems.ToArray());
        }

        if (CelParser.Parse(text, problems) is not { } syntax)
        {
            return new CelCompilation(null, problems.ToArray());
        }

        CelScope scope = new(environment, problems);
        Bound bound = new CelBinder(scope).Bind(syntax);
        return problems.Any
            ? new CelCompilation(null, problems.ToArray())
            : new CelCompilation(new CelProgram(text, bound, scope, environment.SlotCount), []);
    }
}
