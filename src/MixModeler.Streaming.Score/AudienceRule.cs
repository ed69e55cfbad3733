using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Score;

// Decision path: Facts and Holds run once per decision and rule with audiences. Budget: 0 B.

/// <summary>An audience as a rule asks for it: its expression over what is known of a visitor at the moment of deciding.</summary>
public sealed class AudienceRule
{
    private readonly CelProgram when;

    private AudienceRule(CelProgram when) => this.when = when;

    [ThreadStatic]
    private static CelValue[]? room;

    /// <summary>Null, with a sentence why, where the expression needs more than features and score.</summary>
    /// <param name="when">The expression.</param>
    /// <param name="features">Names, in the schema's order.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static AudienceRule? Compile(string when, IEnumerable<string> features, out string? problem)
    {
        CelEnvironment environment = new();
        environment.DeclareRecord("features", [.. features.Select(name => new CelField(name, CelType.Double))]);
        environment.Declare("score", CelType.Double);
        CelCompilation compiled = CelCompiler.Compile(when, environment);
        problem = compiled.Program is not { } program ? compiled.Problems[0].Message
            : !CelType.Bool.Accepts(program.ResultType) ? $"it must be bool, this is {program.ResultType}"
            : null;
        return problem is null ? new AudienceRule(compiled.Program!) : null;
    }

    /// <summary>What expressions read. Valid until the thread's next call.</summary>
    public static ReadOnlySpan<CelValue> Facts(ReadOnlySpan<double> values, double score)
    {
        int count = values.Length + 1;
        if (room is null || room.Length < count)
        {
            room = new CelValue[count];
        }

        for (int i = 0; i < values.Length; i++)
        {
            room[i] = double.IsNaN(values[i]) ? CelValue.Absent : CelValue.Of(values[i]);
        }

        room[values.Length] = CelValue.Of(score);
        return room.AsSpan(0, count);
    }

    /// <summary>An expression without a value, such as one about a feature that is absent, holds for nobody.</summary>
    public bool Holds(ReadOnlySpan<CelValue> facts) => when.TryBool(facts, out bool isIn, out _) && isIn;
}
