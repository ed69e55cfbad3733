namespace MixModeler.Streaming.Topology;

/// <summary>An expression as written, and where, so that what is wrong inside of it can be located.</summary>
public sealed record ExpressionText(string Text, Place Place)
{
    /// <summary>Where the first character stands; null where the text does not stand in the file as it is.</summary>
    internal Place? Start { get; init; }

    /// <summary>Where a character of the text stands; where the expression begins, if quotes or folding hide that.</summary>
    public Place At(int offset)
    {
        if (Start is not Place start)
        {
            return Place;
        }

        ReadOnlySpan<char> before = Text.AsSpan(0, Math.Clamp(offset, 0, Text.Length));
        // Every line of a block begins at the same column.
        return start with { Line = start.Line + before.Count('\n'), Column = start.Column + before.Length - 1 - before.LastIndexOf('\n') };
    }
}
