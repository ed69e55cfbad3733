namespace MixModeler.Streaming.Score.Cel.Syntax;

internal enum SyntaxKind : byte
{
    Literal,
    Name,
    Select,
    Has,
    Index,
    Call,
    MemberCall,
    List,
    Map,
    Negate,
    Not,
    Binary,
    And,
    Or,
    Conditional,
    Bad,
}

/// <summary>A node of the expression as it is written, before names and types mean anything.</summary>
internal sealed class CelSyntax
{
    // Texts are compared about this many bytes a step.
    private const int BytesPerStep = 32;

    private readonly CelValue value;

    public CelSyntax(SyntaxKind kind, int offset, string text, params CelSyntax[] parts)
    {
        Size += text.Length / BytesPerStep;
        Kind = kind;
        Offset = offset;
        Text = text;
        Parts = parts;
        foreach (CelSyntax part in parts)
        {
            Height = Math.Max(Height, part.Height);
            Size += part.Size;
        }

        Height++;
    }

    public SyntaxKind Kind { get; }

    public int Offset { get; }

    /// <summary>A name, a field, a function, an operator.</summary>
    public string Text { get; }

    public CelSyntax[] Parts { get; }

    public int Height { get; }

    /// <summary>What one evaluation costs, at least: its nodes, this one included, and the bytes of its constants.</summary>
    public int Size { get; private set; } = 1;

    public CelValue Value
    {
        get => value;
        init
        {
            this.value = value;
            Size += value.Kind is CelKind.String or CelKind.Bytes ? value.AsUtf8.Length / BytesPerStep : 0;
        }
    }

    /// <summary>A name with a dot in front: never a comprehension's variable.</summary>
    public bool IsRooted { get; init; }
}
