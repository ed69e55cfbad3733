using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

/// <summary>Facts of the language, one a line: `expression → kind value`, or `→ error code`, or `→ problem`.</summary>
internal static class CelTable
{
    public static void Holds(string table, int atLeast, params CelBinding[] bindings) => Holds(table, atLeast, isChecked: false, bindings);

    /// <summary>Every line holds, and there are as many as were written: a table that was cut would hold too easily.</summary>
    public static void Holds(string table, int atLeast, bool isChecked, params CelBinding[] bindings)
    {
        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        List<string> wrong = [];
        foreach (string line in lines)
        {
            int arrow = line.LastIndexOf('→');
            string expected = line[(arrow + 1)..].Trim();
            string found = Evaluate(line[..arrow].Trim(), isChecked, bindings);
            if (found != expected && !(expected is "error" or "problem" && found.StartsWith(expected, StringComparison.Ordinal)))
            {
                wrong.Add($"{line}   but it is: {found}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(lines.Length, atLeast, int.MaxValue);
    }

    public static string Evaluate(string expression, bool isChecked = false, params CelBinding[] bindings)
    {
        CelEnvironment environment = new() { IsChecked = isChecked };
        foreach (CelBinding binding in bindings)
        {
            environment.Declare(binding.Name, binding.Type);
        }

        CelCompilation compilation = CelCompiler.Compile(expression, environment);
        if (compilation.Program is not { } program)
        {
            return $"problem {compilation.Problems[0]}";
        }

        CelValue value = program.Evaluate([.. bindings.Select(b => b.Value)]);
        return value.IsError ? $"error {value.AsError.Code}" : $"{value.KindName} {CelJson.ToText(value)}".TrimEnd();
    }

    public static CelBinding Bind(string written, string json)
    {
        Assert.True(CelJson.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out CelValue value, out string problem), problem);
        return CelBinding.Create(written, value, out problem) ?? throw new ArgumentException(problem);
    }
}
