using System.Collections.Immutable;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>Why an expression cannot be compiled, and where.</summary>
/// <param name="Offset">UTF-16 characters before the place.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters.</param>
/// <param name="Message">What was found, what is allowed, and the nearest name where there is one.</param>
public sealed record CelProblem(int Offset, int Line, int Column, string Message)
{
    public override string ToString() => $"{Line}:{Column}: {Message}";
}

/// <summary>A program, or the problems why there is none.</summary>
public sealed record CelCompilation(CelProgram? Program, ImmutableArray<CelProblem> Problems)
{
    public bool IsValid => Program is not null;
}
