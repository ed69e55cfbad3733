using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>Compiles and evaluates an expression once: for the command line and for lines of JSON, not for events.</summary>
/// <param name="Value">The value, or <see cref="CelKind.Absent"/> where there is an error.</param>
/// <param name="Error">One sentence with its line and column, or null.</param>
public sealed record CelEvaluation(CelValue Value, string? Error)
{
    /// <summary>Evaluates with these names bound.</summary>
    /// <param name="expression">The text.</param>
    /// <param name="bindings">What it may name.</param>
    /// <param name="isChecked">Whether types that never fit are errors before anything is evaluated.</param>
    public static CelEvaluation Run(string expression, IEnumerable<CelBinding> bindings, bool isChecked = false)
    {
        CelEnvironment environment = new() { IsChecked = isChecked };
        List<CelValue> slots = [];
        foreach (CelBinding binding in bindings)
        {
            if (environment.SlotOf(binding.Name) >= 0)
            {
                return Failed($"'{binding.Name}' is bound twice");
            }

            environment.Declare(binding.Name, binding.Type);
            slots.Add(binding.Value);
        }

        CelCompilation compilation = CelCompiler.Compile(expression, environment);
        if (compilation.Program is not { } program)
        {
            return Failed(string.Join("; ", compilation.Problems));
        }

        CelValue value = program.Evaluate([.. slots]);
        if (!value.IsError)
        {
            return new CelEvaluation(value, null);
        }

        (int line, int column) = program.PlaceOf(value.AsError);
        return Failed($"{line}:{column}: {value.AsError.Message}");
    }

    /// <summary>The same with bindings as they are written: NAME=JSON or NAME:TYPE=JSON.</summary>
    public static CelEvaluation Run(string expression, IReadOnlyList<string> bindings, bool isChecked = false)
    {
        List<CelBinding> bound = [];
        foreach (string written in bindings)
        {
            int equals = written.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return Failed($"the binding '{written}' is not NAME=JSON");
            }

            if (!CelJson.TryParse(Encoding.UTF8.GetBytes(written[(equals + 1)..]), out CelValue json, out string problem))
            {
                return Failed($"the binding '{written[..equals]}' is no JSON: {problem}");
            }

            if (CelBinding.Create(written[..equals], json, out problem) is not { } binding)
            {
                return Failed(problem);
            }

            bound.Add(binding);
        }

        return Run(expression, bound, isChecked);
    }

    public static CelEvaluation Failed(string error) => new(default, error);

    /// <summary>{"value":…,"type":"int"} or {"error":"…"}, without a line end.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, CelJson.WriterOptions))
        {
            json.WriteStartObject();
            if (Error is null)
            {
                json.WritePropertyName("value");
                CelJson.Write(json, Value);
                json.WriteString("type", Value.KindName);
            }
            else
            {
                json.WriteString("error", Error);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
