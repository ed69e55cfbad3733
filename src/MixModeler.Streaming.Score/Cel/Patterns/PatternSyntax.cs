namespace MixModeler.Streaming.Score.Cel.Patterns;

internal enum PatternKind : byte
{
    Empty,
    Set,
    Sequence,
    Either,
    Repeat,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordEdge,
    NoWordEdge,
}

/// <summary>A node of a parsed pattern.</summary>
internal sealed record PatternSyntax(PatternKind Kind, params PatternSyntax[] Parts)
{
    public CodePoints? Set { get; init; }

    public int Min { get; init; }

    /// <summary>-1: without end.</summary>
    public int Max { get; init; }
}

/// <summary>Why a pattern is none.</summary>
internal sealed class PatternException(string reason) : Exception(reason);
