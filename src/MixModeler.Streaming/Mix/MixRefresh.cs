namespace MixModeler.Streaming.Mix;

/// <summary>What a model said when it had taken in a period, kept to see how its numbers move from one period to the next.</summary>
/// <param name="Date">First day of the period.</param>
/// <param name="Periods">Periods that the model had taken in, this one included.</param>
/// <param name="Revised">Earlier periods whose numbers had changed, so that they were taken in anew; 0 as a rule.</param>
/// <param name="Foretold">What the model expected of the period's outcome before it saw it.</param>
/// <param name="ForetoldSd">Standard deviation of that expectation, noise included.</param>
/// <param name="Outcome">What it was.</param>
/// <param name="Contributions">Of each channel over all periods so far, in the order of the spec.</param>
public sealed record MixRefresh(
    DateOnly Date, int Periods, int Revised, double Foretold, double ForetoldSd, double Outcome, IReadOnlyList<MixEstimate> Contributions);
