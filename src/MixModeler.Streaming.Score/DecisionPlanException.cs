namespace MixModeler.Streaming.Score;

/// <summary>A decision document cannot be run.</summary>
public sealed class DecisionPlanException(IReadOnlyList<string> problems) : Exception(string.Join("; ", problems))
{
    /// <summary>Every problem, each with its path in the document.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
