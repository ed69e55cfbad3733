using MixModeler.Streaming.Score.Cel.Evaluate;

namespace MixModeler.Streaming.Score.Cel.Patterns;

/// <summary>matches(): whether a pattern is found somewhere in a text.</summary>
internal static class CelPatterns
{
    // What reading a pattern costs beside following it.
    private const int StepsPerCharacter = 100;
    private const int StepsPerPattern = 2_000;

    public static CelValue Matches(in CelValue text, in CelValue pattern, ref CelFrame frame, int offset)
    {
        if (text.Kind != CelKind.String || pattern.Kind != CelKind.String)
        {
            return CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{text.KindName}.matches({pattern.KindName})");
        }

        if (!frame.Spend(StepsPerPattern + pattern.AsUtf8.Length * StepsPerCharacter))
        {
            return CelFrame.LimitError(offset);
        }

        try
        {
            return Matches(CelPattern.Parse(pattern.AsText), text, ref frame, offset);
        }
        catch (PatternException e)
        {
            return CelValue.Of(CelErrorCode.InvalidArgument, offset, $"the pattern: {e.Message}");
        }
    }

    public static CelValue Matches(CelPattern pattern, in CelValue text, ref CelFrame frame, int offset)
    {
        if (text.Kind != CelKind.String)
        {
            return CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{text.KindName}.matches(string)");
        }

        bool isMatch = pattern.IsMatch(text.AsUtf8, ref frame.Steps);
        return frame.IsSpent ? CelFrame.LimitError(offset) : CelValue.Of(isMatch);
    }
}

/// <summary>matches() with a pattern that was known, and read, when the expression was compiled.</summary>
internal sealed class MatchNode(int offset, CelPattern pattern, CelNode text) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        CelValue value = text.Evaluate(ref frame);
        return value.IsError ? value : CelPatterns.Matches(pattern, value, ref frame, Offset);
    }
}
