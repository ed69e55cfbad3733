using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Compiles the expressions of nodes; what is wrong inside of one is located in the file.</summary>
internal static class NodeExpressions
{
    public static CelProgram? Compile(NodeOptions options, string option, CelEnvironment environment, CelType? expected = null) =>
        options.Value(option) is { } node ? Compile(node, $"'{option}'", environment, options.Problems, expected) : null;

    /// <param name="node">The text.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="environment">What it may name.</param>
    /// <param name="problems">Collects.</param>
    /// <param name="expected">What it must be; null takes any type.</param>
    public static CelProgram? Compile(YamlNode node, string what, CelEnvironment environment, ProblemList problems, CelType? expected = null)
    {
        return MapReader.Expression(node, what, problems) is { } text ? Compile(text, what, environment, problems, expected) : null;
    }

    public static CelProgram? Compile(ExpressionText text, string what, CelEnvironment environment, ProblemList problems, CelType? expected = null)
    {
        CelCompilation compiled = CelCompiler.Compile(text.Text, environment);
        foreach (CelProblem problem in compiled.Problems)
        {
            problems.Add(text.At(problem.Offset), $"{what}: {problem.Message}");
        }

        if (compiled.Program is { } program && expected is not null && !expected.Accepts(program.ResultType))
        {
            problems.Add(text.Place, $"{what} must be {expected}, this is {program.ResultType}: {YamlNode.Quote(text.Text)}");
            return null;
        }

        return compiled.Program;
    }

    /// <summary>An expression whose value can be a key: text, bytes, int, uint or bool.</summary>
    public static CelProgram? CompileKey(NodeOptions options, string option, CelEnvironment environment)
    {
        CelProgram? key = Compile(options, option, environment);
        if (key is null || key.ResultType.Kind is CelKind.String or CelKind.Bytes or CelKind.Int or CelKind.UInt or CelKind.Bool or CelKind.Dyn)
        {
            return key;
        }

        options.Problems.Add(options.Value(option)!, $"'{option}' must be a string, bytes, int, uint or bool, this is {key.ResultType}");
        return null;
    }
}
