namespace MixModeler.Streaming.Cli.Demo;

/// <summary>
/// The books of a demo: what was sent against what was applied, what was settled against what was learned, and the engine's own
/// ledgers. Each difference counts as lost or duplicated.
/// </summary>
internal sealed record DemoAudit(long Lost, long Duplicated)
{
    /// <param name="sent">Records in the log of events, counted by the broker.</param>
    /// <param name="last">After everything had time to settle.</param>
    public static DemoAudit Of(long sent, DemoSnapshot last)
    {
        long examplesMade = last.Engine.Positives + last.Engine.Negatives;
        long examplesUsed = (last.Engine.Learner?.Examples ?? 0) + (last.Engine.Learner?.Refused ?? 0);
        long lost = last.Engine.Lost + Math.Max(0, sent - last.Engine.Applied) + Math.Max(0, examplesMade - examplesUsed);
        long duplicated = last.Engine.Duplicated + Math.Max(0, last.Engine.Applied - sent) + Math.Max(0, examplesUsed - examplesMade);
        return new DemoAudit(lost, duplicated);
    }
}
