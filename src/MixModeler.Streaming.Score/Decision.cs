namespace MixModeler.Streaming.Score;

/// <summary>The answer to "what do we show this visitor here?".</summary>
/// <param name="Outcome">Experience and rule.</param>
/// <param name="Score">P(label) at the moment of deciding; NaN for an unknown visitor.</param>
/// <param name="ModelVersion">The model that gave the score; 0 while only the base rate is known.</param>
/// <param name="IsKnown">Whether anything is known of the visitor.</param>
/// <param name="AgeMs">How long ago the visitor's newest event reached the log; -1 for an unknown visitor.</param>
public readonly record struct Decision(Outcome Outcome, double Score, long ModelVersion, bool IsKnown, long AgeMs);
