namespace MixModeler.Streaming.Score.Cel.Syntax;

internal enum TokenKind : byte
{
    End,
    Bad,
    Name,
    QuotedName,
    Literal,
    Symbol,
}

/// <summary>A word of an expression. A symbol is known by its text, a literal by its value.</summary>
internal readonly record struct CelToken(TokenKind Kind, int Offset, int Length, string Text, CelValue Value)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}
