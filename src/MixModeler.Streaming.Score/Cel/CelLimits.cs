namespace MixModeler.Streaming.Score.Cel;

/// <summary>What keeps an expression from taking the machine: all far above what one that a person wrote needs.</summary>
public static class CelLimits
{
    public const int ExpressionCharactersMax = 100_000;

    /// <summary>Brackets within brackets; the parser's own stack.</summary>
    public const int NestingMax = 200;

    /// <summary>Operators under operators, such as a long 1+1+1…; the evaluator's stack. Chains of `&amp;&amp;` and `||` count as one.</summary>
    public const int HeightMax = 800;

    /// <summary>all, exists, map… within each other.</summary>
    public const int ComprehensionsMax = 32;

    /// <summary>One evaluation's work: nodes visited in comprehensions, elements and bytes compared, concatenated, searched.</summary>
    public const long StepsMax = 10_000_000;

    /// <summary>What one evaluation may build in strings, bytes and lists.</summary>
    public const long BytesMax = 64L << 20;

    public const int ProblemsMax = 50;

    public const int PatternCharactersMax = 2_000;

    /// <summary>Instructions of a compiled pattern, repetitions written out.</summary>
    public const int PatternStepsMax = 4_000;
}
